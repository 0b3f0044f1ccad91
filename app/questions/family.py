"""Show a family's knobs as JSON Schema, and its presets with their specs."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import JsonValue

from archmeter.analyzers.answers import Answer, Rows
from archmeter.app.ask import Known, Printer, Question, Request
from archmeter.app.ask.describe_schema import describe
from archmeter.app.ask.spelling import text_of
from archmeter.app.questions.families import PaperInfo, links
from archmeter.app.questions.presets import PresetInfo
from archmeter.models import registry


class FamilyRequest(Request):
    """One family."""

    family: Annotated[str, Known(registry.families)]
    """The name of the family, such as `resnet`."""


@dataclass(frozen=True, slots=True)
class FamilyInfo(Answer):
    """A family with its knobs and its published networks."""

    name: str
    title: str
    summary: str
    """The idea in a sentence."""

    paper: PaperInfo
    presets: Rows[PresetInfo]
    links: dict[str, str]
    spec: dict[str, JsonValue]
    """JSON Schema of the family's knobs: bounds, defaults and meanings."""


def family(request: FamilyRequest) -> FamilyInfo:
    """Describe a family in full."""
    found = registry.family(request.family)
    return FamilyInfo(
        name=found.name,
        title=found.title,
        summary=found.summary,
        paper=PaperInfo.of(found),
        presets=Rows(map(PresetInfo.of, found.presets)),
        links=links(found),
        spec=found.spec.model_json_schema(),
    )


def show(answer: FamilyInfo, out: Printer) -> None:
    """The idea, the paper, and one line for each knob."""
    out.heading(answer.title, f": {answer.summary}")
    out.line(f"{answer.paper.authors} {answer.paper.year}: {answer.paper.title}")
    out.line(answer.paper.url)
    schema = registry.family(answer.name).spec.model_json_schema()
    out.rows(
        "knob {name} || || default {:default} | accepts {:accepts} | what it is {description}",
        [
            {"description": "", **knob, "name": name}
            for name, knob in schema["properties"].items()
            if name != "family"
        ],
        default=lambda knob: text_of(knob["default"]) if "default" in knob else "",
        accepts=lambda knob: describe(knob, schema.get("$defs", {})),
    )
    out.line(f"{len(answer.presets)} presets: {', '.join(one.name for one in answer.presets)}")


QUESTION = Question(
    path="families/{family}",
    ask=family,
    show=show,
    rows=lambda answer: answer.presets,
    asked={"Residual networks": "resnet"},
)
