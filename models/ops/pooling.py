"""Pools and reductions."""

from __future__ import annotations

from dataclasses import dataclass

from archmeter.models.errors import ShapeError
from archmeter.models.ops.base import Op, Pair, Shape, Weight
from archmeter.models.ops.sizes import as_maps, describe_window, fitting


@dataclass(frozen=True, slots=True)
class Pool2d(Op):
    """A window that slides over each channel; ``ceil`` lets a last, partial window in."""

    kernel: Pair
    stride: Pair
    padding: Pair = (0, 0)
    ceil: bool = False

    label = "pool"

    def shape(self, *inputs: Shape) -> Shape:
        x = as_maps("pooling", inputs[0])
        height, width = (
            _pool_positions(x[2 + i], self.kernel[i], self.stride[i], self.padding[i], self.ceil)
            for i in (0, 1)
        )
        return fitting("pooling", self.kernel, x, (x[0], x[1], height, width))

    @property
    def detail(self) -> str:
        return describe_window(self.kernel, self.stride) + (" ceil" if self.ceil else "")


@dataclass(frozen=True, slots=True)
class MaxPool2d(Pool2d):
    """The largest element of each window."""


@dataclass(frozen=True, slots=True)
class AvgPool2d(Pool2d):
    """The mean of each window, over its elements inside the map, or padding included."""

    count_padding: bool = False


@dataclass(frozen=True, slots=True)
class BlurPool2d(Op):
    """Each channel through a fixed binomial filter that strides: no element is dropped unseen.

    Zhang 2019, arXiv:1904.11486. It runs as a depthwise convolution of the map with its edges
    reflected; the filter is a buffer.
    """

    kernel: int = 3
    stride: int = 2

    label = "blur"

    def shape(self, *inputs: Shape) -> Shape:
        n, c, h, w = as_maps("blurring", inputs[0])
        if min(h, w) <= self.padding:
            raise ShapeError(
                f"a {self.kernel}x{self.kernel} blur reflects {self.padding} of a {h}x{w} map, "
                "which has to be larger"
            )
        _, _, height, width = self.padded((n, c, h, w))
        return (
            n,
            c,
            (height - self.kernel) // self.stride + 1,
            (width - self.kernel) // self.stride + 1,
        )

    def padded(self, x: Shape) -> Shape:
        """The shape of a map with its edges reflected."""
        return *x[:2], x[2] + 2 * self.padding, x[3] + 2 * self.padding

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return (Weight("filter", (inputs[0][1], 1, self.kernel, self.kernel), "buffer"),)

    @property
    def padding(self) -> int:
        """How much of each edge is reflected: what keeps a stride of 1 from shrinking the map."""
        return (self.kernel + self.stride - 2) // 2

    @property
    def detail(self) -> str:
        return describe_window((self.kernel, self.kernel), (self.stride, self.stride))


@dataclass(frozen=True, slots=True)
class AdaptiveAvgPool2d(Op):
    """(N, C, H, W) -> (N, C, *size): means over windows that cover the map, whatever its size."""

    size: Pair = (1, 1)

    label = "pool"

    def shape(self, *inputs: Shape) -> Shape:
        return (*as_maps("adaptive pooling", inputs[0])[:2], *self.size)

    @property
    def detail(self) -> str:
        return "global" if self.size == (1, 1) else f"to {self.size[0]}x{self.size[1]}"


@dataclass(frozen=True, slots=True)
class Mean(Op):
    """The mean over some dimensions, each kept with size 1."""

    dims: tuple[int, ...]

    label = "mean"

    def shape(self, *inputs: Shape) -> Shape:
        return _reduced(inputs[0], self.dims)

    @property
    def detail(self) -> str:
        return _describe_dims(self.dims)


@dataclass(frozen=True, slots=True)
class Variance(Op):
    """Σ(x - mean)² / (n - 1) over some dimensions, each kept with size 1."""

    dims: tuple[int, ...]

    label = "variance"

    def shape(self, *inputs: Shape) -> Shape:
        return _reduced(inputs[0], self.dims)

    @property
    def detail(self) -> str:
        return _describe_dims(self.dims)


@dataclass(frozen=True, slots=True)
class Sum(Op):
    """The sum over one dimension, which disappears."""

    dim: int

    label = "sum"

    def shape(self, *inputs: Shape) -> Shape:
        return (*inputs[0][: self.dim], *inputs[0][self.dim + 1 :])

    @property
    def detail(self) -> str:
        return f"over dim {self.dim}"


@dataclass(frozen=True, slots=True)
class VectorNorm(Op):
    """√Σx² over some dimensions, each kept with size 1."""

    dims: tuple[int, ...]

    label = "length"

    def shape(self, *inputs: Shape) -> Shape:
        return _reduced(inputs[0], self.dims)

    @property
    def detail(self) -> str:
        return _describe_dims(self.dims)


@dataclass(frozen=True, slots=True)
class Amax(Op):
    """The largest element over some dimensions, each kept with size 1."""

    dims: tuple[int, ...]

    label = "max"

    def shape(self, *inputs: Shape) -> Shape:
        return _reduced(inputs[0], self.dims)

    @property
    def detail(self) -> str:
        return _describe_dims(self.dims)


def _pool_positions(size: int, kernel: int, stride: int, padding: int, ceil: bool) -> int:  # noqa: FBT001
    """How many positions a pooling window takes along an axis; below 1 when it does not fit."""
    span = size + 2 * padding - kernel
    positions = (span + (stride - 1 if ceil else 0)) // stride + 1
    # A partial window that would start in the right padding is dropped.
    return positions - (ceil and (positions - 1) * stride >= size + padding)


def _reduced(x: Shape, dims: tuple[int, ...]) -> Shape:
    return tuple(1 if i in dims else size for i, size in enumerate(x))


def _describe_dims(dims: tuple[int, ...]) -> str:
    return {(1,): "over channels", (2, 3): "over the map"}.get(dims, f"over dims {dims}")
