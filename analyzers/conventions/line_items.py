"""Line items: a tool's figure in parts, each beside what is counted here for the same operators.

A tool's rules give the *terms* of an operator: the lines that its costs go into, and how much goes
into each. The first of them is where our count of the same operator is set beside theirs, so that
what a tool passes over has a line too, of 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.conventions.of_libraries import LibraryFigure
from archmeter.models.graph import Graph

Difference = Literal["convention", "mistake"]
Agreement = Literal["same", "convention", "mistake"]
Unit = Literal["macs", "flops", "params"]
Images = Literal["all", "one", "average"]


class Line(NamedTuple):
    """Operators that a tool treats alike.

    Attributes:
        what: the operators, in words.
        why: why their count is not ours, where it is not.
        difference: what it is then: another convention, or not what the tool means to count.
    """

    what: str
    why: str = ""
    difference: Difference = "convention"


Terms = tuple[tuple[Line, int], ...]
"""What an operator adds to which lines."""

NO_TERMS: Terms = ()


@dataclass(frozen=True, slots=True)
class ConventionItem(Answer):
    """One part of a tool's figure."""

    what: str
    """Which operators, in words."""

    theirs: int
    """What the tool counts for them."""

    ours: int
    """What is counted here for the same operators."""

    agreement: Agreement
    """Whether that is the same, and if not, whether by convention or by mistake."""

    why: str
    """Why the two differ, if they do."""


@dataclass(frozen=True, slots=True)
class Convention(Answer):
    """What a tool prints for a network, in parts that sum to it."""

    tool: str
    """Whose figure it is, as a word."""

    title: str
    """The tool's name for people."""

    version: str
    """The release whose rules these are; empty where it is no program."""

    call: str
    """How it is asked for, or where it is found."""

    unit: Unit
    """What it counts: multiply-accumulates, operations at two for each, or parameters."""

    images: int
    """How many images the figure is for."""

    figure: int
    """What the tool prints."""

    ours: int
    """What is counted here of the same unit."""

    ratio: float | None
    """The figure as a multiple of ours; null where ours is zero."""

    mistaken: bool
    """Whether the tool counts anything otherwise than it means to."""

    items: Rows[ConventionItem]
    """The parts: `theirs` sum to the figure, `ours` to ours."""

    libraries: Rows[LibraryFigure]
    """What the tool prints for one image and the modules that libraries build of this network,
    where that was measured: the figure above is that of the module built here."""


class Sheet:
    """Line items under construction."""

    def __init__(self) -> None:
        self._sums: dict[Line, tuple[int, int]] = {}

    def add(self, line: Line, count: int, ours: int = 0) -> None:
        """Add to a line."""
        before, ours_before = self._sums.get(line, (0, 0))
        self._sums[line] = before + count, ours_before + ours

    def enter(self, terms: Terms, ours: int) -> None:
        """Add the terms of an operator; its count by our rules goes beside the first of them."""
        for line, count in terms:
            self.add(line, count, ours)
            ours = 0

    def merge(self, other: Sheet, *, counts_over: int = 1, ours_over: int = 1) -> None:
        """Add another sheet, its two columns divided.

        What does not divide is carried to the next line, so that the sum of the quotients is the
        quotient of the sum.
        """
        count_so_far = ours_so_far = 0
        for line, (count, ours) in other._sums.items():
            self.add(
                line,
                (count_so_far + count) // counts_over - count_so_far // counts_over,
                (ours_so_far + ours) // ours_over - ours_so_far // ours_over,
            )
            count_so_far += count
            ours_so_far += ours

    def items(self) -> Rows[ConventionItem]:
        """The lines that hold anything, the largest first."""
        items = (
            ConventionItem(line.what, count, ours, "same", "")
            if count == ours
            else ConventionItem(line.what, count, ours, line.difference, line.why)
            for line, (count, ours) in self._sums.items()
            if count or ours
        )
        return Rows(sorted(items, key=lambda item: -max(abs(item.theirs), item.ours)))


@dataclass(frozen=True)
class Tool:
    """Somebody who counts.

    Attributes:
        name: as a word, in queries.
        title: for people.
        version: the release whose rules these are.
        call: how it is asked for its figure.
        read: from a network to the line items of the figure.
        images: how it takes a batch: as all of its images, as one of them whatever their number,
            or as their average.
    """

    name: str
    title: str
    version: str
    call: str
    unit: Unit
    read: Callable[[Graph], Sheet]
    images: Images = "all"

    def __call__(self, graph: Graph, libraries: Sequence[LibraryFigure] = ()) -> Convention:
        """What it prints for a network, fed the batch that the graph was made for.

        Args:
            graph: the network.
            libraries: what it printed for the modules that libraries build of it.
        """
        items = self.read(graph).items()
        figure, ours = sum(item.theirs for item in items), sum(item.ours for item in items)
        images = 1 if self.images == "average" else graph.input.shape[0]
        return Convention(
            tool=self.name,
            title=self.title,
            version=self.version,
            call=self.call,
            unit=self.unit,
            images=images,
            figure=figure,
            ours=ours,
            ratio=figure / ours if ours else None,
            mistaken=any(item.agreement == "mistake" for item in items),
            items=items,
            libraries=Rows(libraries),
        )
