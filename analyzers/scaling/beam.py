"""Spaces too large to count whole: seeded starts, bisection along knobs, and a beam of neighbours.

Each round begins with starts spread over the space as a Latin square is. From each, bisection along
one knob finds where a limit begins to be broken: there the budgets are full. Then the best of all
that is known are expanded, until all of the best are: bisection along every knob, every neighbour,
and every trade of a step of one knob for a step of another. No total is assumed to grow with a
knob; only where the ends of a line differ in what they break, some neighbours on it do. Nothing but
the seed decides.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations, product
from math import prod
from random import Random

from archmeter.analyzers.scaling.examine import Examiner, Judged, Spent
from archmeter.analyzers.scaling.search_space import Axis

Point = tuple[int, ...]
"""For each axis the index of a value."""

WIDTH = 4
"""The best of a space that are expanded."""

_STARTS = 32
"""Of a round, in each space."""

_FEW = 8
"""Values without an order that are all tried."""

_MOST_CORNERS = 32
_BARREN_ROUNDS = 8
"""After so many rounds of starts without a new spec, the space is taken to be exhausted."""


def size(axes: Sequence[Axis]) -> int:
    """Combinations of the values of some axes."""
    return prod(len(axis.values) for axis in axes)


def everything(examiner: Examiner, spaces: Sequence[Sequence[Axis]]) -> None:
    """Examine every combination of all spaces, as far as that is allowed."""
    try:
        for space, axes in enumerate(spaces):
            for values in product(*[axis.values for axis in axes]):
                names = [axis.path for axis in axes]
                examiner.examine(space, dict(zip(names, values, strict=True)))
    except Spent:
        return


class Beam:
    """A search of some spaces.

    Args:
        examiner: judges what is found, and says when it is enough.
        spaces: the axes of each.
        seed: of the starts.
    """

    def __init__(self, examiner: Examiner, spaces: Sequence[Sequence[Axis]], *, seed: int) -> None:
        self._examiner = examiner
        self._spaces = spaces
        self._random = Random(seed)  # noqa: S311 - nothing is kept secret
        self._known: list[dict[Point, Judged | None]] = [{} for _ in spaces]
        self._ranked: list[list[tuple[tuple[bool, float, float], Point]]] = [[] for _ in spaces]
        self._expanded: list[set[Point]] = [set() for _ in spaces]

    def search(self) -> None:
        """Examine as much as is allowed, the most promising first."""
        barren = 0
        try:
            self._corners()
            while barren < _BARREN_ROUNDS:
                before = self._examiner.examined
                self._scatter()
                while best := self._unexpanded():
                    for space, point in best:
                        self._expand(space, point)
                barren = 0 if self._examiner.examined > before else barren + 1
        except Spent:
            return

    def _look(self, space: int, point: Point) -> Judged | None:
        known = self._known[space]
        if point not in known:
            axes = self._spaces[space]
            values = {axis.path: axis.values[i] for axis, i in zip(axes, point, strict=True)}
            known[point] = judged = self._examiner.examine(space, values)
            if judged is not None:
                insort(self._ranked[space], (self._examiner.judge.order(judged), point))
        return known[point]

    def _corners(self) -> None:
        for space, axes in enumerate(self._spaces):
            ends = [sorted({0, len(axis.values) - 1}) for axis in axes]
            if prod(map(len, ends)) > _MOST_CORNERS:
                low, high = [end[0] for end in ends], [end[-1] for end in ends]
                corners: Iterator[Point] = iter((tuple(low), tuple(high)))
            else:
                corners = product(*ends)
            for point in corners:
                self._look(space, point)

    def _scatter(self) -> None:
        """Starts that meet each part of each knob's range, and what is near limits beside them."""
        for space, axes in enumerate(self._spaces):
            columns = []
            for axis in axes:
                strata = list(range(_STARTS))
                self._shuffle(strata)
                shares = [(k + self._random.random()) / _STARTS for k in strata]
                columns.append([int(share * len(axis.values)) for share in shares])
            for point in zip(*columns, strict=True):
                self._look(space, point)
                self._along(space, point, int(self._random.random() * len(axes)))

    def _shuffle(self, items: list[int]) -> None:
        # Of the generator's methods only random() is promised to stay as it is.
        keys = [self._random.random() for _ in items]
        items.sort(key=keys.__getitem__)

    def _unexpanded(self) -> list[tuple[int, Point]]:
        """The best of each space, as far as they were not expanded."""
        return [
            (space, point)
            for space, ranked in enumerate(self._ranked)
            for _, point in ranked[:WIDTH]
            if point not in self._expanded[space]
        ]

    def _expand(self, space: int, point: Point) -> None:
        self._expanded[space].add(point)
        axes = self._spaces[space]
        for i in range(len(axes)):
            self._along(space, point, i)
        steps = [i for i, axis in enumerate(axes) if axis.ordered]
        for i in steps:
            for step in (1, -1):
                self._move(space, point, {i: step})
        for i, j in permutations(steps, 2):
            self._move(space, point, {i: 1, j: -1})

    def _along(self, space: int, point: Point, axis: int) -> None:
        """Other values of one knob: both sides of each limit, or all where they have no order."""
        if not self._spaces[space][axis].ordered:
            self._alternatives(space, point, axis)
            return
        for sense in ("at_most", "at_least"):
            self._bisect(space, point, axis, self._breaks(sense))

    def _breaks(self, sense: str) -> Callable[[Judged | None], bool]:
        limits = self._examiner.judge.limits

        def breaks(judged: Judged | None) -> bool:
            return judged is None or any(limits[i].sense == sense for i in judged.broken)

        return breaks

    def _bisect(
        self, space: int, point: Point, axis: int, breaks: Callable[[Judged | None], bool]
    ) -> None:
        def at(i: int) -> bool:
            return breaks(self._look(space, (*point[:axis], i, *point[axis + 1 :])))

        low, high = 0, len(self._spaces[space][axis].values) - 1
        at_low = at(low)
        if at_low == at(high):
            return
        while high - low > 1:
            middle = (low + high) // 2
            if at(middle) == at_low:
                low = middle
            else:
                high = middle

    def _alternatives(self, space: int, point: Point, axis: int) -> None:
        count = len(self._spaces[space][axis].values)
        tried = (
            range(count)
            if count <= _FEW
            else [int(self._random.random() * count) for _ in range(_FEW)]
        )
        for i in tried:
            self._look(space, (*point[:axis], i, *point[axis + 1 :]))

    def _move(self, space: int, point: Point, steps: dict[int, int]) -> None:
        axes = self._spaces[space]
        moved = [i + steps.get(axis, 0) for axis, i in enumerate(point)]
        if all(0 <= i < len(axis.values) for i, axis in zip(moved, axes, strict=True)):
            self._look(space, tuple(moved))
