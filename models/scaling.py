"""Rounding of scaled depths and widths: plain integer arithmetic, in one place."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import Literal

DepthRounding = Literal["up", "nearest"]
"""Of scaled depths: up as in EfficientNet, or to the nearest number of blocks, at least one."""


def make_divisible(width: float, divisor: int = 8, *, keep: float = 0.9) -> int:
    """The multiple of ``divisor`` nearest to a width, at least one and never under ``keep`` of it.

    The rule of the MobileNet authors: rounding down may not lose more than a tenth of a layer.
    """
    rounded = max(divisor, int(width + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < keep * width else rounded


def scale_width(width: int, multiplier: float, divisor: int = 8) -> int:
    """A width times a multiplier; exactly the width itself where the multiplier is 1."""
    return width if multiplier == 1 else make_divisible(width * multiplier, divisor)


def scale_depths(
    depths: Iterable[int], multiplier: float, rounding: DepthRounding = "up"
) -> tuple[int, ...]:
    """Blocks per stage times a multiplier.

    Rounded up as in EfficientNet (Tan & Le 2019), or to the nearest as in fast compound scaling
    (Dollár et al. 2021, arXiv:2103.06877; pycls).
    """
    if rounding == "nearest":
        return tuple(max(1, round(depth * multiplier)) for depth in depths)
    # The product is rounded first so that 3 x 1.1 / 1.1 and the like do not climb by one.
    return tuple(ceil(round(depth * multiplier, 9)) for depth in depths)
