"""Operators that move, join, drop or rename elements without computing anything."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from archmeter.models.errors import ShapeError
from archmeter.models.ops.base import Pair, Shape
from archmeter.models.ops.kinds import Movement, View
from archmeter.models.ops.sizes import as_maps


@dataclass(frozen=True, slots=True)
class Concat(Movement):
    """Tensors laid one after another along a dimension."""

    dim: int = 1

    label = "concat"

    def shape(self, *inputs: Shape) -> Shape:
        first, dim = inputs[0], self.dim
        before, after = first[:dim], first[dim + 1 :]
        size, width, fitting = 0, 0, None
        for x in inputs:
            if x is not fitting:  # what equal layers make has one shape: it is compared once
                width = x[dim] if len(x) == len(first) else 0
                if (*before, width, *after) != x:
                    raise ShapeError(f"cannot concatenate {first} and {x} along dimension {dim}")
                fitting = x
            size += width
        return (*before, size, *after)


@dataclass(frozen=True, slots=True)
class Subsample(View):
    """Every ``stride``-th row and column, as a view: ``x[:, :, ::s, ::s]``."""

    stride: int

    label = "subsample"

    def shape(self, *inputs: Shape) -> Shape:
        n, c, h, w = as_maps("subsampling", inputs[0])
        return n, c, -(-h // self.stride), -(-w // self.stride)

    @property
    def detail(self) -> str:
        return f"/{self.stride}"


@dataclass(frozen=True, slots=True)
class PadChannels(Movement):
    """Appends ``extra`` channels of zeros."""

    extra: int

    label = "pad"

    def shape(self, *inputs: Shape) -> Shape:
        n, c, h, w = as_maps("padding", inputs[0])
        return n, c + self.extra, h, w

    @property
    def detail(self) -> str:
        return f"{self.extra} zero channels"


@dataclass(frozen=True, slots=True)
class Reshape(View):
    """The same elements in the same order under another shape; the batch stays in front."""

    size: Shape

    label = "reshape"

    def shape(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        if prod(x[1:]) != prod(self.size):
            raise ShapeError(f"cannot reshape {x[1:]} into {self.size}")
        return (x[0], *self.size)


@dataclass(frozen=True, slots=True)
class Select(View):
    """The elements at one index of a dimension, which disappears; a view."""

    dim: int
    index: int

    label = "select"

    def shape(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        if not self.index < x[self.dim]:
            raise ShapeError(f"there is no element {self.index} along dimension {self.dim} of {x}")
        return (*x[: self.dim], *x[self.dim + 1 :])

    @property
    def detail(self) -> str:
        return f"{self.index} of dim {self.dim}"


@dataclass(frozen=True, slots=True)
class Contiguous(Movement):
    """The same elements, copied into the order of their dimensions."""

    label = "copy"

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]


@dataclass(frozen=True, slots=True)
class Expand(View):
    """(1, ...), repeated as a view for each image of a batch, the second input: (N, ...)."""

    label = "expand"

    def shape(self, *inputs: Shape) -> Shape:
        x, batch = inputs
        if x[0] != 1:
            raise ShapeError(f"only one of something is repeated for every image, got {x}")
        return (batch[0], *x[1:])


@dataclass(frozen=True, slots=True)
class Roll(Movement):
    """(N, H, W, C) with rows and columns moved along, those that leave coming in again."""

    shifts: Pair

    label = "roll"

    def shape(self, *inputs: Shape) -> Shape:
        return as_maps("rolling", inputs[0])

    @property
    def detail(self) -> str:
        return f"{self.shifts[0]},{self.shifts[1]}"


@dataclass(frozen=True, slots=True)
class Flatten(View):
    """(N, ...) -> (N, product of the rest)."""

    label = "flatten"

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0][0], prod(inputs[0][1:])


@dataclass(frozen=True, slots=True)
class Pad2d(Movement):
    """Zeros around each map: left, right, top, bottom; maps of (N, H, W, C) if so laid out."""

    sides: tuple[int, int, int, int]
    channels_last: bool = False

    label = "pad"

    def shape(self, *inputs: Shape) -> Shape:
        x = as_maps("padding", inputs[0])
        h, w = x[1:3] if self.channels_last else x[2:]
        left, right, top, bottom = self.sides
        if h + top + bottom < 1 or w + left + right < 1:
            raise ShapeError(f"cropping by {self.sides} leaves nothing of a {h}x{w} map")
        size = h + top + bottom, w + left + right
        return (x[0], *size, x[3]) if self.channels_last else (*x[:2], *size)

    @property
    def detail(self) -> str:
        return ",".join(map(str, self.sides))


@dataclass(frozen=True, slots=True)
class Upsample2d(Movement):
    """(N, C, H, W) -> (N, C, H', W'), no smaller: row i is row ⌊i H / H'⌋, and so with columns."""

    size: Pair

    label = "upsample"

    def shape(self, *inputs: Shape) -> Shape:
        n, c, h, w = as_maps("upsampling", inputs[0])
        if self.size[0] < h or self.size[1] < w:
            raise ShapeError(f"a {h}x{w} map is not upsampled to {self.size[0]}x{self.size[1]}")
        return (n, c, *self.size)

    @property
    def detail(self) -> str:
        return f"to {self.size[0]}x{self.size[1]}"


@dataclass(frozen=True, slots=True)
class Slice(View):
    """Elements from ``start`` up to, not including, ``stop`` along a dimension, as a view."""

    dim: int
    start: int
    stop: int

    label = "slice"

    def shape(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        if not 0 <= self.start < self.stop <= x[self.dim]:
            raise ShapeError(
                f"cannot take {self.start} to {self.stop} of {x[self.dim]} along dimension "
                f"{self.dim}"
            )
        return (*x[: self.dim], self.stop - self.start, *x[self.dim + 1 :])

    @property
    def detail(self) -> str:
        return f"{self.start}:{self.stop} of dim {self.dim}"


@dataclass(frozen=True, slots=True)
class Permute(View):
    """The same elements with their dimensions in another order, as a view."""

    dims: tuple[int, ...]

    label = "permute"

    def shape(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        if len(x) != len(self.dims):
            raise ShapeError(f"cannot order the dimensions of {x} as {self.dims}")
        return tuple(x[dim] for dim in self.dims)

    @property
    def detail(self) -> str:
        return ",".join(map(str, self.dims))


@dataclass(frozen=True, slots=True)
class QuarterTurn(Movement):
    """Each pair (a, b) along the last dimension as (-b, a): a plane turned by a right angle."""

    label = "turn"

    def shape(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        if x[-1] % 2:
            raise ShapeError(f"{x[-1]} channels do not divide into pairs")
        return x


@dataclass(frozen=True, slots=True)
class ChannelShuffle(Movement):
    """Channels of all groups interleaved: (g, n) becomes (n, g); Zhang et al. 2017 §3.1."""

    groups: int

    label = "shuffle"

    def shape(self, *inputs: Shape) -> Shape:
        x = as_maps("channel shuffle", inputs[0])
        if x[1] % self.groups:
            raise ShapeError(f"{x[1]} channels do not divide into {self.groups} groups")
        return x

    @property
    def detail(self) -> str:
        return f"groups={self.groups}"


@dataclass(frozen=True, slots=True)
class Lookup(Movement):
    """Rows of a table (rows, d) at indices (...): (..., d)."""

    label = "lookup"

    def shape(self, *inputs: Shape) -> Shape:
        table, indices = inputs
        return (*indices, *table[1:])
