"""Fast compound scaling: Dollár, Singh & Girshick 2021 (arXiv:2103.06877).

To multiply FLOPs by s: d = s^e_d, w = √s^e_w, r = √s^e_r, with e_d + e_w + e_r = 1. Activations,
which time follows more closely than FLOPs, then grow by s^(e_d + e_w/2 + e_r): by √s where only the
width grows, by s where only depth or resolution do. The fast strategy dWr puts most on the width.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, log, sqrt
from types import MappingProxyType
from typing import Literal

from archmeter.analyzers.answers import Answer
from archmeter.analyzers.scaling.knobs import Multipliers
from archmeter.analyzers.scaling.points import Lab, ScaledNetwork

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


@dataclass(frozen=True, slots=True)
class Exponents(Answer):
    """The shares of depth, width and resolution in a growth of FLOPs; they sum to 1."""

    depth: float = 0.0
    """e_d: the depth grows by s^e_d."""

    width: float = 0.0
    """e_w: the width grows by √s^e_w."""

    resolution: float = 0.0
    """e_r: the resolution grows by √s^e_r."""

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
        "d": Exponents(1.0, 0.0, 0.0),
        "w": Exponents(0.0, 1.0, 0.0),
        "r": Exponents(0.0, 0.0, 1.0),
        "dw": Exponents(1 / 2, 1 / 2, 0.0),
        "dr": Exponents(1 / 2, 0.0, 1 / 2),
        "wr": Exponents(0.0, 1 / 2, 1 / 2),
        "dwr": Exponents(1 / 3, 1 / 3, 1 / 3),
        "dWr": fast(),
    }
)
"""As the paper names them."""


@dataclass(frozen=True, slots=True)
class Growth(Answer):
    """By what a total of a scaled network ought to grow, and by what it does."""

    ideal: float
    """Growth by the exponents."""

    counted: float | None
    """Growth that is counted; null if the network cannot be built."""

    deviation: float | None
    """counted ÷ ideal - 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FastPoint(ScaledNetwork):
    """A network scaled by a strategy of fast compound scaling."""

    scale: float
    """s, what FLOPs were to be multiplied by."""

    aimed: float
    """The s that the multipliers were made for, which may bring the counted MACs nearer."""

    macs: Growth
    """The growth of MACs; ideally by s."""

    activations: Growth
    """The growth of activations; ideally by √s for pure width."""

    params: Growth
    """The growth of parameters; ideally none for pure resolution."""

    rounding: float | None
    """d·w²·r² of the realised sizes, as a multiple of `aimed`: what rounding did."""

    structure: float | None
    """Counted growth of MACs ÷ d·w²·r² of the realised sizes: what does not follow it."""


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

    def at(aimed: float) -> ScaledNetwork:
        return lab.point(exponents.at(aimed, group_width=group_width))

    aimed, point = scale, at(scale)
    if aim == "counted":
        aimed, point = _nearest(at, scale, point)
    got = point.got.ideal_cost if point.got else None
    return point.beside(
        FastPoint,
        scale=scale,
        aimed=aimed,
        macs=_growth(lab, point, "macs", scale),
        activations=_growth(lab, point, "activations", scale**exponents.activations),
        params=_growth(lab, point, "params", scale**exponents.params),
        rounding=got / aimed if got else None,
        structure=point.counted / got if got and point.counted else None,
    )


def _growth(lab: Lab, point: ScaledNetwork, total: str, ideal: float) -> Growth:
    if point.totals is None:
        return Growth(ideal, None, None)
    counted = point.totals[total] / lab.totals[total]
    return Growth(ideal, counted, counted / ideal - 1)


def _nearest(
    at: Callable[[float], ScaledNetwork], scale: float, first: ScaledNetwork
) -> tuple[float, ScaledNetwork]:
    """The s whose network's MACs come nearest to a scale: bisection, for they hardly ever fall."""

    def miss(tried: tuple[float, ScaledNetwork]) -> float:
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
