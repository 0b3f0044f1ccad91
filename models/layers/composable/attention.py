"""Attention as a knob of blocks; each kind of block lists the kinds that it admits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.layers.attention import Attention
from archmeter.models.layers.composable.part import ByName, Part
from archmeter.models.layers.mbconv import Squeeze
from archmeter.models.ops import ActivationKind
from archmeter.models.scaling import make_divisible
from archmeter.models.spec import Flag

Reduction = Annotated[float, Field(ge=0.25, le=1024, allow_inf_nan=False)]
Divisor = Annotated[int, Field(ge=1, le=64)]


class AttentionPart(Part, ABC):
    """Attention on the output of some convolution of a block."""

    @abstractmethod
    def how(self) -> Attention:
        """The attention as blocks take it."""


class NoAttention(AttentionPart):
    """None."""

    kind: Literal["none"]

    def how(self) -> Attention:
        """The attention as blocks take it."""
        return Attention()


class EfficientChannelAttention(AttentionPart):
    """A convolution along the channels; Wang et al. 2020, arXiv:1910.03151."""

    kind: Literal["eca"]

    def how(self) -> Attention:
        """The attention as blocks take it."""
        return Attention("eca")


class _Squeezing(AttentionPart):
    reduction: int = Field(default=16, ge=1, le=1024, description="Channels ÷ squeezed channels.")
    divisor: Divisor = Field(default=1, description="Squeezed channels are a multiple of this.")
    bias: Flag = Field(default=True, description="Biases in the two layers that squeeze.")


class SqueezeExcite(_Squeezing):
    """Squeeze-and-excitation; Hu et al. 2018, arXiv:1709.01507."""

    kind: Literal["squeeze_excite"]

    def how(self) -> Attention:
        """The attention as blocks take it."""
        return Attention(self.kind, self.reduction, self.divisor, self.bias)


class ConvolutionalAttention(_Squeezing):
    """Attention over channels, then over positions; Woo et al. 2018, arXiv:1807.06521."""

    kind: Literal["cbam"]

    def how(self) -> Attention:
        """The attention as blocks take it."""
        return Attention(self.kind, self.reduction, self.divisor, self.bias)


class MobileSqueezeExcite(Part):
    """Squeeze-and-excitation of inner channels, as in MnasNet, MobileNetV3 and EfficientNet."""

    kind: Literal["squeeze_excite"]
    reduction: Reduction = Field(default=4, description="Channels ÷ squeezed channels.")
    channels: Literal["input", "inner"] = Field(
        default="input", description="Whether the block's input is reduced or its inner channels."
    )
    divisor: Divisor = Field(default=1, description="Squeezed channels are a multiple of this.")
    activation: ActivationKind = Field(
        default="relu", description="Activation of the squeezed channels."
    )
    gate: Literal["sigmoid", "hardsigmoid"] = Field(
        default="sigmoid", description="What turns scores into factors."
    )

    def squeeze(self, entering: int, inner: int) -> Squeeze:
        """The attention of a block that so many channels enter."""
        channels = entering if self.channels == "input" else inner
        width = make_divisible(channels / self.reduction, self.divisor)
        return Squeeze(width, self.activation, self.gate)


class NarrowSqueezeExcite(Part):
    """Squeeze-and-excitation of inner channels, narrowed to a part of the input's, as in RegNetY.

    Radosavovic et al. 2020, arXiv:2003.13678. Its activation is the block's.
    """

    kind: Literal["squeeze_excite"]
    reduction: Reduction = Field(
        default=4, description="Channels that enter the block ÷ squeezed channels."
    )


AnyAttention = Annotated[
    NoAttention | SqueezeExcite | ConvolutionalAttention | EfficientChannelAttention,
    Field(discriminator="kind"),
    ByName(),
]
"""Of residual blocks and their kin."""

MobileAttention = Annotated[
    NoAttention | MobileSqueezeExcite | ConvolutionalAttention | EfficientChannelAttention,
    Field(discriminator="kind"),
    ByName(),
]
"""Of mobile blocks."""

NarrowAttention = Annotated[
    NoAttention | NarrowSqueezeExcite | ConvolutionalAttention | EfficientChannelAttention,
    Field(discriminator="kind"),
    ByName(),
]
"""Of the blocks of RegNets."""

NO_ATTENTION = NoAttention(kind="none")
