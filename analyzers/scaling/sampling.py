"""Samples of a design space: seeded draws of its knobs by their laws, and what they cost.

Radosavovic, Johnson, Xie, Lo, Dollár 2019 (arXiv:1905.13214) compare design spaces by empirical
distributions of their networks, not by single ones; Radosavovic et al. 2020 (arXiv:2003.13678) §3
draw them by uniform and log-uniform laws, within a range of FLOPs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import starmap
from math import ceil
from random import Random
from typing import Literal

from pydantic import JsonValue

from archmeter.analyzers.answers import Answer, Number, Rows
from archmeter.analyzers.scaling.budget import Effort, nothing
from archmeter.analyzers.scaling.domains import KnobTrim
from archmeter.analyzers.scaling.examine import Examiner, Judge, Judged, Progress, Refusal, Spent
from archmeter.analyzers.scaling.knobs import Adjustment
from archmeter.analyzers.scaling.realised import departures
from archmeter.analyzers.scaling.search_space import Space

STEPS = 100
"""Quantiles of a distribution: percentiles."""

BINS = 24

_DECADE = 10.0
"""What spans more than this is binned on a logarithmic scale."""

Stop = Literal["max_draws", "max_operators"]


@dataclass(frozen=True, slots=True)
class Quantile(Answer):
    """A point of an empirical distribution."""

    share: float
    """Part of the samples."""

    value: Number
    """The least that so many of them do not exceed."""


@dataclass(frozen=True, slots=True)
class HistogramBin(Answer):
    """A bar of a histogram."""

    low: Number
    """Where it begins."""

    high: Number
    """Where it ends; the last bar's end is in it."""

    samples: int
    """How many are in it."""


@dataclass(frozen=True, slots=True)
class Distribution(Answer):
    """The empirical distribution of a total."""

    total: str
    """Name of the total."""

    mean: float
    """Mean of all samples."""

    quantiles: Rows[Quantile]
    """The empirical distribution function, read at every percent; 0 is the least."""

    scale: Literal["linear", "logarithmic"]
    """Scale of the histogram's bins."""

    histogram: Rows[HistogramBin]
    """Bins of equal width on that scale."""


@dataclass(frozen=True, slots=True)
class Sample(Answer):
    """A network that was drawn."""

    values: dict[str, JsonValue]
    """Values of the knobs."""

    totals: dict[str, Number]
    """What it costs, by name."""

    adjustments: Rows[Adjustment]
    """Multipliers that could only be realised rounded, and to what."""


@dataclass(frozen=True, slots=True)
class Sampling(Answer):
    """Samples of a design space, and how their totals are distributed."""

    base: str
    """Its architecture, before any knob moves."""

    drawn: int
    """How often the knobs were drawn."""

    accepted: int
    """Different networks within the bounds."""

    duplicates: int
    """Draws of a network that was drawn before."""

    rejected: Rows[Refusal]
    """The other draws, and why: not within a bound, or no network."""

    trims: Rows[KnobTrim]
    """Values of ranges that had to be rounded, and why."""

    stopped: Stop | None
    """Why there are not as many as were asked for."""

    distributions: Rows[Distribution]
    """One for each total."""

    samples: Rows[Sample]
    """The accepted ones, in the order in which they were drawn."""


def sample(
    space: Space,
    judge: Judge,
    count: int,
    effort: Effort,
    *,
    totals: Sequence[str] = (),
    listed: int | None = None,
    progress: Progress | None = None,
) -> Sampling:
    """Draw networks until there are enough different ones within the bounds.

    Args:
        space: the knobs, and the laws that they are drawn by.
        judge: the bounds; counts the totals.
        count: networks wanted.
        effort: how often to draw at most, and what to count; the same seed draws the same.
        totals: whose distributions are read off.
        listed: how many samples to list, the first ones; the rest are in the distributions alone.
        progress: told how many were accepted.

    Raises:
        ImpossibleKnob: if a listed value is out of its knob's bounds.
        NothingToBuild: if no draw is a network.
    """
    for knob in space.knobs:
        if isinstance(knob.domain, tuple):
            space.axis(knob)
    random = Random(effort.seed)  # noqa: S311 - nothing is kept secret
    examiner = Examiner(
        [space], judge, max_specs=effort.max_specs, max_operators=effort.max_operators
    )
    rejected: dict[int, Refusal] = {}
    accepted: list[Judged] = []
    drawn = 0
    try:
        while len(accepted) < count and drawn < effort.max_specs:
            values = {knob.path: knob.draw(random.random()) for knob in space.knobs}
            known = len(examiner.judged)
            judged = examiner.examine(0, values)
            drawn += 1
            if judged is None or len(examiner.judged) == known:
                continue
            if judged.feasible:
                accepted.append(judged)
            else:
                _reject(rejected, judged, judge)
            if progress:
                progress(len(accepted), count)
    except Spent:
        pass
    if not examiner.judged:
        raise nothing(examiner)
    stop: Stop = "max_operators" if examiner.stopped == "max_operators" else "max_draws"
    counted = [{name: one.totals[name, judge.batch] for name in totals} for one in accepted]
    return Sampling(
        base=space.name_of(space.base),
        drawn=drawn,
        accepted=len(accepted),
        duplicates=examiner.duplicates,
        rejected=Rows(
            (
                *sorted(rejected.values(), key=lambda refused: -refused.specs),
                *examiner.refusals,
            )
        ),
        trims=Rows(knob.rounded for knob in space.knobs if knob.rounded),
        stopped=stop if len(accepted) < count else None,
        distributions=Rows(
            [distribution(name, [one[name] for one in counted]) for name in totals if counted]
        ),
        samples=Rows(
            Sample(dict(one.values), found, departures(one.spec))
            for one, found in zip(accepted[:listed], counted, strict=False)
        ),
    )


def distribution(total: str, values: Sequence[float]) -> Distribution:
    """The empirical distribution of some values, of which there is at least one."""
    ordered = sorted(values)
    count = len(ordered)
    scale, edges = _edges(ordered[0], ordered[-1])
    below = [bisect_left(ordered, edge) for edge in edges[1:-1]]
    counts = [b - a for a, b in zip([0, *below], [*below, count], strict=True)]
    return Distribution(
        total=total,
        mean=sum(ordered) / count,
        quantiles=Rows(
            Quantile(k / STEPS, ordered[max(ceil(k * count / STEPS), 1) - 1])
            for k in range(STEPS + 1)
        ),
        scale=scale,
        histogram=Rows(starmap(HistogramBin, zip(edges, edges[1:], counts, strict=False))),
    )


def _edges(low: float, high: float) -> tuple[Literal["linear", "logarithmic"], list[float]]:
    """Where the bars of a histogram begin and end; a single bar where all values are equal."""
    if low == high:
        return "linear", [low, high]
    if low > 0 and high / low > _DECADE:
        ratio = high / low
        return "logarithmic", [low * ratio ** (k / BINS) for k in range(BINS)] + [high]
    return "linear", [low + (high - low) * k / BINS for k in range(BINS)] + [high]


def _reject(rejected: dict[int, Refusal], judged: Judged, judge: Judge) -> None:
    """Count a network under the limit that it breaks most."""
    worst = max(judged.broken, key=judged.excesses.__getitem__)
    known = rejected.get(worst)
    rejected[worst] = (
        replace(known, specs=known.specs + 1)
        if known
        else Refusal("out_of_bounds", 1, f"not {judge.limits[worst]}", dict(judged.values))
    )
