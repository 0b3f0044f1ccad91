"""Tell what papers, pycls, fvcore, torchinfo, thop, ptflops, torch and Keras print for a network.

Each figure comes in line items that sum to it, beside what is counted here for the same operators,
and with the reason where the two differ: by convention, or because the tool does not count what it
means to.

The figures are those of the module that is built here. What a tool prints for the module that timm
or torchvision builds under the same name is told beside it, where it was measured.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.conventions import (
    TOOLS,
    Convention,
    Tool,
    conventions,
    tool,
)
from archmeter.app.ask import (
    AboutInput,
    Known,
    Network,
    NetworkRequest,
    Printer,
    Question,
    inside_architecture,
)
from archmeter.app.printer import Bold, Line, Section

_UNITS = {"macs": "MACs", "flops": "FLOPs", "params": "parameters"}

_CONVENTION = (
    "ours: MACs, or two FLOPs for each, or parameters, of the same operators. Line items sum to "
    "the figure above them, which is that of the module built here (archmeter torch-source)."
)


class ConventionsRequest(NetworkRequest):
    """A network, and whose figures to tell."""

    tool: Annotated[str | None, Known(lambda: [one.name for one in TOOLS])] = Field(
        default=None, description=f"Only this one's: {', '.join(one.name for one in TOOLS)}."
    )

    def tools(self) -> Sequence[Tool]:
        """The tool that is named, or all.

        Raises:
            UnknownTool: if there is none of that name.
        """
        return TOOLS if self.tool is None else (tool(self.tool),)


@dataclass(frozen=True)
class ConventionReport(AboutInput):
    """What other counters print for a network, and why that is not our figure."""

    macs: int
    """Multiply-accumulates of the whole batch, by our rules."""

    conventions: Rows[Convention]
    """One for each tool; those of papers and pycls are per image, ptflops' is an average."""


def told(network: Network, request: ConventionsRequest) -> ConventionReport:
    """Count as the tools do."""
    tools = request.tools()
    with inside_architecture():
        figures = conventions(network.spec, network.input, tools)
    macs = network.profile().totals.macs
    return ConventionReport.about(network, macs=macs, conventions=figures)


def items(answer: ConventionReport) -> Rows[dict[str, Any]]:
    """The line items of all figures, one below the other, and whose figure each is a part of."""
    return Rows(
        {"tool": convention.tool, "item": item}
        for convention in answer.conventions
        for item in convention.items
    )


def show(answer: ConventionReport, out: Printer) -> None:
    """A section for each tool: its figure, and the line items that sum to it."""
    out.heading(answer.name)
    out.table(["tool"], ["theirs", "ours", "ratio"], list(_lines(answer)), ["why"])
    out.note(_CONVENTION)


def _lines(answer: ConventionReport) -> Iterator[Line]:
    for convention in answer.conventions:
        yield Bold(_figure(convention))
        for item in convention.items:
            why = "" if item.agreement == "same" else f"{item.agreement}: {item.why}"
            yield [f"  {item.what}", f"{item.theirs:,}", f"{item.ours:,}", "", why]
        for one in convention.libraries:
            module = f"  measured: {one.model} of {one.library} {one.version}"
            yield [module, f"{one.figure:,}", "", "", "that library's own module, one image"]
        yield Section()


def _figure(convention: Convention) -> list[str]:
    version = f" {convention.version}" if convention.version else ""
    images = "1 image" if convention.images == 1 else f"{convention.images} images"
    return [
        convention.title + version,
        f"{convention.figure:,}",
        f"{convention.ours:,}",
        "" if convention.ratio is None else f"{convention.ratio:.4f}",
        f"{_UNITS[convention.unit]} of {images}" if convention.unit != "params" else "parameters",
    ]


QUESTION = Question(
    path="conventions",
    ask=told,
    show=show,
    rows=items,
    link="",
    asked={
        "What torch's own counter prints, gradients included": (
            "resnext50_32x4d --tool flop_counter_backward"
        ),
        "What everybody prints for ResNeXt-50": "resnext50_32x4d --batch 2",
    },
)
