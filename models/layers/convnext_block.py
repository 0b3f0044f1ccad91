"""The ConvNeXt block: a depthwise convolution, then a perceptron at each position."""

from __future__ import annotations

from typing import Literal, NamedTuple

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import act, contiguous, conv, layer_scale, linear
from archmeter.models.layers.channel_norm import (
    ChannelNormKind,
    PositionNormKind,
    channel_norm,
    channels_first,
    channels_last,
    position_norm,
)
from archmeter.models.layers.global_response_norm import global_response_norm

Pointwise = Literal["linear", "conv"]


class ConvNeXtStyle(NamedTuple):
    """What all ConvNeXt blocks of a network have in common.

    Attributes:
        kernel: side of the depthwise convolution.
        expansion: hidden ÷ outer channels of the perceptron.
        pointwise: linear layers on channels moved last, or 1x1 convolutions. The same weights.
        scaled: whether a layer scale ends the branch (v1).
        response_norm: whether the perceptron normalises responses (v2).
        norm: over the channels of each position.
    """

    kernel: int = 7
    expansion: int = 4
    pointwise: Pointwise = "linear"
    scaled: bool = True
    response_norm: bool = False
    norm: PositionNormKind = "layer"


@block
def convnext_block(x: Tensor, style: ConvNeXtStyle) -> Tensor:
    """x + γ · W2 grn(gelu(W1 norm(depthwise(x)))); Liu et al. 2022, Fig. 4; Woo et al. 2023."""
    hidden = style.expansion * x.channels
    y = conv(x, x.channels, style.kernel, groups=x.channels, bias=True)
    if style.pointwise == "conv":
        y = act(conv(channel_norm(y, style.norm), hidden, bias=True), "gelu")
        if style.response_norm:
            y = global_response_norm(y, channel_dim=1)
        y = conv(y, x.channels, bias=True)
    else:
        y = position_norm(channels_last(y), style.norm)
        # Only layer norm lays its result out anew, as the linear layer wants it.
        y = y if style.norm == "layer" else contiguous(y)
        y = act(linear(y, hidden), "gelu")
        if style.response_norm:
            y = global_response_norm(y, channel_dim=3)
        y = channels_first(linear(y, x.channels))
    return (layer_scale(y) if style.scaled else y) + x


@block
def downsample(
    x: Tensor, width: int, *, stride: int = 2, norm_kind: ChannelNormKind = "layer"
) -> Tensor:
    """A 2x2 convolution, stride 2, of normalised channels: (N, C, H, W) -> (N, width, H/2, W/2).

    Its kernel is as large as its stride, whatever that is.
    """
    return conv(channel_norm(x, norm_kind), width, stride, stride=stride, padding=0, bias=True)
