"""Curves: how cost grows along depth, width, resolution, and all of them together.

Tan & Le 2019 (arXiv:1905.11946) §3.3: d = α^φ, w = β^φ, r = γ^φ with α·β²·γ² ≈ 2, so that each
step of φ is meant to double the cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import sqrt
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from archmeter.analyzers.scaling.knobs import Multipliers
from archmeter.analyzers.scaling.points import Lab, Point


class Law(NamedTuple):
    """What each step of φ multiplies.

    Attributes:
        alpha: the depth.
        beta: the width.
        gamma: the resolution.
    """

    alpha: float = 1.0
    beta: float = 1.0
    gamma: float = 1.0

    @property
    def product(self) -> float:
        """α·β²·γ²: the ideal growth of cost with each step."""
        return self.alpha * self.beta**2 * self.gamma**2

    def at(self, phi: float) -> Multipliers:
        """α^φ, β^φ, γ^φ."""
        return Multipliers(self.alpha**phi, self.beta**phi, self.gamma**phi)


COMPOUND = Law(1.2, 1.1, 1.15)
"""What the paper found for EfficientNet-B0."""

LawName = Literal["depth", "width", "resolution", "compound"]

LAWS: Mapping[LawName, Law] = MappingProxyType(
    {
        "depth": Law(alpha=2.0),
        "width": Law(beta=sqrt(2)),
        "resolution": Law(gamma=sqrt(2)),
        "compound": COMPOUND,
    }
)
"""By name; those of one dimension double the ideal cost with each step, as compound scaling does
about."""


class CurvePoint(NamedTuple):
    """A network on a curve.

    Attributes:
        phi: how many steps of the law it is from the base.
        network: what it is and costs.
    """

    phi: float
    network: Point

    def as_dict(self) -> dict[str, Any]:
        """The point as JSON."""
        return {"phi": self.phi, **self.network.as_dict()}


class Curve(NamedTuple):
    """Networks along a law."""

    name: str
    law: Law
    points: tuple[CurvePoint, ...]


def curve(lab: Lab, name: str, law: Law, phis: Iterable[float]) -> Curve:
    """Scale a base along a law.

    Raises:
        TooMuchWork: if that is more than is counted for one question.
    """
    return Curve(name, law, tuple(CurvePoint(phi, lab.point(law.at(phi))) for phi in phis))


def spaced(start: float, stop: float, count: int) -> tuple[float, ...]:
    """So many numbers at equal distances, both ends included; the start alone if there is one."""
    if count == 1:
        return (start,)
    step = (stop - start) / (count - 1)
    # Rounded, so that a range through 0 meets the base itself.
    return tuple(round(start + i * step, 12) for i in range(count))
