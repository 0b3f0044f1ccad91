"""Receptive field and stride of each tensor: which square of the input one element can see.

A window of k at dilation d over a map whose elements lie j pixels apart adds d(k-1)·j pixels; a
stride multiplies j, and upsampling divides it. Branches that meet give the larger of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, count, islice
from math import isqrt
from typing import NamedTuple

from archmeter.analyzers.reading import Reading
from archmeter.models.graph import Graph
from archmeter.models.ops import (
    AdaptiveAvgPool2d,
    BlurPool2d,
    Conv1d,
    Conv2d,
    Elementwise,
    Flatten,
    GroupNorm,
    Linear,
    MatMul,
    Movement,
    Norm,
    Pair,
    Pool2d,
    Reshape,
    ScaledDotProductAttention,
    Shape,
    Source,
    Statistic,
    Subsample,
    Sum,
    Upsample2d,
)


class Window(NamedTuple):
    """How far an operator reaches over its input's rows and columns, and how far it steps.

    ``repeats`` is how many of its results stand where one element of its input stood.
    """

    reach: Pair
    step: Pair
    repeats: Pair = (1, 1)


SEES_ITSELF: Pair = (1, 1)
SEES_NOTHING: Pair = (0, 0)
"""What weights see."""

PAIR = 2
"""Inputs that are looked at faster than compared with others."""

windows = Reading[Window | None]("receptive field", None)


@windows.rule(Conv2d)
def conv_window(op: Conv2d, _: Shape, __: Shape) -> Window | None:
    """k elements, d apart."""
    if op.kernel == op.stride == (1, 1):
        return None
    (kh, kw), (dh, dw) = op.kernel, op.dilation
    return Window((dh * (kh - 1), dw * (kw - 1)), op.stride)


@windows.rule(Pool2d)
def pool_window(op: Pool2d, _: Shape, __: Shape) -> Window:
    """k neighbouring elements."""
    return Window((op.kernel[0] - 1, op.kernel[1] - 1), op.stride)


@windows.rule(BlurPool2d)
def blur_window(op: BlurPool2d, _: Shape, __: Shape) -> Window:
    """k neighbouring elements."""
    return Window((op.kernel - 1, op.kernel - 1), (op.stride, op.stride))


@windows.rule(Subsample)
def subsample_window(op: Subsample, _: Shape, __: Shape) -> Window:
    """One element of every few."""
    return Window((0, 0), (op.stride, op.stride))


@windows.rule(Upsample2d)
def upsample_window(_: Upsample2d, out: Shape, x: Shape) -> Window:
    """The same element for every few; rounded down where some are repeated once more."""
    return Window((0, 0), (1, 1), (out[2] // x[2], out[3] // x[3]))


@windows.rule(AdaptiveAvgPool2d)
def adaptive_window(_: AdaptiveAvgPool2d, out: Shape, x: Shape) -> Window:
    """As much of the map as the largest of its windows; all of it where the pool is global."""
    reach = [
        max(-(-(i + 1) * size // parts) - i * size // parts for i in range(parts))
        for size, parts in zip(x[2:], out[2:], strict=True)
    ]
    return Window((reach[0] - 1, reach[1] - 1), (max(1, x[2] // out[2]), max(1, x[3] // out[3])))


@windows.rule(Statistic)
def statistic_window(op: Statistic, _: Shape, x: Shape) -> Window | None:
    """The whole map, where rows and columns are reduced: of (N, C, H, W) or of (N, H, W, C)."""
    if op.dims not in {(2, 3), (1, 2)}:
        return None
    height, width = (x[dim] for dim in op.dims)
    return Window((height - 1, width - 1), (height, width))


@windows.rule(GroupNorm)
def statistics_window(_: GroupNorm, __: Shape, x: Shape) -> Window:
    """The whole map, which its statistics are taken of."""
    return Window((x[2] - 1, x[3] - 1), (1, 1))


@windows.rule(Flatten)
def flattened(_: Flatten, __: Shape, x: Shape) -> Window | None:
    """The whole map: what follows takes all of it."""
    return Window((x[2] - 1, x[3] - 1), x[2:4]) if len(x) == 4 else None  # noqa: PLR2004 - maps


@windows.rule(Reshape)
def merged_patches(_: Reshape, out: Shape, x: Shape) -> Window | None:
    """(N, H, W, across, down, C) -> (N, H, W, all channels): neighbours become channels."""
    if len(x) != 6 or out[:-1] != x[:3]:  # noqa: PLR2004 - as laid out above
        return None
    across, down = x[3:5]
    return Window((down - 1, across - 1), (down, across))


@windows.rule(MatMul)
def matmul_window(op: MatMul, out: Shape, *_: Shape) -> Window | None:
    """Rows by rows are tokens by tokens: each score has seen a square of them."""
    return _square_of(out[-1]) if op.transposed else None


@windows.rule(ScaledDotProductAttention)
def attention_window(
    _: ScaledDotProductAttention, __: Shape, ___: Shape, k: Shape, ____: Shape
) -> Window:
    """Every token sees all of them."""
    return _square_of(k[-2])


def _square_of(tokens: int) -> Window:
    """From one corner to the other of a square of tokens."""
    reach = isqrt(tokens - 1)
    return Window((reach, reach), (1, 1))


# They act on each position by itself, on channels, or after the map is gone.
windows.nothing(Conv1d, Elementwise, Linear, Movement, Norm, Source, Sum)


def receptive_fields(
    graph: Graph, reach: Sequence[Window | None], runs: Iterable[tuple[int, int, int]] = ()
) -> tuple[list[Pair], list[Pair]]:
    """What one element of each tensor sees: (height, width) in pixels of the input, and steps.

    Args:
        graph: the network.
        reach: the window of each operator.
        runs: where equal blocks follow two others; operators of each, and how many blocks.
    """
    sizes: list[Pair] = []
    strides: list[Pair] = []
    for start, length, times in runs:
        _follow(graph, reach, start, sizes, strides)
        if strides[-2 * length : -length] != strides[-length:]:
            continue  # blocks that step see further by more and more
        grown = list(zip(sizes[-length:], sizes[-2 * length : -length], strict=True))
        ahead = {  # many operators of a block see the same
            growth: list(islice(zip(count(h, h - a), count(w, w - b)), 1, 1 + times))
            for growth in set(grown)
            for (h, w), (a, b) in [growth]
        }
        sizes += chain.from_iterable(zip(*[ahead[growth] for growth in grown], strict=True))
        strides += strides[-length:] * times
    _follow(graph, reach, len(reach), sizes, strides)
    return sizes, strides


def _follow(
    graph: Graph,
    reach: Sequence[Window | None],
    end: int,
    sizes: list[Pair],
    strides: list[Pair],
) -> None:
    """Append what is missing of the operators before ``end``."""
    start = len(sizes)
    # Dense layers read what the one before them read, and more: what that saw is known.
    joined: list[int] = []
    height = width = down = across = 0
    operators = zip(graph.sources[start:end], reach[start:end], strict=True)
    for i, (sources, window) in enumerate(operators, start):
        if len(sources) == 1:
            size, stride = sizes[i - sources[0]], strides[i - sources[0]]
        elif sources:
            # The largest square; the finest steps, for a gate acts on a whole map.
            inputs = [i - back for back in sources] if len(sources) > PAIR else []
            known = len(joined)
            if not joined or inputs[:known] != joined:
                known = height = width = down = across = 0
            joined = inputs
            for back in sources[known:]:
                h, w = sizes[i - back]
                if h:  # a weight sees nothing, and takes no steps
                    y, x = strides[i - back]
                    height = h if h > height else height  # noqa: FURB136 - max takes its time
                    width = w if w > width else width  # noqa: FURB136
                    down = y if not down or y < down else down
                    across = x if not across or x < across else across
            size, stride = (height, width), (down, across)
        else:
            size = stride = SEES_NOTHING if i else SEES_ITSELF
        if window is not None:
            (h, w), (y, x) = size, stride
            (rows, columns), step, repeats = window
            size = h + rows * y, w + columns * x
            if step != (1, 1):
                stride = y * step[0], x * step[1]
            if repeats != (1, 1):
                stride = max(1, y // repeats[0]), max(1, x // repeats[1])
        sizes.append(size)
        strides.append(stride)
