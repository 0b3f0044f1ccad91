"""Grid search for α, β, γ: which laws double the cost, and what else they cost.

Tan & Le 2019 (arXiv:1905.11946) §3.3, step 1: with φ = 1 and twice the resources, try α, β, γ ≥ 1
with α·β²·γ² ≈ 2. The approximation is the constraint there; here every candidate is counted too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import Any, Literal, NamedTuple

from archmeter.analyzers.scaling.curves import Law
from archmeter.analyzers.scaling.pareto import pareto
from archmeter.analyzers.scaling.points import Lab, Point
from archmeter.models.errors import ArchmeterError

Constraint = Literal["law", "counted"]
Sense = Literal["least", "most"]

MAX_GRID = 50_000
"""Combinations that are looked at; only those near the target are built."""

_SLACK = 1e-9

_WIDER = 2.0
"""Where counted MACs decide, what the law puts further off than this factor is not built."""


class GridTooLarge(ArchmeterError):
    """A grid has more combinations than are looked at."""

    code = "grid_too_large"


class Objective(NamedTuple):
    """A total, and which way is better."""

    total: str
    sense: Sense = "least"


class Candidate(NamedTuple):
    """A law that is near the target.

    Attributes:
        law: α, β, γ.
        product: α·β²·γ².
        network: the base scaled by it at φ = 1.
        pareto: whether nothing else is at least as good in every objective, and better in one.
    """

    law: Law
    product: float
    network: Point
    pareto: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The candidate as JSON."""
        return {
            **self.law._asdict(),
            "product": self.product,
            "pareto": self.pareto,
            **self.network.as_dict(),
        }


class GridSearch(NamedTuple):
    """What a search found.

    Attributes:
        target: what the cost was to be multiplied by.
        tolerance: by how much of that it may be missed.
        combinations: of the grid.
        built: candidates whose network was counted.
        infeasible: candidates that are no network.
        feasible: those within the tolerance, by α, β, γ.
    """

    target: float
    tolerance: float
    combinations: int
    built: int
    infeasible: tuple[Candidate, ...]
    feasible: tuple[Candidate, ...]


def grid(start: float, stop: float, step: float) -> tuple[float, ...]:
    """Numbers from start to stop, both included where the step meets them."""
    count = int(round((stop - start) / step, 9)) + 1
    return tuple(round(start + i * step, 9) for i in range(count))


def grid_search(
    lab: Lab,
    axes: tuple[Sequence[float], Sequence[float], Sequence[float]],
    *,
    target: float = 2.0,
    tolerance: float = 0.05,
    constraint: Constraint = "law",
    objectives: Sequence[Objective] = (),
    track: Callable[[Sequence[Law]], Iterable[Law]] = iter,
) -> GridSearch:
    """Count every law of a grid that is near a target.

    Args:
        lab: the base, and a ruler that reads the objectives.
        axes: the values of α, of β and of γ.
        target: what the cost is to be multiplied by.
        tolerance: by how much of the target it may be missed.
        constraint: what has to meet the target: α·β²·γ², or the counted MACs.
        objectives: what the Pareto set is of; empty for none.
        track: sees the laws whose networks are about to be built, one by one.

    Raises:
        GridTooLarge: if there are too many combinations.
        TooMuchWork: if those near the target are more than is counted for one question.
    """
    alphas, betas, gammas = axes
    combinations = len(alphas) * len(betas) * len(gammas)
    if combinations > MAX_GRID:
        raise GridTooLarge(
            f"the grid has {combinations:,} combinations",
            field="alpha",
            accepted=f"at most {MAX_GRID:,}, by larger steps or shorter ranges",
        )
    near = list(_near(axes, target, tolerance, constraint))
    candidates = [Candidate(law, law.product, lab.point(law.at(1))) for law in track(near)]
    built = [candidate for candidate in candidates if candidate.network.counted is not None]
    feasible = [
        candidate
        for candidate in built
        if constraint == "law" or _within(candidate.network.counted or 0.0, target, tolerance)
    ]
    return GridSearch(
        target,
        tolerance,
        combinations,
        len(built),
        tuple(candidate for candidate in candidates if candidate.network.counted is None),
        tuple(_with_front(feasible, objectives)),
    )


def _near(
    axes: tuple[Sequence[float], Sequence[float], Sequence[float]],
    target: float,
    tolerance: float,
    constraint: Constraint,
) -> Iterator[Law]:
    """The laws that may meet the constraint."""
    low, high = target * (1 - tolerance), target * (1 + tolerance)
    if constraint == "counted":
        low, high = low / _WIDER, high * _WIDER
    for law in map(Law._make, product(*axes)):
        # The difference of floats that are meant to be equal is no reason to leave a law out.
        if low - _SLACK <= law.product <= high + _SLACK:
            yield law


def _within(value: float, target: float, tolerance: float) -> bool:
    return abs(value - target) <= tolerance * target


def _with_front(
    candidates: Sequence[Candidate], objectives: Sequence[Objective]
) -> Iterator[Candidate]:
    """The candidates, those of the Pareto set marked."""
    costs = [
        [
            totals[objective.total] * (1 if objective.sense == "least" else -1)
            for objective in objectives
        ]
        for candidate in candidates
        if (totals := candidate.network.totals) is not None
    ]
    front = set(pareto(costs)) if objectives else set()
    for i, candidate in enumerate(candidates):
        yield candidate._replace(pareto=i in front)
