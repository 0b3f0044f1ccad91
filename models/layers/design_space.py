"""The RegNet design space: a few numbers generate the widths and depths of all stages.

Radosavovic et al. 2020 (arXiv:2003.13678) §3.3.
"""

from __future__ import annotations

from itertools import groupby
from math import log
from typing import Literal, NamedTuple

from archmeter.models.scaling import make_divisible

QUANTUM = 8
"""Widths of blocks are multiples of it."""

WidthRounding = Literal["nearest", "keep_90"]
"""To a multiple of the group width: the nearest one, or one that loses at most a tenth."""


class GeneratedStage(NamedTuple):
    """Blocks of one width."""

    width: int
    depth: int


class GroupedWidth(NamedTuple):
    """Output and inner channels of a bottleneck, and the channels of one of its groups."""

    width: int
    mid: int
    group_width: int


def generated_stages(
    depth: int, initial: int, slope: float, step: float
) -> tuple[GeneratedStage, ...]:
    """Stages from a quantised line: block j aims at u = w0 + wa·j.

    Its width is w0·wm^s with s = log(u / w0) / log(wm) rounded to an integer (equations 2 to 4),
    and then rounded to a multiple of 8. Blocks of equal width make a stage.

    Args:
        depth: blocks in all, d.
        initial: w0.
        slope: wa.
        step: wm, the factor between the widths of successive stages.
    """

    def width(j: int) -> int:
        s = round(log((initial + slope * j) / initial) / log(step))
        return max(QUANTUM, round(initial * step**s / QUANTUM) * QUANTUM)

    runs = groupby(map(width, range(depth)))
    return tuple(GeneratedStage(width, len(list(blocks))) for width, blocks in runs)


def scaled_width(width: int, multiplier: float) -> int:
    """A width times a multiplier, to the nearest quantum; the width itself where that is 1."""
    return width if multiplier == 1 else max(1, round(width * multiplier / QUANTUM)) * QUANTUM


def scaled_group_width(width: int, multiplier: float) -> int:
    """Channels of a group times a multiplier: 1, 2, 4 or the nearest quantum.

    As pycls scales networks for Dollár et al. 2021 (arXiv:2103.06877): rounded to a whole number
    first, and 3 to 5 are 4.
    """
    if multiplier == 1:
        return width
    match max(1, round(width * multiplier)):
        case 1 | 2 as small:
            return small
        case 3 | 4 | 5:
            return 4
        case whole:
            return round(whole / QUANTUM) * QUANTUM


def fit_groups(
    width: int, *, ratio: float, group_width: int, rounding: WidthRounding = "nearest"
) -> GroupedWidth:
    """The width nearest to the one wanted whose inner channels divide into groups.

    Args:
        width: channels wanted of the block's output.
        ratio: inner channels ÷ output.
        group_width: channels of a group; all inner channels where those are fewer.
        rounding: pycls and timm take the nearest multiple of the group width; torchvision refuses
            to lose more than a tenth of the channels.
    """
    mid = max(1, int(width * ratio))
    group = min(group_width, mid)
    if rounding == "nearest":
        mid = max(group, round(mid / group) * group)
    else:
        mid = make_divisible(mid, group)
    return GroupedWidth(max(1, int(mid / ratio)), mid, group)
