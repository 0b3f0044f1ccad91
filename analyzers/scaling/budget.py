"""Budgets: the best networks that keep to bounds, the nearest that do not, and what stops them.

Every combination of the knobs' values is counted where that are few enough; else they are searched
as `analyzers.scaling.beam` says. What is best is then the best of what was examined. The same
question with the same seed has the same answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from heapq import heapify, heappop, heappush
from itertools import islice
from typing import Any, NamedTuple

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.scaling.beam import Beam, everything, size
from archmeter.analyzers.scaling.bounds import BoundCheck, Limit
from archmeter.analyzers.scaling.examine import Examiner, Judge, Judged, Progress
from archmeter.analyzers.scaling.fits import End, Fit, FoundNetwork, LimitPressure, SearchedSpace
from archmeter.analyzers.scaling.realised import departures
from archmeter.analyzers.scaling.search_space import Axis, NothingToBuild, Space
from archmeter.analyzers.scaling.sizes import sizes
from archmeter.models.errors import ArchmeterError

MAX_SPECS = 2_000
"""Specs that are examined if nothing else is said."""

MAX_OPERATORS = 5_000_000
"""Operators that are counted if nothing else is said: about ten seconds."""

_COMPLETIONS = 500
"""Of the networks that may be near, so many are counted whole."""

_WITNESSES = 32
"""Of the networks that may show that a limit binds, so many of the nearest are counted whole."""


class Effort(NamedTuple):
    """How far a search goes.

    Attributes:
        max_specs: specs to examine; a space that has no more combinations is searched whole.
        max_operators: operators to count, in all networks together.
        seed: of what is left to chance.
    """

    max_specs: int = MAX_SPECS
    max_operators: int = MAX_OPERATORS
    seed: int = 0


def fit(
    spaces: Sequence[Space],
    judge: Judge,
    effort: Effort | None = None,
    *,
    count: int = 10,
    progress: Progress | None = None,
) -> Fit:
    """Search spaces for the best networks that keep to limits.

    Args:
        spaces: architectures, and the knobs of each that may move.
        judge: the limits, and what is best.
        effort: how far to go.
        count: networks to return, and misses.
        progress: told how far the search got.

    Raises:
        ImpossibleKnob: if a knob cannot have its values.
        NothingToBuild: if no combination is a network.
    """
    effort = effort or Effort()
    axes = [space.axes for space in spaces]
    combinations = sum(map(size, axes))
    examiner = Examiner(
        spaces,
        judge,
        max_specs=min(effort.max_specs, combinations),
        max_operators=effort.max_operators,
        progress=progress,
    )
    if combinations <= effort.max_specs:
        everything(examiner, axes)
    else:
        Beam(examiner, axes, seed=effort.seed).search()
    if not examiner.judged:
        raise nothing(examiner)
    return _Answer(examiner, axes, count).fit(combinations)


def nothing(examiner: Examiner) -> NothingToBuild:
    """The error that says why no combination is a network."""
    refusals = [f"{refused.specs} x {refused.reason}" for refused in examiner.refusals]
    return NothingToBuild(
        f"none of {examiner.examined} combinations is a network: {'; '.join(refusals)[:400]}",
        field="knobs",
        accepted="values of the knobs that go together",
    )


class _Answer:
    """What is read off an examination."""

    def __init__(self, examiner: Examiner, axes: Sequence[Sequence[Axis]], count: int) -> None:
        self._examiner = examiner
        self._judge = examiner.judge
        self._axes = axes
        self._count = count
        self._alike = Counter(map(self._judge.fingerprint, examiner.judged))

    def fit(self, combinations: int) -> Fit:
        """The whole answer."""
        examiner, judge = self._examiner, self._judge
        kept = sorted([one for one in examiner.judged if one.feasible], key=judge.order)
        best = kept[0] if kept else None
        misses = list(islice(self._different(self._nearest(best)), self._count))
        closest = misses[0] if misses and best is None else None
        limits = Rows(
            [self._pressure(i, limit, best, closest) for i, limit in enumerate(judge.limits)]
        )
        return Fit(
            feasible=best is not None,
            best=Rows(map(self._found, islice(self._different(kept), self._count))),
            misses=Rows(map(self._found, misses)),
            binding=_tightest(judge.limits, limits),
            limits=limits,
            spaces=Rows(
                SearchedSpace(
                    space.name_of(space.base),
                    size(axes),
                    Rows(trim for axis in axes for trim in axis.trims),
                )
                for space, axes in zip(examiner.spaces, self._axes, strict=True)
            ),
            combinations=combinations,
            exhaustive=examiner.examined + examiner.duplicates == combinations,
            stopped=examiner.stopped,
            examined=examiner.examined,
            kept=len(kept),
            duplicates=examiner.duplicates,
            refusals=examiner.refusals,
        )

    def _nearest(self, best: Judged | None) -> Iterator[Judged]:
        """Networks that break limits and would be better than the best, the nearest first."""
        # A miss that was not counted whole can only grow: it is counted when its turn comes.
        left = _COMPLETIONS
        waiting = [
            (one.miss, i, one)
            for i, one in enumerate(self._examiner.judged)
            if not one.feasible and self._better(one, best)
        ]
        heapify(waiting)
        while waiting:
            _, i, one = heappop(waiting)
            if one.complete:
                yield one
                continue
            left -= 1
            if left < 0:
                continue
            with suppress(ArchmeterError):  # too large to be counted exactly: not near
                whole = self._judge.completed(one)
                if self._better(whole, best):
                    heappush(waiting, (whole.miss, i, whole))

    def _better(self, one: Judged, best: Judged | None) -> bool:
        """Whether a network has, or may have, a better objective than the best."""
        aim = self._judge.aim(one)
        if best is None or aim is None:
            return True
        least = self._judge.aim(best)
        return least is not None and self._judge.rank(aim) < self._judge.rank(least)

    def _different(self, judged: Iterable[Judged]) -> Iterator[Judged]:
        """One of those that cost the same in every total: the first."""
        seen: set[tuple[float, ...]] = set()
        for one in judged:
            fingerprint = self._judge.fingerprint(one)
            if fingerprint not in seen:
                seen.add(fingerprint)
                yield one

    def _pressure(
        self, index: int, limit: Limit, best: Judged | None, closest: Judged | None
    ) -> LimitPressure:
        key = (limit.total, limit.batch)
        values = [one.totals[key] for one in self._examiner.judged if key in one.totals]
        relax: float | None = None
        gain: float | None = None
        if closest is not None:
            relax = closest.excesses[index] if closest.excesses[index] > 0 else None
        elif (witness := self._witness(index, best)) is not None:
            relax, gain = witness.excesses[index], self._judge.aim(witness)
        return limit.beside(
            LimitPressure,
            counted=len(values),
            kept=sum(limit.excess_of(value) <= 0 for value in values),
            lowest=min(values, default=None),
            highest=max(values, default=None),
            binding=relax is not None,
            relax=relax,
            gain=gain,
        )

    def _witness(self, index: int, best: Judged | None) -> Judged | None:
        """The nearest network that is better than the best and breaks this limit alone."""
        alone = [
            one
            for one in self._examiner.judged
            if one.broken == [index] and self._better(one, best)
        ]
        alone.sort(key=lambda one: one.miss)
        for one in alone[:_WITNESSES]:
            with suppress(ArchmeterError):
                whole = self._judge.completed(one)
                if whole.broken == [index] and self._better(whole, best):
                    return whole
        return None

    def _found(self, one: Judged) -> FoundNetwork:
        judge = self._judge
        return FoundNetwork(
            name=self._examiner.spaces[one.space].name_of(one.spec),
            space=one.space,
            values=dict(one.values),
            architecture=one.spec.canonical(),
            sizes=sizes(one.spec.graph()),
            totals={
                total: value for (total, batch), value in one.totals.items() if batch == judge.batch
            },
            checks=Rows(
                limit.beside(
                    BoundCheck,
                    value=one.totals[limit.total, limit.batch],
                    excess=one.excesses[i],
                    kept=one.excesses[i] <= 0,
                )
                for i, limit in enumerate(judge.limits)
            ),
            miss=one.miss,
            edges=_edges(one.values, self._axes[one.space]),
            alike=self._alike[judge.fingerprint(one)] - 1,
            adjustments=departures(one.spec),
        )


def _edges(values: Mapping[str, Any], axes: Sequence[Axis]) -> dict[str, End]:
    edges: dict[str, End] = {}
    for axis in axes:
        if axis.ordered and len(axis.values) > 1 and values[axis.path] == axis.values[0]:
            edges[axis.path] = "low"
        elif axis.ordered and len(axis.values) > 1 and values[axis.path] == axis.values[-1]:
            edges[axis.path] = "high"
    return edges


def _tightest(limits: Sequence[Limit], pressures: Sequence[LimitPressure]) -> str | None:
    """The limit that has to give way least."""
    binding = [(p.relax, str(limit)) for p, limit in zip(pressures, limits, strict=True) if p.relax]
    return min(binding)[1] if binding else None
