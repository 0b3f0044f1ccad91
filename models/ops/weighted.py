"""Products with weights: convolutions, by a fixed filter too, and linear layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from archmeter.models.errors import ShapeError
from archmeter.models.ops.base import Pair, Shape, Weight
from archmeter.models.ops.kinds import Product
from archmeter.models.ops.sizes import as_maps, describe_window, fitting

KeyBias = Literal["trained", "fixed", "masked"]


@dataclass(frozen=True, slots=True)
class Conv2d(Product):
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
class Conv1d(Product):
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
class Linear(Product):
    """(..., in) -> (..., out_features).

    Where these are queries, keys and values, as many of each, the biases of keys may be zeros: in
    a buffer beside those that train, or masked ones of them, whenever they are used.
    """

    out_features: int
    bias: bool = True
    key_bias: KeyBias = "trained"

    label = "linear"

    def shape(self, *inputs: Shape) -> Shape:
        return (*inputs[0][:-1], self.out_features)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        weight = Weight("weight", (self.out_features, inputs[0][-1]))
        if not self.bias:
            return (weight,)
        if self.key_bias != "fixed":
            return weight, Weight("bias", (self.out_features,))
        third = (self.out_features // 3,)
        return (
            weight,
            Weight("query_bias", third),
            Weight("key_bias", third, "buffer"),
            Weight("value_bias", third),
        )

    @property
    def zero_key_bias(self) -> bool:
        """Whether its biases are put together for each use."""
        return self.bias and self.key_bias != "trained"

    @property
    def detail(self) -> str:
        return "no bias of keys" if self.zero_key_bias else ""


@dataclass(frozen=True, slots=True)
class BlurPool2d(Product):
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
