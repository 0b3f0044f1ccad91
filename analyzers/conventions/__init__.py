"""What other counters print for a network, in parts, and why that is not our figure.

One tool, one file: its rule for each operator, in lines that say how it counts. Lowering is one to
one, so what a tool makes of a module or of a function is a rule about an operator too. The figures
are those of the releases named, for the module that `models.torch_module.to_torch` makes. What was
measured of libraries' own modules stands beside them.
"""

from __future__ import annotations

from collections.abc import Sequence

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.conventions.flop_counter import (
    FORWARD,
    FORWARD_AND_BACKWARD,
    flop_counter_rules,
)
from archmeter.analyzers.conventions.fvcore import FVCORE, FvcoreCount, fvcore_count, fvcore_extra
from archmeter.analyzers.conventions.keras import KERAS
from archmeter.analyzers.conventions.line_items import Convention, ConventionItem, Tool
from archmeter.analyzers.conventions.of_libraries import LibraryFigure, of_libraries
from archmeter.analyzers.conventions.papers import BINARY, FLOPS, MACS, product
from archmeter.analyzers.conventions.ptflops import PTFLOPS, ptflops_functions, ptflops_modules
from archmeter.analyzers.conventions.pycls import PYCLS
from archmeter.analyzers.conventions.thop import THOP, thop_rules
from archmeter.analyzers.conventions.torchinfo import TORCHINFO, torchinfo_rules
from archmeter.models.errors import GraphTooLarge, UnknownName
from archmeter.models.graph import MAX_EXACT
from archmeter.models.spec import ArchitectureSpec, InputSpec

__all__ = [
    "TOOLS",
    "Convention",
    "ConventionItem",
    "FvcoreCount",
    "LibraryFigure",
    "Tool",
    "UnknownTool",
    "conventions",
    "flop_counter_rules",
    "fvcore_count",
    "fvcore_extra",
    "product",
    "ptflops_functions",
    "ptflops_modules",
    "thop_rules",
    "tool",
    "torchinfo_rules",
]

TOOLS: tuple[Tool, ...] = (
    MACS,
    FLOPS,
    BINARY,
    PYCLS,
    FVCORE,
    TORCHINFO,
    THOP,
    PTFLOPS,
    FORWARD,
    FORWARD_AND_BACKWARD,
    KERAS,
)
"""Everybody whose figure can be told, those who count as we do first."""


class UnknownTool(UnknownName):
    """No tool whose figure can be told has this name."""

    code = "unknown_tool"
    noun = "tool"


def tool(name: str) -> Tool:
    """A tool by its name.

    Raises:
        UnknownTool: with the nearest names.
    """
    for one in TOOLS:
        if one.name == name:
            return one
    raise UnknownTool(name, [one.name for one in TOOLS])


def conventions(
    spec: ArchitectureSpec,
    input: InputSpec | None = None,  # noqa: A002
    tools: Sequence[Tool] = TOOLS,
) -> Rows[Convention]:
    """What each tool prints for an architecture.

    Raises:
        GraphTooLarge: if a figure is beyond integers that every reader of JSON keeps exact.
    """
    batch = (input or InputSpec()).batch
    graph = spec.graph(batch)
    image = graph if batch == 1 else spec.graph()
    measured = of_libraries(spec)
    found = Rows(
        one(
            image if one.images == "one" else graph,
            [figures[one.name] for figures in measured if one.name in figures],
        )
        for one in tools
    )
    for convention in found:
        if convention.figure > MAX_EXACT:
            raise GraphTooLarge(
                f"{convention.title} counts {convention.figure:.3g}, beyond exact integers in JSON"
            )
    return found
