"""The bottleneck on its way from ResNet to ConvNeXt, with every decision open.

Liu et al. 2022, arXiv:2201.03545, §2.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import act, conv, layer_scale
from archmeter.models.layers.channel_norm import ChannelNormKind, channel_norm

RoadmapActivation = Literal["relu", "gelu"]
Share = Literal["all", "one"]


class RoadmapStyle(NamedTuple):
    """What all blocks of a network have in common.

    Attributes:
        depthwise: whether the spatial convolution mixes no channels.
        spatial_first: whether that convolution opens the block instead of being in its middle.
        kernel: its side.
        activations: after every convolution but the last and after the sum, or only before the
            last convolution.
        norms: after every convolution, or only after the spatial one.
        layer_scale: whether a trained factor per channel ends the branch.
    """

    depthwise: bool = False
    spatial_first: bool = False
    kernel: int = 3
    activation: RoadmapActivation = "relu"
    activations: Share = "all"
    norms: Share = "all"
    norm: ChannelNormKind = "batch"
    layer_scale: bool = False

    def conv_bias(self, *, normed: bool) -> bool:
        """Whether a convolution has a bias: not where batch norm would take it away at once."""
        return not (normed and self.norm == "batch")


@block
def bottleneck(x: Tensor, mid: int, width: int, *, stride: int, style: RoadmapStyle) -> Tensor:
    """act(F(x) + shortcut(x)); F: two 1x1 convolutions and a spatial one between or before them."""
    spatial = 0 if style.spatial_first else 1
    widths = (x.channels if style.spatial_first else mid, mid, width)
    y = x
    for i, channels in enumerate(widths):
        normed = style.norms == "all" or i == spatial
        bias = style.conv_bias(normed=normed)
        if i == spatial:
            groups = channels if style.depthwise else 1
            y = conv(y, channels, style.kernel, stride=stride, groups=groups, bias=bias)
        else:
            y = conv(y, channels, bias=bias)
        if normed:
            y = channel_norm(y, style.norm)
        if i == 1 or (i == 0 and style.activations == "all"):
            y = act(y, style.activation)
    if style.layer_scale:
        y = layer_scale(y)
    y += shortcut(x, width, stride=stride, style=style) if stride > 1 or x.channels != width else x
    return act(y, style.activation) if style.activations == "all" else y


@block
def shortcut(x: Tensor, width: int, *, stride: int, style: RoadmapStyle) -> Tensor:
    """norm(1x1 convolution(x))."""
    bias = style.conv_bias(normed=True)
    return channel_norm(conv(x, width, stride=stride, bias=bias), style.norm)
