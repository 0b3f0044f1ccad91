"""List published networks by the names people know, of one family or of all."""

from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import JsonValue

from archmeter.analyzers.answers import Answer, Rows
from archmeter.app.ask import Known, Network, Printer, Question, Request
from archmeter.app.ask.listing import Listing
from archmeter.models import registry
from archmeter.models.spec import InputSpec, Preset


class PresetsRequest(Request):
    """Which presets are listed."""

    family: Annotated[str | None, Known(registry.families)] = None
    """Only the presets of this family."""


@dataclass(frozen=True, slots=True)
class PresetInfo(Answer):
    """A published network by the name people know."""

    name: str
    family: str
    architecture: dict[str, JsonValue]
    """Its canonical spec."""

    source: str
    """Table of the paper, or the library the name comes from."""

    @classmethod
    def of(cls, preset: Preset) -> Self:
        """Describe a preset."""
        return cls(preset.name, preset.family, preset.spec.canonical(), preset.source)


@dataclass(frozen=True)
class PresetList(Listing):
    """Published networks."""

    items: Rows[PresetInfo]


def presets(request: PresetsRequest) -> PresetList:
    """Describe each with its spec."""
    found = (
        registry.presets().values()
        if request.family is None
        else registry.family(request.family).presets
    )
    return PresetList.at("/v1/presets", request, Rows(map(PresetInfo.of, found)))


def show(answer: PresetList, out: Printer) -> None:
    """One line for each preset, with what it costs at its own resolution."""
    networks = [Network(registry.preset(preset.name).spec, InputSpec()) for preset in answer.items]
    out.rows(
        "preset {preset.name} | family {preset.family} | input {shape:size} "
        "|| params {params:params} | MACs {macs:macs} || source {preset.source}",
        [
            network.count().totals.beside(dict, preset=preset, shape=network.shape)
            for preset, network in zip(answer.items, networks, strict=True)
        ],
    )


QUESTION = Question(
    path="presets",
    ask=presets,
    show=show,
    rows=lambda answer: answer.items,
    asked={"The VGGs": "--family vgg"},
)
