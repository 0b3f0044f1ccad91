"""List published networks by the names people know, of one family or of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Self
from urllib.parse import urlencode

from pydantic import JsonValue

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.answers.units import si, size
from archmeter.app.ask.network import Network
from archmeter.app.ask.question import Question
from archmeter.app.ask.request import Known, Request
from archmeter.models import registry
from archmeter.models.spec import InputSpec, Preset

if TYPE_CHECKING:
    from archmeter.app.cli.printer import Printer


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


@dataclass(frozen=True, slots=True)
class PresetList(Answer):
    """Published networks."""

    items: Rows[PresetInfo]
    total: int
    """How many there are."""

    links: dict[str, str]


def presets(request: PresetsRequest) -> PresetList:
    """Describe each with its spec."""
    found = (
        registry.presets().values()
        if request.family is None
        else registry.family(request.family).presets
    )
    items = Rows(map(PresetInfo.of, found))
    query = urlencode(request.model_dump(exclude_none=True))
    return PresetList(items, len(items), {"self": "/v1/presets" + (f"?{query}" if query else "")})


def show(answer: PresetList, out: Printer) -> None:
    """One line for each preset, with what it costs at its own resolution."""
    lines = []
    for preset in answer.items:
        network = Network(registry.preset(preset.name).spec, InputSpec())
        totals = network.count().totals
        lines.append(
            [
                preset.name,
                preset.family,
                size(network.shape),
                si(totals.params),
                si(totals.macs),
                preset.source,
            ]
        )
    out.table(["preset", "family", "input"], ["params", "MACs"], lines, ["source"])


QUESTION = Question(
    path="presets",
    request=PresetsRequest,
    answer=PresetList,
    ask=presets,
    show=show,
    rows=lambda answer: answer.items,
    tag="catalogue",
    usage="--family vgg",
)
