"""Curves: how cost grows along depth, width, resolution, and all of them together.

Tan & Le 2019 (arXiv:1905.11946) §3.3: d = α^φ, w = β^φ, r = γ^φ with α·β²·γ² ≈ 2, so that each
step of φ is meant to double the cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import sqrt
from types import MappingProxyType
from typing import Literal, get_args

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.scaling.knobs import Departure, Multipliers
from archmeter.analyzers.scaling.points import Lab, ScaledNetwork


@dataclass(frozen=True, slots=True)
class ScalingLaw(Answer):
    """A law of scaling: what each step of φ multiplies."""

    alpha: float = 1.0
    """What a step multiplies the depth by."""

    beta: float = 1.0
    """What it multiplies the width by."""

    gamma: float = 1.0
    """What it multiplies the resolution by."""

    @property
    def product(self) -> float:
        """α·β²·γ²: the ideal growth of cost with each step."""
        return self.alpha * self.beta**2 * self.gamma**2

    def at(self, phi: float) -> Multipliers:
        """α^φ, β^φ, γ^φ."""
        return Multipliers(self.alpha**phi, self.beta**phi, self.gamma**phi)


COMPOUND = ScalingLaw(1.2, 1.1, 1.15)
"""What the paper found for EfficientNet-B0."""

LawName = Literal["depth", "width", "resolution", "compound"]

LAWS: Mapping[LawName, ScalingLaw] = MappingProxyType(
    {
        "depth": ScalingLaw(alpha=2.0),
        "width": ScalingLaw(beta=sqrt(2)),
        "resolution": ScalingLaw(gamma=sqrt(2)),
        "compound": COMPOUND,
    }
)
"""By name; those of one dimension double the ideal cost with each step, as compound scaling does
about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint(ScaledNetwork):
    """A network on a curve."""

    phi: float
    """How many steps of the law it is from the base."""


@dataclass(frozen=True, slots=True)
class Departures(Answer):
    """The steps of a curve at which something could not be had as it was wanted."""

    rounded: tuple[float, ...]
    clipped: tuple[float, ...]
    infeasible: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve(ScalingLaw):
    """Networks along a law."""

    name: str
    product: float = field()
    """α·β²·γ²: the ideal growth of cost with each step."""

    departures: Departures
    """The steps at which something was rounded, clipped or infeasible."""

    points: Rows[CurvePoint]
    """The networks, in the order of φ."""


def curve(lab: Lab, name: str, law: ScalingLaw, phis: Iterable[float]) -> Curve:
    """Scale a base along a law.

    Raises:
        TooMuchWork: if that is more than is counted for one question.
    """
    points = Rows(lab.point(law.at(phi)).beside(CurvePoint, phi=phi) for phi in phis)
    return law.beside(
        Curve,
        name=name,
        product=law.product,
        departures=Departures(*[_departing(points, kind) for kind in get_args(Departure)]),
        points=points,
    )


def _departing(points: Iterable[CurvePoint], departure: Departure) -> tuple[float, ...]:
    return tuple(
        point.phi
        for point in points
        if any(one.departure == departure for one in point.adjustments)
    )


def spaced(start: float, stop: float, count: int) -> tuple[float, ...]:
    """So many numbers at equal distances, both ends included; the start alone if there is one."""
    if count == 1:
        return (start,)
    step = (stop - start) / (count - 1)
    # Rounded, so that a range through 0 meets the base itself.
    return tuple(round(start + i * step, 12) for i in range(count))
