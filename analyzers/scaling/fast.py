"""Fast compound scaling: Dollár, Singh & Girshick 2021 (arXiv:2103.06877).

To multiply FLOPs by s: d = s^e_d, w = √s^e_w, r = √s^e_r, with e_d + e_w + e_r = 1. Activations,
which time follows more closely than FLOPs, then grow by s^(e_d + e_w/2 + e_r): by √s where only the
width grows, by s where only depth or resolution do. The fast strategy dWr puts most on the width.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf, log, sqrt
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from archmeter.analyzers.scaling.knobs import Multipliers
from archmeter.analyzers.scaling.points import Lab, Point

GroupWidth = Literal["scaled", "fixed"]
Aim = Literal["law", "counted"]
StrategyName = Literal["d", "w", "r", "dw", "dr", "wr", "dwr", "dWr"]

ALPHA = 0.8
"""Of dWr, in the paper."""

_WIDEST = 2.0
"""How far from s the s is sought that makes the counted MACs come out."""

_REFINEMENTS = 24
_NEAR = 1e-3
"""Relative difference at which the search for it ends."""


class Exponents(NamedTuple):
    """The shares of depth, width and resolution in a growth of FLOPs; they sum to 1.

    Attributes:
        depth: e_d.
        width: e_w.
        resolution: e_r.
    """

    depth: float = 0.0
    width: float = 0.0
    resolution: float = 0.0

    def at(self, scale: float, *, group_width: GroupWidth = "scaled") -> Multipliers:
        """What to multiply by, so that FLOPs are ideally multiplied by a scale.

        Args:
            scale: s.
            group_width: scaled as the width, so that the number of groups stays, or fixed.
        """
        return Multipliers(
            scale**self.depth,
            scale ** (self.width / 2),
            scale ** (self.resolution / 2),
            1.0 if group_width == "fixed" else None,
        )

    @property
    def activations(self) -> float:
        """The exponent of s by which activations ideally grow."""
        return self.depth + self.width / 2 + self.resolution

    @property
    def params(self) -> float:
        """The exponent of s by which parameters ideally grow."""
        return self.depth + self.width


def fast(alpha: float = ALPHA) -> Exponents:
    """dWr: a share of α for the width, the rest in halves for depth and resolution."""
    return Exponents((1 - alpha) / 2, alpha, (1 - alpha) / 2)


STRATEGIES: Mapping[StrategyName, Exponents] = MappingProxyType(
    {
        "d": Exponents(1, 0, 0),
        "w": Exponents(0, 1, 0),
        "r": Exponents(0, 0, 1),
        "dw": Exponents(1 / 2, 1 / 2, 0),
        "dr": Exponents(1 / 2, 0, 1 / 2),
        "wr": Exponents(0, 1 / 2, 1 / 2),
        "dwr": Exponents(1 / 3, 1 / 3, 1 / 3),
        "dWr": fast(),
    }
)
"""As the paper names them."""


class Growth(NamedTuple):
    """By what a total ought to grow, and by what it does.

    Attributes:
        ideal: by the exponents.
        counted: as a multiple of the base's; null if the network cannot be built.
        deviation: counted ÷ ideal - 1.
    """

    ideal: float
    counted: float | None
    deviation: float | None

    def as_dict(self) -> dict[str, Any]:
        """The growth as JSON."""
        return self._asdict()


class FastPoint(NamedTuple):
    """A base scaled by a strategy.

    Attributes:
        scale: s, what FLOPs were to be multiplied by.
        aimed: the s that the multipliers were made for, which may bring the counted MACs nearer.
        network: what it is and costs.
        macs: their growth; ideally by s.
        activations: theirs; by √s for pure width.
        params: theirs; not at all for pure resolution.
        rounding: d·w²·r² of the realised sizes, as a multiple of `aimed`: what rounding did.
        structure: counted growth of MACs ÷ d·w²·r² of the realised sizes: what does not follow it.
    """

    scale: float
    aimed: float
    network: Point
    macs: Growth
    activations: Growth
    params: Growth
    rounding: float | None
    structure: float | None

    def as_dict(self) -> dict[str, Any]:
        """The point as JSON."""
        growths = ("macs", "activations", "params")
        return {
            "scale": self.scale,
            "aimed": self.aimed,
            **{name: getattr(self, name).as_dict() for name in growths},
            "rounding": self.rounding,
            "structure": self.structure,
            **self.network.as_dict(),
        }


NEEDED_TOTALS = ("macs", "activations", "params")
"""What the ruler of a lab has to read for this."""


def fast_point(
    lab: Lab,
    exponents: Exponents,
    scale: float,
    *,
    group_width: GroupWidth = "scaled",
    aim: Aim = "law",
) -> FastPoint:
    """Scale a base.

    Args:
        lab: the base, and a ruler that reads `NEEDED_TOTALS` at least.
        exponents: the strategy.
        scale: s.
        group_width: scaled as the width, or fixed.
        aim: multipliers by the law, or those for which the counted MACs come nearest to s times
            the base's.

    Raises:
        TooMuchWork: if that is more than is counted for one question.
    """

    def at(aimed: float) -> Point:
        return lab.point(exponents.at(aimed, group_width=group_width))

    aimed, point = scale, at(scale)
    if aim == "counted":
        aimed, point = _nearest(at, scale, point)
    got = point.got.ideal_cost if point.got else None
    return FastPoint(
        scale=scale,
        aimed=aimed,
        network=point,
        macs=_growth(lab, point, "macs", scale),
        activations=_growth(lab, point, "activations", scale**exponents.activations),
        params=_growth(lab, point, "params", scale**exponents.params),
        rounding=got / aimed if got else None,
        structure=point.counted / got if got and point.counted else None,
    )


def _growth(lab: Lab, point: Point, total: str, ideal: float) -> Growth:
    if point.totals is None:
        return Growth(ideal, None, None)
    counted = point.totals[total] / lab.totals[total]
    return Growth(ideal, counted, counted / ideal - 1)


def _nearest(at: Callable[[float], Point], scale: float, first: Point) -> tuple[float, Point]:
    """The s whose network's MACs come nearest to a scale: bisection, for they hardly ever fall."""

    def miss(tried: tuple[float, Point]) -> float:
        counted = tried[1].counted
        return abs(log(counted / scale)) if counted else inf

    best = (scale, first)
    low, high = scale / _WIDEST, scale * _WIDEST
    for _ in range(_REFINEMENTS):
        middle = sqrt(low * high)
        tried = (middle, at(middle))
        best = min(best, tried, key=miss)
        if miss(best) < _NEAR or high / low < 1 + _NEAR:
            break
        # What cannot be built is taken for too large.
        if (tried[1].counted or inf) < scale:
            low = middle
        else:
            high = middle
    return best
