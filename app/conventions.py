"""What other counters print for an analysis, as people ask for it: all of them, or one."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from archmeter.analyzers.conventions import (
    TOOLS,
    Convention,
    Item,
    Tool,
    UnknownTool,
    conventions,
    tool,
)
from archmeter.app.question import Question, inside_architecture
from archmeter.app.schemas import AnalysisId, AnalysisInput, Body, Derived, described

ItemFigures = create_model(
    "ConventionItem", __base__=Derived, __doc__=Item.__doc__, **described(Item)
)

_convention = described(Convention)
del _convention["items"]
_ConventionFigures = create_model("_ConventionFigures", __base__=Derived, **_convention)


class ConventionFigures(_ConventionFigures):
    """What a tool prints for a network, in parts that sum to it."""

    items: list[ItemFigures]
    """The largest first; `theirs` sum to the figure, and `ours` to ours."""


class ConventionReport(Body):
    """What other counters print for a network, and why that is not our figure."""

    id: AnalysisId
    name: str
    input: AnalysisInput
    macs: int
    """Multiply-accumulates of the whole batch, by our rules."""

    conventions: list[ConventionFigures]
    """One for each tool; those of papers and pycls are per image, ptflops' is an average."""


class ConventionQuery(BaseModel):
    """Whose figures to tell."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    tool: str | None = Field(
        default=None, description=f"Only this one's: {', '.join(one.name for one in TOOLS)}."
    )


def chosen(name: str | None) -> Sequence[Tool]:
    """The tool that was asked for, or all.

    Raises:
        UnknownTool: if there is none of that name.
    """
    if name is None:
        return TOOLS
    try:
        return (tool(name),)
    except UnknownTool as error:
        error.field = "tool"
        raise


def told(question: Question, tools: Sequence[Tool]) -> tuple[Convention, ...]:
    """What each of some tools prints for the network that a question is about.

    Raises:
        ArchmeterError: if a figure is beyond exact integers.
    """
    with inside_architecture():
        return conventions(question.spec, question.input, tools)


def report(question: Question, name: str, found: Sequence[Convention]) -> dict[str, Any]:
    """The body as `ConventionReport` describes it."""
    profile = question.profile()
    return {
        "id": question.key,
        "name": name,
        "input": {**question.input.model_dump(mode="json"), "shape": profile.input_shape},
        "macs": profile.totals.macs,
        "conventions": [convention.as_dict() for convention in found],
    }
