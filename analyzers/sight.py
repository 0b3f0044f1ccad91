"""Sight: which rows and columns of the image each element of each tensor depends on.

Each operator has a rule that says how what its result sees follows from what its inputs see; the
same function serves rows and columns (see `analyzers.stretch`). What lies between the elements of a
dilated window counts as seen, padding does not. Channels of one position count as one: every layer
mixes them sooner or later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from math import prod
from typing import NamedTuple

import numpy as np

from archmeter.analyzers.reading import Reading
from archmeter.analyzers.stretch import (
    MAX_ELEMENTS,
    SightTooLarge,
    Stretch,
    aligned,
    each,
    narrowed,
    over,
    pixels,
    pooled,
    reflected,
    refuse_too_many,
    reshaped,
    resized,
    slid,
    unseen,
    windowed,
    with_size,
)
from archmeter.models.graph import Call, Graph
from archmeter.models.ops import (
    AdaptiveAvgPool2d,
    BatchNorm,
    BlurPool2d,
    ChannelShuffle,
    Concat,
    Contiguous,
    Conv1d,
    Conv2d,
    Elementwise,
    Expand,
    Flatten,
    GroupNorm,
    Input,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    Lookup,
    MatMul,
    Pad2d,
    PadChannels,
    Permute,
    Pool2d,
    QuarterTurn,
    Reshape,
    Roll,
    ScaledDotProductAttention,
    Select,
    Shape,
    Slice,
    Softmax,
    Source,
    Statistic,
    Subsample,
    Sum,
    UnitLength,
    Upsample2d,
)

Transfer = Callable[..., Stretch]
"""From the stretches of the inputs to that of the result."""


class Sight(NamedTuple):
    """What the elements of one tensor see, along both axes of the image."""

    rows: Stretch
    columns: Stretch


def sights(graph: Graph) -> list[Sight]:
    """What each tensor of a network sees, the input first: each pixel itself.

    Raises:
        SightTooLarge: if there are too many positions to follow.
    """
    _, _, height, width = graph.input.shape
    found = [Sight(pixels(height, (1, 1, -1, 1, 2)), pixels(width, (1, 1, 1, -1, 2)))]
    for tensor in graph.tensors[1:]:
        try:
            found.append(_sight(tensor.call, [found[x.index] for x in tensor.inputs]))
        except SightTooLarge as error:
            raise SightTooLarge(f"{tensor.path}: {error}", accepted=error.accepted) from None
    return found


def _sight(call: Call, inputs: Sequence[Sight]) -> Sight:
    transfer = _transfer(call)
    if transfer is each and len(inputs) == 1:
        return inputs[0]
    rows = narrowed(transfer(*[sight.rows for sight in inputs]))
    columns = narrowed(transfer(*[sight.columns for sight in inputs]))
    refuse_too_many(max(rows.size, columns.size) // 2)
    return Sight(rows, columns)


transfers = Reading[Transfer]("sight", each)

# Each position by itself, and channels that see the same anyway.
transfers.nothing(BatchNorm, Contiguous, Elementwise, Input)


@lru_cache(16_384)
def _transfer(call: Call) -> Transfer:
    return transfers(call)


@transfers.rule(Source)
def weight(_: Source, out: Shape) -> Transfer:
    """Nothing of the image."""
    return partial(unseen, len(out))


@transfers.rule(Lookup)
def looked_up(_: Lookup, out: Shape, *__: Shape) -> Transfer:
    """Nothing of the image: tables and indices are weights."""
    return lambda *_: unseen(len(out))


@transfers.rule(Expand)
def repeated(_: Expand, __: Shape, *___: Shape) -> Transfer:
    """The same for every image: of the second input only the number is used."""
    return lambda x, _: x


@transfers.rule(Conv2d)
def conv_sight(op: Conv2d, out: Shape, _: Shape) -> Transfer:
    """All channels, under a window."""
    windows = zip(out[2:], op.kernel, op.stride, op.padding, op.dilation, strict=True)
    return partial(windowed, windows=tuple(windows))


@transfers.rule(Pool2d)
def pool_sight(op: Pool2d, out: Shape, _: Shape) -> Transfer:
    """Under a window."""
    windows = zip(out[2:], op.kernel, op.stride, op.padding, (1, 1), strict=True)
    return partial(windowed, windows=tuple(windows))


@transfers.rule(BlurPool2d)
def blur_sight(op: BlurPool2d, out: Shape, _: Shape) -> Transfer:
    """Under a window over a map with its edges reflected."""
    windows = tuple((size, op.kernel, op.stride, 0, 1) for size in out[2:])
    return lambda x: windowed(reflected(x, op.padding), windows=windows)


@transfers.rule(Conv1d)
def conv1d_sight(op: Conv1d, out: Shape, _: Shape) -> Transfer:
    """All of the first dimension, and a window along the second."""
    return lambda x: slid(over(x, (1,)), 2, out[2], op.kernel, 1, op.padding, 1)


@transfers.rule(AdaptiveAvgPool2d)
def adaptive_sight(_: AdaptiveAvgPool2d, out: Shape, x: Shape) -> Transfer:
    """Windows that cover the map, each from ⌊i size/parts⌋ to ⌈(i + 1) size/parts⌉."""
    cuts = tuple(
        tuple((i * size // parts, -(-(i + 1) * size // parts)) for i in range(parts))
        for size, parts in zip(x[2:], out[2:], strict=True)
    )
    return partial(pooled, cuts=cuts)


@transfers.rule(Subsample)
def subsample_sight(op: Subsample, _: Shape, __: Shape) -> Transfer:
    """One of every few rows and columns."""
    return lambda x: x[:, :, :: op.stride, :: op.stride]


@transfers.rule(Statistic)
def statistic_sight(op: Statistic, _: Shape, __: Shape) -> Transfer:
    """All along the dimensions that are reduced."""
    return partial(over, dims=op.dims)


@transfers.rule(Sum)
def sum_sight(op: Sum, _: Shape, __: Shape) -> Transfer:
    """All along the dimension that disappears."""
    return lambda x: x.min(axis=op.dim)


@transfers.rule(Softmax)
def softmax_sight(op: Softmax, out: Shape, _: Shape) -> Transfer:
    """All along the dimension that sums to one."""
    return partial(over, dims=(op.dim % len(out),))


@transfers.rule(LayerNorm, Linear, QuarterTurn, UnitLength)
def last_dimension(
    _: LayerNorm | Linear | QuarterTurn | UnitLength, out: Shape, __: Shape
) -> Transfer:
    """All along the last dimension."""
    return partial(over, dims=(len(out) - 1,))


@transfers.rule(ChannelShuffle, LocalResponseNorm, PadChannels)
def all_channels(_: ChannelShuffle | LocalResponseNorm | PadChannels, *__: Shape) -> Transfer:
    """All channels of the same position."""
    return partial(over, dims=(1,))


@transfers.rule(GroupNorm)
def whole_image(_: GroupNorm, out: Shape, __: Shape) -> Transfer:
    """Everything that the image's statistics are taken of."""
    return partial(over, dims=tuple(range(1, len(out))))


@transfers.rule(MatMul)
def matmul_sight(op: MatMul, _: Shape, __: Shape, other: Shape) -> Transfer:
    """A row of the first and a column of the second, which is a row of it if transposed."""
    rank = len(other)

    def seen(x: Stretch, y: Stretch) -> Stretch:
        rows = over(x, (rank - 1,))
        if not op.transposed:
            return np.minimum(rows, over(y, (rank - 2,)))
        columns = over(y, (rank - 1,)).swapaxes(rank - 1, rank - 2)
        if prod(map(max, rows.shape, columns.shape)) > 2 * MAX_ELEMENTS:
            columns = over(columns, (rank - 1,))  # as the softmax of each row of scores will see
        return np.minimum(rows, columns)

    return seen


@transfers.rule(ScaledDotProductAttention)
def attention_sight(_: ScaledDotProductAttention, out: Shape, *__: Shape) -> Transfer:
    """Each token itself, and all that it attends to."""
    tokens, channels = len(out) - 2, len(out) - 1
    return lambda q, k, v: each(
        over(q, (channels,)), over(k, (tokens, channels)), over(v, (tokens, channels))
    )


@transfers.rule(Concat)
def concat_sight(op: Concat, _: Shape, *inputs: Shape) -> Transfer:
    """One after another; side by side in the same channels."""
    dim = op.dim % len(inputs[0])

    def seen(*parts: Stretch) -> Stretch:
        if all(part.shape[dim] == 1 for part in parts):
            return each(*parts)
        common = np.broadcast_shapes(*[with_size(part.shape, dim, 1) for part in parts])
        return np.concatenate(
            [
                np.broadcast_to(part, with_size(common, dim, size[dim]))
                for part, size in zip(parts, inputs, strict=True)
            ],
            axis=dim,
        )

    return seen


@transfers.rule(Slice)
def slice_sight(op: Slice, *_: Shape) -> Transfer:
    """The part that is kept."""
    kept = (slice(None),) * op.dim + (slice(op.start, op.stop),)
    return lambda x: x[kept] if x.shape[op.dim] > 1 else x


@transfers.rule(Select)
def select_sight(op: Select, *_: Shape) -> Transfer:
    """The one that is kept."""
    return lambda x: x.take(op.index if x.shape[op.dim] > 1 else 0, axis=op.dim)


@transfers.rule(Roll)
def roll_sight(op: Roll, *_: Shape) -> Transfer:
    """Rows and columns moved along."""
    return lambda x: np.roll(x, op.shifts, axis=(1, 2))


@transfers.rule(Upsample2d)
def upsample_sight(_: Upsample2d, out: Shape, x: Shape) -> Transfer:
    """The nearest one."""
    nearest = [(dim, np.arange(size) * x[dim] // size) for dim, size in enumerate(out[2:], 2)]

    def seen(stretch: Stretch) -> Stretch:
        for dim, positions in nearest:
            if stretch.shape[dim] > 1:
                stretch = stretch.take(positions, axis=dim)
        return stretch

    return seen


@transfers.rule(Pad2d)
def pad_sight(op: Pad2d, _: Shape, x: Shape) -> Transfer:
    """Nothing where zeros were added."""
    first = 1 if op.channels_last else 2
    left, right, top, bottom = op.sides
    edges = ((first, x[first], top, bottom), (first + 1, x[first + 1], left, right))

    def seen(stretch: Stretch) -> Stretch:
        for dim, size, before, after in edges:
            if before or after:
                stretch = resized(stretch, dim, size, before, after)
        return stretch

    return seen


@transfers.rule(Permute)
def permute_sight(op: Permute, *_: Shape) -> Transfer:
    """Dimensions in another order."""
    return lambda x: x.transpose(*op.dims, len(op.dims))


@transfers.rule(Reshape, Flatten)
def reshape_sight(_: Reshape | Flatten, out: Shape, x: Shape) -> Transfer:
    """The same elements; dimensions that are joined or split lie beside each other."""
    return partial(reshaped, old=x, new=out, parts=tuple(aligned(x, out)))
