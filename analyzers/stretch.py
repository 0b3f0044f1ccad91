"""Stretches: for each element of a tensor the part of one axis of the image that it depends on.

Along either axis of the image an element sees one stretch, from a first row (or column) to a last
one. A `Stretch` holds both ends for every element: an array (*sizes, 2) of the first and of the
negated last, so that the union of two stretches is the minimum of both. Along a dimension where
all elements see the same it has size 1, as it has along channels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archmeter.models.errors import ArchmeterError
from archmeter.models.ops import Shape

Stretch = NDArray[np.int32]

UNSEEN = 2**30
"""First and negated last of what sees nothing: anything else is smaller."""

MAX_ELEMENTS = 2**18
"""Distinct positions of one tensor that are still followed one by one."""


class SightTooLarge(ArchmeterError):
    """A tensor has too many positions that see different parts of the image."""

    code = "sight_too_large"


def pixels(size: int, shape: Shape) -> Stretch:
    """Each position of an axis of the image: itself."""
    position = np.arange(size, dtype=np.int32)
    return np.stack((position, -position), axis=-1).reshape(shape)


def each(*inputs: Stretch) -> Stretch:
    """Each position by itself: the union of the inputs, broadcast."""
    return reduce(np.minimum, inputs)


def narrowed(x: Stretch) -> Stretch:
    """With size 1 along dimensions where all see the same, if there are several to be followed."""
    wide = [dim for dim, size in enumerate(x.shape[:-1]) if size > 1]
    if len(wide) > 1:
        for dim in wide:
            first = x.take([0], axis=dim)
            if (x == first).all():
                x = first
    return x


def refuse_too_many(positions: int) -> None:
    """Follow so many positions of a tensor.

    Raises:
        SightTooLarge: if they are too many.
    """
    if positions > MAX_ELEMENTS:
        raise SightTooLarge(
            f"{positions:,} positions see different parts of the image; the limit is "
            f"{MAX_ELEMENTS:,}",
            accepted="a smaller resolution",
        )


def unseen(rank: int) -> Stretch:
    """Nothing of the image, for a tensor of so many dimensions."""
    return np.full((1,) * rank + (2,), UNSEEN, dtype=np.int32)


def over(x: Stretch, dims: tuple[int, ...]) -> Stretch:
    """All along some dimensions, each kept with size 1."""
    wide = tuple([dim for dim in dims if x.shape[dim] > 1])
    return x.min(axis=wide, keepdims=True) if wide else x


def windowed(x: Stretch, *, windows: Sequence[tuple[int, int, int, int, int]]) -> Stretch:
    """All channels, under windows that slide along rows and columns."""
    x = over(x, (1,))
    for dim, window in enumerate(windows, 2):
        x = slid(x, dim, *window)
    return x


def slid(
    x: Stretch, dim: int, positions: int, kernel: int, stride: int, padding: int, gap: int
) -> Stretch:
    """Under a window that slides along one dimension; its elements are ``gap`` apart."""
    if x.shape[dim] == 1 or (kernel == stride == 1 and not padding):
        return x
    last = (positions - 1) * stride + (kernel - 1) * gap
    x = resized(x, dim, x.shape[dim], padding, max(0, last + 1 - padding - x.shape[dim]))
    before = (slice(None),) * dim
    return each(
        *[
            x[(*before, slice(start, start + (positions - 1) * stride + 1, stride))]
            for start in range(0, kernel * gap, gap)
        ]
    )


def pooled(x: Stretch, *, cuts: Sequence[Sequence[tuple[int, int]]]) -> Stretch:
    """Under windows given by where they start and stop along rows and columns."""
    for dim, windows in enumerate(cuts, 2):
        if x.shape[dim] > 1:
            before = (slice(None),) * dim
            parts = [
                x[(*before, slice(start, stop))].min(axis=dim, keepdims=True)
                for start, stop in windows
            ]
            x = np.concatenate(parts, axis=dim)
    return x


def reflected(x: Stretch, padding: int) -> Stretch:
    """With rows and columns beyond each edge as in a mirror."""
    wide = [
        (padding, padding) if x.shape[dim] > 1 and dim in {2, 3} else (0, 0) for dim in range(5)
    ]
    return np.pad(x, wide, mode="reflect")


def resized(x: Stretch, dim: int, size: int, before: int, after: int) -> Stretch:
    """With so many positions more at either end of a dimension, which see nothing; or fewer."""
    full = np.broadcast_to(x, with_size(x.shape, dim, size))
    start, stop = max(0, -before), size + min(0, after)
    kept = full[(slice(None),) * dim + (slice(start, stop),)]
    added = [(0, 0)] * x.ndim
    added[dim] = (max(0, before), max(0, after))
    return np.pad(kept, added, constant_values=UNSEEN)


def with_size(shape: Shape, dim: int, size: int) -> Shape:
    """A shape with another size along one dimension."""
    return (*shape[:dim], size, *shape[dim + 1 :])


class Part(NamedTuple):
    """Dimensions of two shapes that hold the same elements: up to, not including, the stops."""

    start: int
    stop: int
    new_start: int
    new_stop: int


def aligned(old: Shape, new: Shape) -> Iterator[Part]:
    """The smallest parts of two shapes with as many elements each; beyond them is only size 1."""
    i = j = 0
    while i < len(old) and j < len(new):
        start, new_start = i, j
        size, new_size = old[i], new[j]
        i, j = i + 1, j + 1
        while size != new_size:
            if size < new_size:
                size, i = size * old[i], i + 1
            else:
                new_size, j = new_size * new[j], j + 1
        yield Part(start, i, new_start, j)


def reshaped(x: Stretch, *, old: Shape, new: Shape, parts: Sequence[Part]) -> Stretch:
    """Under another shape: whatever is joined or split is followed position by position.

    Raises:
        SightTooLarge: if that are too many.
    """
    full, sizes = [1] * len(old), [1] * len(new)
    for start, stop, new_start, new_stop in parts:
        if max(x.shape[start:stop]) > 1:
            full[start:stop] = old[start:stop]
            sizes[new_start:new_stop] = new[new_start:new_stop]
    refuse_too_many(prod(sizes))
    return np.broadcast_to(x, (*full, 2)).reshape(*sizes, 2)
