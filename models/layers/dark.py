"""Blocks of DarkNets and of the cross-stage-partial networks: activation, then the shortcut."""

from __future__ import annotations

from math import gcd
from typing import Literal, NamedTuple

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.attention import Attention, attend
from archmeter.models.layers.basics import act, avg_pool, conv, conv_norm_act, max_pool, norm
from archmeter.models.scaling import make_divisible

DarkAct = Literal["relu", "leaky_relu", "silu", "mish"]
DarkBlock = Literal["dark", "edge", "bottleneck"]
Downsample = Literal["conv", "max_pool_conv", "avg_pool_conv", "max_pool"]


class Dark(NamedTuple):
    """What the blocks of a stage have in common.

    Attributes:
        mid_ratio: channels between a block's convolutions ÷ its output.
        groups: of the 3x3 convolution. The inner channels are a multiple of it; where the 3x3
            reads or makes the channels outside, it has as many groups as divide those.
        shortcut: whether the block's input is added to its output.
    """

    mid_ratio: float = 0.5
    groups: int = 1
    act: DarkAct = "leaky_relu"
    attention: Attention = Attention()
    shortcut: bool = True

    def mid(self, width: int) -> int:
        """Channels between the convolutions of a block."""
        return make_divisible(round(self.mid_ratio * width), self.groups, keep=0.0)


def dark_block(x: Tensor, width: int, kind: DarkBlock, style: Dark) -> Tensor:
    """One of the blocks below, by its name."""
    return {"dark": dark, "edge": edge, "bottleneck": bottleneck}[kind](x, width, style)


@block
def dark(x: Tensor, width: int, style: Dark) -> Tensor:
    """x + relu(norm W2 relu(norm W1 x)): 1x1, 3x3; Redmon & Farhadi 2018, arXiv:1804.02767."""
    y = conv_norm_act(x, style.mid(width), act_kind=style.act)
    y = attend(y, style.attention)
    y = conv_norm_act(y, width, 3, groups=gcd(style.groups, width), act_kind=style.act)
    return y + x if style.shortcut else y


@block
def edge(x: Tensor, width: int, style: Dark) -> Tensor:
    """x + relu(norm W2 relu(norm W1 x)): 3x3, 1x1."""
    groups = gcd(style.groups, x.channels)
    y = conv_norm_act(x, style.mid(width), 3, groups=groups, act_kind=style.act)
    y = attend(y, style.attention)
    y = conv_norm_act(y, width, act_kind=style.act)
    return y + x if style.shortcut else y


@block
def bottleneck(x: Tensor, width: int, style: Dark) -> Tensor:
    """relu(x + norm W3 relu(norm W2 relu(norm W1 x))): 1x1, 3x3, 1x1; as in ResNe(X)t."""
    y = conv_norm_act(x, style.mid(width), act_kind=style.act)
    y = conv_norm_act(y, style.mid(width), 3, groups=style.groups, act_kind=style.act)
    y = norm(conv(attend(y, style.attention), width))
    return act(y + x if style.shortcut else y, style.act, inplace=not style.shortcut)


@block
def downsample(
    x: Tensor, width: int, how: Downsample, act_kind: DarkAct, *, stride: int = 2
) -> Tensor:
    """(N, C, H, W) -> (N, width, H/2, W/2); the channels stay where there is only a pool."""
    match how:
        case "conv":
            return conv_norm_act(x, width, 3, stride=stride, act_kind=act_kind)
        case "max_pool_conv":
            return conv_norm_act(max_pool(x, stride, stride=stride), width, 3, act_kind=act_kind)
        case "avg_pool_conv":
            return conv_norm_act(avg_pool(x, stride, stride=stride), width, act_kind=act_kind)
        case "max_pool":
            return max_pool(x, stride, stride=stride)
