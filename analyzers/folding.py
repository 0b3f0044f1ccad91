"""Folding: of many equal blocks in a row, three tell about all.

Each is called with what the one before it returned. So from the second on they find the same: what
made their input, who holds it, whether it is kept for the backward pass already. They allocate and
keep the same, and see further by as much as the one before. The last differs in who uses what it
returns. The first, the second and the last are looked at, in a network without the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple, TypeVar

from archmeter.models.graph import Graph, Scope, Tensor

T = TypeVar("T")

WORTHWHILE = 0.5
"""Share of the operators that has to be left out: finding them is work as well."""


class Run(NamedTuple):
    """Blocks that are left out.

    Attributes:
        start: index of their first operator, in the whole network.
        length: operators of a block.
        times: how many blocks.
    """

    start: int
    length: int
    times: int


class Folded(NamedTuple):
    """A network without the middle of its runs."""

    graph: Graph
    runs: tuple[Run, ...] = ()

    def unfold(self, column: Sequence[T]) -> Sequence[T]:
        """A column of the whole network: each block that was left out is like the one before."""
        if not self.runs:
            return column
        whole: list[T] = []
        done = 0
        for start, length, times in self.runs:
            end = done + start - len(whole)
            whole += column[done:end]
            whole += whole[-length:] * times
            done = end
        whole += column[done:]
        return whole

    def gather(self, column: Sequence[int]) -> Sequence[int]:
        """A column with the sum of the whole network: second blocks stand for those left out."""
        if not self.runs:
            return column
        gathered = list(column)
        left_out = 0
        for start, length, times in self.runs:
            second = slice(start - left_out - length, start - left_out)
            gathered[second] = [count * (1 + times) for count in gathered[second]]
            left_out += length * times
        return gathered

    def unfold_index(self, index: int) -> int:
        """Where an operator of the folded network is in the whole one."""
        for start, length, times in self.runs:
            if index >= start:
                index += length * times
        return index


def fold(graph: Graph) -> Folded:
    """The network without the middle of its runs, where that is worthwhile and possible."""
    copied = sum([copy.end - copy.start for copy in graph.copies])
    if copied <= WORTHWHILE * len(graph.calls):
        return Folded(graph)  # the middle of a run consists of copies
    found = list(_found(graph, graph.root))
    runs = tuple([Run(b[2].start, b[0].end - b[0].start, len(b) - 3) for b in found])
    left_out = sum(run.length * run.times for run in runs)
    if left_out > WORTHWHILE * len(graph.calls):
        short = _Folding(graph, found).network()
        if short is not None:
            return Folded(short, runs)
    return Folded(graph)


def _found(graph: Graph, scope: Scope) -> Iterator[list[Scope]]:
    """Equal blocks one right after another, each of which takes one tensor; at least four."""
    for like, group in groupby(scope.children, lambda child: child.like):
        blocks = list(group)
        if len(blocks) == 1:
            yield from _found(graph, blocks[0])
        elif (
            len(blocks) > 3  # noqa: PLR2004 - three stay
            and _takes_one(graph, like)
            and all(before.end == after.start for before, after in pairwise(blocks))
        ):
            yield blocks


def _takes_one(graph: Graph, block: Scope) -> bool:
    """Whether a block takes one tensor, from no further back than its own length."""
    inside = range(block.start, block.end)
    taken = {i - back for i in inside for back in graph.sources[i] if i - back < block.start}
    return len(taken) == 1 and min(taken) >= block.start - len(inside)


class _Folding:
    """Builds the folded network."""

    def __init__(self, whole: Graph, found: Sequence[Sequence[Scope]]) -> None:
        self._whole = whole
        self._short = Graph()
        self._left_out = {block for blocks in found for block in blocks[2:-1]}
        self._lasts = {blocks[-1] for blocks in found}
        self._in_reach = 0
        """The first tensor that may still be used: those before it may be left out."""

    def network(self) -> Graph | None:
        """What is not left out; none if anything but the next block uses what a block returned."""
        whole, short = self._whole, self._short
        with short.root:
            if whole.reused or not self._add(whole.root, short.root):
                return None
        if any(output.index < self._in_reach for output in whole.outputs):
            return None
        left_out = len(whole.calls) - len(short.calls)
        short.outputs = [Tensor(short, x.index - left_out, x.shape) for x in whole.outputs]
        return short

    def _add(self, scope: Scope, here: Scope) -> bool:
        """Add what is in a scope of the whole network; whether all it uses is in reach."""
        whole, short = self._whole, self._short
        for part in scope.contents():
            if isinstance(part, range):
                sources = whole.sources[part.start : part.stop]
                for i, taken in zip(part, sources, strict=True):
                    if taken and i - max(taken) < self._in_reach:
                        return False
                short.sources += sources
                short.calls += whole.calls[part.start : part.stop]
                short.scopes += [here] * len(part)
            elif part in self._left_out:
                self._in_reach = part.start
            else:
                with short.scope(part.label) as inner:
                    if not self._add(part, inner):
                        return False
                if part in self._lasts:
                    self._in_reach = part.start
        return True
