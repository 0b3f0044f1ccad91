"""Convolutions, linear layers, and weights that are operands by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from archmeter.models.errors import ShapeError
from archmeter.models.ops.base import Op, Pair, Shape, Weight
from archmeter.models.ops.sizes import as_maps, describe_window, fitting


@dataclass(frozen=True, slots=True)
class Conv2d(Op):
    """(N, Cin, H, W) -> (N, out_channels, H', W'); H' = (H + 2p - d(k-1) - 1) // s + 1.

    ``standardized`` weights are made to have mean 0 and variance 1 for each output channel every
    time they are used; Qiao et al. 2019, arXiv:1903.10520.
    """

    out_channels: int
    kernel: Pair
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)
    groups: int = 1
    bias: bool = False
    standardized: bool = False

    label = "conv"

    def shape(self, *inputs: Shape) -> Shape:
        x = as_maps("convolution", inputs[0])
        groups = self.groups
        if x[1] % groups or self.out_channels % groups:
            side, channels = ("input", x[1]) if x[1] % groups else ("output", self.out_channels)
            raise ShapeError(f"{channels} {side} channels do not divide into {groups} groups")
        (kh, kw), (sh, sw), (ph, pw), (dh, dw) = (
            self.kernel,
            self.stride,
            self.padding,
            self.dilation,
        )
        if self.standardized and x[1] // groups * kh * kw == 1:
            raise ShapeError("a single weight for each output channel cannot be standardised")
        height = (x[2] + 2 * ph - dh * (kh - 1) - 1) // sh + 1
        width = (x[3] + 2 * pw - dw * (kw - 1) - 1) // sw + 1
        return fitting("convolution", self.kernel, x, (x[0], self.out_channels, height, width))

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        weight = Weight("weight", (self.out_channels, inputs[0][1] // self.groups, *self.kernel))
        return (weight, Weight("bias", (self.out_channels,))) if self.bias else (weight,)

    @property
    def detail(self) -> str:
        dilation = "" if self.dilation == (1, 1) else f" dilation={self.dilation[0]}"
        groups = "" if self.groups == 1 else f" groups={self.groups}"
        weights = " standardized" if self.standardized else ""
        return describe_window(self.kernel, self.stride) + dilation + groups + weights


@dataclass(frozen=True, slots=True)
class Conv1d(Op):
    """(N, Cin, L) -> (N, out_channels, L): an odd window that slides along a sequence."""

    out_channels: int
    kernel: int

    label = "conv"

    def shape(self, *inputs: Shape) -> Shape:
        n, _, length = inputs[0]
        return n, self.out_channels, length

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return (Weight("weight", (self.out_channels, inputs[0][1], self.kernel)),)

    @property
    def padding(self) -> int:
        """Zeros on either side, which keep the length."""
        return self.kernel // 2

    @property
    def detail(self) -> str:
        return f"{self.kernel} along channels"


@dataclass(frozen=True, slots=True)
class Linear(Op):
    """(..., in) -> (..., out_features)."""

    out_features: int
    bias: bool = True

    label = "linear"

    def shape(self, *inputs: Shape) -> Shape:
        return (*inputs[0][:-1], self.out_features)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        weight = Weight("weight", (self.out_features, inputs[0][-1]))
        return (weight, Weight("bias", (self.out_features,))) if self.bias else (weight,)


@dataclass(frozen=True, slots=True)
class Parameter(Op):
    """A trained tensor that is an operand itself, such as the γ of a layer scale."""

    size: Shape

    label = "parameter"
    is_weight = True

    def shape(self, *inputs: Shape) -> Shape:  # noqa: ARG002 - it has none
        return self.size

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:  # noqa: ARG002
        return (Weight("weight", self.size),)
