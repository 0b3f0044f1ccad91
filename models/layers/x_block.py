"""The blocks of RegNets: grouped bottlenecks with squeeze-and-excitation in the middle.

Radosavovic et al. 2020 (arXiv:2003.13678) §4: X without and Y with squeeze-and-excitation. The
inverted Z block of Dollár et al. 2021 (arXiv:2103.06877) has an expanded middle and no activation
at the end.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor, block
from archmeter.models.layers.attention import Attention, attend, squeeze_excite
from archmeter.models.layers.basics import NormKind, act, avg_pool, conv, group_norm, norm
from archmeter.models.ops import ActivationKind

XShortcut = Literal["conv", "pooled", "none"]


class XStyle(NamedTuple):
    """What all blocks of a RegNet have in common.

    Attributes:
        squeeze_ratio: squeezed channels ÷ channels that enter the block; 0 for no attention.
        shortcut: what carries x past a change of shape: a convolution, a pool and a convolution,
            or nothing at all.
        linear_end: no activation after the addition.
        norm_group_width: channels of a group, if the norm is a group norm.
        attention: in the place of squeeze-and-excitation, where that has no squeezed channels.
        kernel: side of the grouped convolutions; 3 in the papers.
    """

    squeeze_ratio: float = 0.0
    shortcut: XShortcut = "conv"
    linear_end: bool = False
    norm: NormKind = "batch"
    norm_group_width: int = 16
    act: ActivationKind = "relu"
    attention: Attention = Attention()
    kernel: int = 3

    def normed(self, x: Tensor) -> Tensor:
        """norm(x)."""
        if self.norm != "group":
            return norm(x, self.norm)
        if x.channels % self.norm_group_width:
            raise ShapeError(
                f"{x.channels} channels do not divide into norm groups of {self.norm_group_width}"
            )
        return group_norm(x, x.channels // self.norm_group_width)

    def ready(self, x: Tensor) -> Tensor:
        """act(norm(x))."""
        return act(self.normed(x), self.act)

    def squeezed(self, channels: int) -> int:
        """Squeezed channels of a block that so many channels enter."""
        return max(1, round(self.squeeze_ratio * channels))


@block
def x_block(
    x: Tensor, width: int, *, mid: int, group_width: int, stride: int, style: XStyle
) -> Tensor:
    """act(shortcut(x) + norm W3 attend(act(norm W2 act(norm W1 x)))): 1x1, grouped 3x3, 1x1."""
    shortcut = _shortcut(x, width, stride=stride, style=style, normed=True)
    y = style.ready(conv(x, mid))
    y = style.ready(conv(y, mid, style.kernel, stride=stride, groups=mid // group_width))
    y = _attended(y, x, style)
    y = style.normed(conv(y, width))
    if shortcut:
        y = shortcut + y
    return y if style.linear_end else act(y, style.act)


@block
def preact_x_block(
    x: Tensor, width: int, *, mid: int, group_width: int, stride: int, style: XStyle
) -> Tensor:
    """W3 act(norm attend(W2 act(norm W1 r))) + shortcut(r), where r = act(norm(x))."""
    x = style.ready(x)
    y = conv(x, mid)
    y = conv(style.ready(y), mid, style.kernel, stride=stride, groups=mid // group_width)
    y = conv(style.ready(_attended(y, x, style)), width)
    shortcut = _shortcut(x, width, stride=stride, style=style, normed=False)
    return y + shortcut if shortcut else y


def _attended(y: Tensor, x: Tensor, style: XStyle) -> Tensor:
    """Squeeze-and-excitation, as narrow as the channels entering the block make it."""
    if not style.squeeze_ratio:
        return attend(y, style.attention)
    return squeeze_excite(y, style.squeezed(x.channels), act_kind=style.act)


def _shortcut(x: Tensor, width: int, *, stride: int, style: XStyle, normed: bool) -> Tensor | None:
    """The identity, or what stands for it where shapes differ, if anything does."""
    if stride == 1 and x.channels == width:
        return x
    if style.shortcut == "none":
        return None
    with x.graph.scope("shortcut"):
        if style.shortcut == "pooled" and stride > 1:
            x = avg_pool(x, 2, stride=stride, ceil=True)
            stride = 1
        y = conv(x, width, stride=stride)
        return style.normed(y) if normed else y
