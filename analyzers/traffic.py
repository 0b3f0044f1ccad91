"""Traffic: the elements that an operator reads and writes when it runs by itself.

Each element once, however often it takes part: what is read again comes from a cache. Weights are
not listed, an operator reads all it owns. Views move nothing, and what is in place reads and
writes as if it were not.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from archmeter.analyzers.reading import Reading
from archmeter.models.ops import (
    BatchNorm,
    Conv2d,
    Dropout,
    Elementwise,
    Lookup,
    Movement,
    Norm,
    Op,
    Pad2d,
    Pool2d,
    Product,
    Reduction,
    Shape,
    Source,
    View,
)


class Traffic(NamedTuple):
    """What an operator moves.

    Attributes:
        reads: elements of each input.
        writes: elements of its result.
        index_reads: int64 elements read besides.
        elementwise: whether each result needs of an input of the same size one element alone, the
            one at its own position: then it can be computed while that input is being written.
    """

    reads: tuple[int, ...] = ()
    writes: int = 0
    index_reads: int = 0
    elementwise: bool = False


NOTHING_MOVED = Traffic()

traffic = Reading("traffic", NOTHING_MOVED)


@traffic.rule(Movement, Norm, Product, Reduction)
def everything(_: Op, out: Shape, *inputs: Shape) -> Traffic:
    """All of each input, and the result."""
    return Traffic(tuple(map(prod, inputs)), prod(out))


@traffic.rule(BatchNorm, Elementwise)
def element_by_element(_: Op, out: Shape, *inputs: Shape) -> Traffic:
    """The same; a batch norm is elementwise at inference, when its statistics are constants."""
    return Traffic(tuple(map(prod, inputs)), prod(out), elementwise=True)


@traffic.rule(Conv2d)
def under_windows(op: Conv2d, out: Shape, x: Shape) -> Traffic:
    """What some window touches: a strided 1x1 convolution leaves out most of its input."""
    rows, columns = (
        _touched(x[2 + i], out[2 + i], op.kernel[i], op.stride[i], op.padding[i], op.dilation[i])
        for i in (0, 1)
    )
    return Traffic((x[0] * x[1] * rows * columns,), prod(out))


@traffic.rule(Pool2d)
def under_pooling_windows(op: Pool2d, out: Shape, x: Shape) -> Traffic:
    """What some window touches."""
    rows, columns = (
        _touched(x[2 + i], out[2 + i], op.kernel[i], op.stride[i], op.padding[i], 1) for i in (0, 1)
    )
    return Traffic((x[0] * x[1] * rows * columns,), prod(out))


@traffic.rule(Pad2d)
def what_is_kept(op: Pad2d, out: Shape, x: Shape) -> Traffic:
    """What is not cropped away."""
    left, right, top, bottom = (min(0, side) for side in op.sides)
    first = 1 if op.channels_last else 2
    height, width = x[first] + top + bottom, x[first + 1] + left + right
    kept = max(0, height) * max(0, width)
    return Traffic((prod(x) // (x[first] * x[first + 1]) * kept,), prod(out))


@traffic.rule(Lookup)
def rows_looked_up(_: Lookup, out: Shape, table: Shape, indices: Shape) -> Traffic:
    """The rows there are, or as many as are asked for if those are fewer."""
    return Traffic((min(prod(table), prod(out)), 0), prod(out), index_reads=prod(indices))


# Weights are read by whoever takes them; dropout does nothing at inference.
traffic.nothing(Dropout, Source, View)


def _touched(size: int, positions: int, kernel: int, stride: int, padding: int, gap: int) -> int:
    """How many elements along an axis lie under some window."""
    if gap == 1 and stride <= kernel:  # no holes in windows or between them: one stretch
        return max(0, min(size, (positions - 1) * stride + kernel - padding))
    return len(
        {
            place
            for start in range(-padding, positions * stride - padding, stride)
            for place in range(start, start + gap * kernel, gap)
            if 0 <= place < size
        }
    )
