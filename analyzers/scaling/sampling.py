"""Samples of a design space: seeded draws of its knobs by their laws, and what they cost.

Radosavovic, Johnson, Xie, Lo, Dollár 2019 (arXiv:1905.13214) compare design spaces by empirical
distributions of their networks, not by single ones; Radosavovic et al. 2020 (arXiv:2003.13678) §3
draw them by uniform and log-uniform laws, within a range of FLOPs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from math import ceil
from random import Random
from typing import Any, Literal, NamedTuple

from archmeter.analyzers.scaling.budget import nothing
from archmeter.analyzers.scaling.examine import Examiner, Judge, Judged, Progress, Refusal, Spent
from archmeter.analyzers.scaling.knobs import Adjustment
from archmeter.analyzers.scaling.realised import departures
from archmeter.analyzers.scaling.search_space import Space
from archmeter.models import registry
from archmeter.models.spec import ArchitectureSpec

STEPS = 100
"""Quantiles of a distribution: percentiles."""

BINS = 24

_DECADE = 10.0
"""What spans more than this is binned on a logarithmic scale."""

Stop = Literal["max_draws", "max_operators"]


class Quantile(NamedTuple):
    """A point of an empirical distribution.

    Attributes:
        share: of the samples.
        value: the least that so many of them do not exceed.
    """

    share: float
    value: float


class Bin(NamedTuple):
    """A bar of a histogram.

    Attributes:
        low: where it begins.
        high: where it ends; the last bar's end is in it.
        samples: how many are in it.
    """

    low: float
    high: float
    samples: int


class Distribution(NamedTuple):
    """The empirical distribution of a total.

    Attributes:
        total: which.
        mean: of all samples.
        quantiles: the empirical distribution function, read at every percent; 0 is the least.
        scale: of the histogram's bins.
        histogram: bins of equal width on that scale.
    """

    total: str
    mean: float
    quantiles: tuple[Quantile, ...]
    scale: Literal["linear", "logarithmic"]
    histogram: tuple[Bin, ...]

    def as_dict(self) -> dict[str, Any]:
        """The distribution as JSON."""
        return self._asdict() | {
            "quantiles": [quantile._asdict() for quantile in self.quantiles],
            "histogram": [one._asdict() for one in self.histogram],
        }


class Sample(NamedTuple):
    """A network that was drawn.

    Attributes:
        values: of the knobs.
        spec: the whole description.
        totals: what it costs, by name.
    """

    values: Mapping[str, Any]
    spec: ArchitectureSpec
    totals: dict[str, float]

    @property
    def adjustments(self) -> tuple[Adjustment, ...]:
        """Multipliers that could only be realised rounded, and to what."""
        return departures(self.spec)

    def as_dict(self) -> dict[str, Any]:
        """The sample as JSON."""
        return {
            "values": dict(self.values),
            "totals": self.totals,
            "adjustments": [adjustment.as_dict() for adjustment in self.adjustments],
        }


class Sampling(NamedTuple):
    """Samples of a design space.

    Attributes:
        base: its architecture, before any knob moves.
        drawn: how often the knobs were drawn.
        accepted: different networks within the bounds.
        duplicates: draws of a network that was drawn before.
        rejected: the other draws, and why: not within a bound, or no network.
        trims: values of ranges that had to be rounded, and why.
        stopped: why there are not as many as were asked for.
        distributions: one for each total.
        samples: the accepted ones, in the order in which they were drawn.
    """

    base: str
    drawn: int
    accepted: int
    duplicates: int
    rejected: tuple[Refusal, ...]
    trims: tuple[dict[str, Any], ...]
    stopped: Stop | None
    distributions: tuple[Distribution, ...]
    samples: tuple[Sample, ...]

    def as_dict(self) -> dict[str, Any]:
        """The samples as JSON."""
        return self._asdict() | {
            name: [part.as_dict() for part in getattr(self, name)]
            for name in ("rejected", "distributions", "samples")
        }


def sample(
    space: Space,
    judge: Judge,
    count: int,
    *,
    totals: Sequence[str] = (),
    seed: int = 0,
    max_draws: int,
    max_operators: int,
    progress: Progress | None = None,
) -> Sampling:
    """Draw networks until there are enough different ones within the bounds.

    Args:
        space: the knobs, and the laws that they are drawn by.
        judge: the bounds; counts the totals.
        count: networks wanted.
        totals: whose distributions are read off.
        seed: of the draws; the same one draws the same.
        max_draws: how often to draw at most.
        max_operators: operators to count, in all networks together.
        progress: told how many were accepted.

    Raises:
        ImpossibleKnob: if a listed value is out of its knob's bounds.
        NothingToBuild: if no draw is a network.
    """
    for knob in space.knobs:
        if isinstance(knob.domain, tuple):
            space.axis(knob)
    random = Random(seed)  # noqa: S311 - nothing is kept secret
    examiner = Examiner([space], judge, max_specs=max_draws, max_operators=max_operators)
    rejected: dict[int, Refusal] = {}
    accepted: list[Judged] = []
    drawn = 0
    try:
        while len(accepted) < count and drawn < max_draws:
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
    samples = [Sample(one.values, one.spec, _totals(one, totals, judge.batch)) for one in accepted]
    return Sampling(
        base=registry.describe(space.base),
        drawn=drawn,
        accepted=len(accepted),
        duplicates=examiner.duplicates,
        rejected=(
            *sorted(rejected.values(), key=lambda refused: -refused.specs),
            *examiner.refusals,
        ),
        trims=tuple([knob.rounded.as_dict() for knob in space.knobs if knob.rounded]),
        stopped=stop if len(accepted) < count else None,
        distributions=tuple(
            [distribution(name, [one.totals[name] for one in samples]) for name in totals]
        )
        if samples
        else (),
        samples=tuple(samples),
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
        quantiles=tuple(
            [
                Quantile(k / STEPS, ordered[max(ceil(k * count / STEPS), 1) - 1])
                for k in range(STEPS + 1)
            ]
        ),
        scale=scale,
        histogram=tuple([Bin(*bar) for bar in zip(edges, edges[1:], counts, strict=False)]),
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
        known._replace(specs=known.specs + 1)
        if known
        else Refusal("out_of_bounds", 1, f"not {judge.limits[worst]}", judged.values)
    )


def _totals(judged: Judged, names: Sequence[str], batch: int) -> dict[str, float]:
    return {name: judged.totals[name, batch] for name in names}
