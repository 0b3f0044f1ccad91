"""Layers whose windows slide over maps: convolutions and pools."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import adaptive_avg_pool, conv, global_avg_pool, spatial_max
from archmeter.models.layers.listed.layer import How, Layer, applied
from archmeter.models.ops import AvgPool2d, MaxPool2d, Pair
from archmeter.models.pairs import pair_schema, sides
from archmeter.models.spec import Flag, Width

_Side = Annotated[int, Field(ge=1, le=64)]
_Sides = Annotated[tuple[_Side, _Side], BeforeValidator(sides), WithJsonSchema(pair_schema(1, 64))]
_Margin = Annotated[int, Field(ge=0, le=64)]
_Margins = Annotated[
    tuple[_Margin, _Margin], BeforeValidator(sides), WithJsonSchema(pair_schema(0, 64))
]
_Padding = Literal["same"] | _Margins


class _Convolution(Layer):
    kernel: _Sides = Field(default=(3, 3), description="Side of the window, or [height, width].")
    stride: _Sides = Field(
        default=(1, 1), description="Elements the window steps by, or [vertically, horizontally]."
    )
    dilation: _Sides = Field(
        default=(1, 1), description="Elements from one that the window takes to the next."
    )
    padding: _Padding = Field(
        default=(0, 0),
        description='Rows and columns of zeros on each side; "same" for (kernel - 1) / 2, which '
        "keeps the map where nothing strides.",
    )
    bias: Flag = Field(default=True, description="Whether it has biases.")

    @field_validator("padding")
    @classmethod
    def _pad_evenly(cls, padding: _Padding, info: ValidationInfo) -> _Padding:
        if padding != "same" or not {"kernel", "dilation"} <= info.data.keys():
            return padding
        window = zip(info.data["kernel"], info.data["dilation"], strict=True)
        if any((kernel - 1) * dilation % 2 for kernel, dilation in window):
            raise PydanticCustomError(
                "uneven_padding",
                'padding is "same" on both sides of an odd kernel only, not of {kernel}',
                {
                    "kernel": "x".join(map(str, info.data["kernel"])),
                    "fits": "rows and columns, or an odd kernel",
                },
            )
        return padding

    @property
    def strides(self) -> bool:
        """Whether it steps over elements of the map."""
        return max(self.stride) > 1

    def convolved(self, x: Tensor, channels: int, groups: int) -> Tensor:
        """The convolution."""
        return conv(
            x,
            channels,
            self.kernel,
            stride=self.stride,
            padding=None if self.padding == "same" else self.padding,
            dilation=self.dilation,
            groups=groups,
            bias=self.bias,
        )


class Conv(_Convolution):
    """A convolution."""

    kind: Literal["conv"]
    channels: Width | None = Field(
        default=None,
        examples=[32],
        description="Channels it makes; null for one to each class of the network.",
    )
    groups: int = Field(
        default=1, ge=1, le=16384, description="Groups that channels are divided into."
    )

    def __str__(self) -> str:
        return f"conv{self.channels or ''}"

    def build(self, x: Tensor, how: How) -> Tensor:
        """(N, C, H, W) -> (N, channels, H', W')."""
        if self.channels is None:
            return self.convolved(x, how.classes, self.groups) if how.classes else x
        channels = how.scaling.channels(self.channels)
        if channels != self.channels:
            channels = -(-channels // self.groups) * self.groups
        return self.convolved(x, channels, self.groups)


class DepthwiseConv(_Convolution):
    """A convolution of each channel by itself."""

    kind: Literal["depthwise_conv"]
    multiplier: int = Field(
        default=1, ge=1, le=64, description="Channels it makes of each channel."
    )

    def build(self, x: Tensor, how: How) -> Tensor:  # noqa: ARG002 - as wide as its input
        """(N, C, H, W) -> (N, C · multiplier, H', W')."""
        return self.convolved(x, self.multiplier * x.channels, x.channels)


class Pool(Layer):
    """The largest element or the mean of each window."""

    kind: Literal["max_pool", "average_pool"]
    kernel: _Sides = Field(default=(2, 2), description="Side of the window, or [height, width].")
    stride: _Sides | None = Field(
        default=None,
        description="Elements the window steps by, or [vertically, horizontally]; null for the "
        "side of the window.",
    )
    padding: _Margins = Field(
        default=(0, 0),
        description="Rows and columns around the map, at most half of the window; means count "
        "them as zeros.",
    )
    ceil: Flag = Field(default=False, description="Whether a last, partial window is let in.")

    @field_validator("padding")
    @classmethod
    def _pad_by_half(cls, padding: Pair, info: ValidationInfo) -> Pair:
        kernel = info.data.get("kernel", padding)
        if any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
            raise PydanticCustomError(
                "too_much_padding",
                "the padding of a pool is at most half of its window, {kernel}",
                {"kernel": "x".join(map(str, kernel)), "fits": "half of the window, or less"},
            )
        return padding

    @property
    def strides(self) -> bool:
        """Whether it steps over elements of the map."""
        return max(self.stride or self.kernel) > 1

    def build(self, x: Tensor, how: How) -> Tensor:  # noqa: ARG002 - nothing of it is scaled
        """(N, C, H, W) -> (N, C, H', W')."""
        knobs = self.kernel, self.stride or self.kernel, self.padding, self.ceil
        if self.kind == "max_pool":
            return applied(x, MaxPool2d(*knobs))
        return applied(x, AvgPool2d(*knobs, count_padding=any(self.padding)))


class AdaptivePool(Layer):
    """The mean of each of so many windows that cover the map, whatever its size."""

    kind: Literal["adaptive_average_pool"]
    size: _Sides = Field(default=(1, 1), description="Side of the result, or [height, width].")

    def build(self, x: Tensor, how: How) -> Tensor:  # noqa: ARG002 - nothing of it is scaled
        """(N, C, H, W) -> (N, C, *size)."""
        return adaptive_avg_pool(x, self.size)


class GlobalPool(Layer):
    """The mean or the largest element of each map."""

    kind: Literal["global_average_pool", "global_max_pool"]

    @property
    def is_flat(self) -> bool:
        """Whether one element of each map comes out of it."""
        return True

    def build(self, x: Tensor, how: How) -> Tensor:  # noqa: ARG002 - nothing of it is scaled
        """(N, C, H, W) -> (N, C, 1, 1)."""
        return global_avg_pool(x) if self.kind == "global_average_pool" else spatial_max(x)
