"""Grid search for α, β, γ: which laws double the cost, and what else they cost.

Tan & Le 2019 (arXiv:1905.11946) §3.3, step 1: with φ = 1 and twice the resources, try α, β, γ ≥ 1
with α·β²·γ² ≈ 2. The approximation is the constraint there; here every candidate is counted too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product, starmap
from typing import Literal

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.scaling.curves import ScalingLaw
from archmeter.analyzers.scaling.pareto import pareto
from archmeter.analyzers.scaling.points import Lab, ScaledNetwork
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


@dataclass(frozen=True, slots=True)
class Objective(Answer):
    """A total, and which way is better."""

    total: str
    """What it is read off."""

    sense: Sense = "least"
    """Whether the least or the most of it is best."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate(ScaledNetwork):
    """A law that is near the target, and the network that one step of it makes of the base."""

    alpha: float
    """What the law multiplies the depth by."""

    beta: float
    """What it multiplies the width by."""

    gamma: float
    """What it multiplies the resolution by."""

    product: float
    """α·β²·γ²: the ideal growth of cost."""

    pareto: bool = False
    """Whether nothing else is at least as good in every objective, and better in one."""


@dataclass(frozen=True, slots=True)
class GridSearch(Answer):
    """The laws of a grid that multiply the cost by a target."""

    target: float
    """What the cost was to be multiplied by."""

    tolerance: float
    """By how much of that it may be missed."""

    combinations: int
    """How many α, β, γ the grid has."""

    built: int
    """Candidates whose network was counted."""

    infeasible: Rows[Candidate]
    """Candidates that are no network."""

    feasible: Rows[Candidate]
    """Those within the tolerance, by α, β, γ."""


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
    track: Callable[[Sequence[ScalingLaw]], Iterable[ScalingLaw]] = iter,
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
    candidates = [_candidate(law, lab) for law in track(near)]
    built = [candidate for candidate in candidates if candidate.counted is not None]
    feasible = [
        candidate
        for candidate in built
        if constraint == "law" or _within(candidate.counted or 0.0, target, tolerance)
    ]
    return GridSearch(
        target,
        tolerance,
        combinations,
        len(built),
        Rows(candidate for candidate in candidates if candidate.counted is None),
        Rows(_with_front(feasible, objectives)),
    )


def _candidate(law: ScalingLaw, lab: Lab) -> Candidate:
    alpha, beta, gamma, network = law.alpha, law.beta, law.gamma, lab.point(law.at(1))
    return network.beside(Candidate, alpha=alpha, beta=beta, gamma=gamma, product=law.product)


def _near(
    axes: tuple[Sequence[float], Sequence[float], Sequence[float]],
    target: float,
    tolerance: float,
    constraint: Constraint,
) -> Iterator[ScalingLaw]:
    """The laws that may meet the constraint."""
    low, high = target * (1 - tolerance), target * (1 + tolerance)
    if constraint == "counted":
        low, high = low / _WIDER, high * _WIDER
    for law in starmap(ScalingLaw, product(*axes)):
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
        if (totals := candidate.totals) is not None
    ]
    front = set(pareto(costs)) if objectives else set()
    for i, candidate in enumerate(candidates):
        yield replace(candidate, pareto=i in front)
