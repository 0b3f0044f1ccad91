"""Pools and reductions."""

from __future__ import annotations

from dataclasses import dataclass

from archmeter.models.ops.base import Pair, Shape
from archmeter.models.ops.kinds import Pool, Reduction, Statistic
from archmeter.models.ops.sizes import as_maps, describe_window, fitting


@dataclass(frozen=True, slots=True)
class Pool2d(Pool):
    """A window that slides over each channel; ``ceil`` lets a last, partial window in."""

    kernel: Pair
    stride: Pair
    padding: Pair = (0, 0)
    ceil: bool = False

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
class AdaptiveAvgPool2d(Pool):
    """(N, C, H, W) -> (N, C, *size): means over windows that cover the map, whatever its size."""

    size: Pair = (1, 1)

    def shape(self, *inputs: Shape) -> Shape:
        return (*as_maps("adaptive pooling", inputs[0])[:2], *self.size)

    @property
    def detail(self) -> str:
        return "global" if self.size == (1, 1) else f"to {self.size[0]}x{self.size[1]}"


@dataclass(frozen=True, slots=True)
class Mean(Statistic):
    """The mean over some dimensions, each kept with size 1."""

    label = "mean"


@dataclass(frozen=True, slots=True)
class Variance(Statistic):
    """Σ(x - mean)² / (n - 1) over some dimensions, each kept with size 1."""

    label = "variance"


@dataclass(frozen=True, slots=True)
class Sum(Reduction):
    """The sum over one dimension, which disappears."""

    dim: int

    label = "sum"

    def shape(self, *inputs: Shape) -> Shape:
        return (*inputs[0][: self.dim], *inputs[0][self.dim + 1 :])

    @property
    def detail(self) -> str:
        return f"over dim {self.dim}"


@dataclass(frozen=True, slots=True)
class VectorNorm(Statistic):
    """√Σx² over some dimensions, each kept with size 1."""

    label = "length"


@dataclass(frozen=True, slots=True)
class Amax(Statistic):
    """The largest element over some dimensions, each kept with size 1."""

    label = "max"


def _pool_positions(size: int, kernel: int, stride: int, padding: int, ceil: bool) -> int:  # noqa: FBT001
    """How many positions a pooling window takes along an axis; below 1 when it does not fit."""
    span = size + 2 * padding - kernel
    positions = (span + (stride - 1 if ceil else 0)) // stride + 1
    # A partial window that would start in the right padding is dropped.
    return positions - (ceil and (positions - 1) * stride >= size + padding)
