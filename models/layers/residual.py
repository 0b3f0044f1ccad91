"""Residual blocks with the activation after the addition: relu(F(x) + shortcut(x)).

He et al. 2015 (arXiv:1512.03385), and what others put inside: cardinality (ResNeXt), attention,
average-pooled downsampling (ResNet-D).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.attention import Attention, attend
from archmeter.models.layers.basics import ActKind, NormKind, act, concat, conv, conv_norm_act, norm
from archmeter.models.layers.shortcuts import ShortcutOption, add_shortcut
from archmeter.models.layers.strided_pool import StridedPool, strided_pool

BlockForm = Literal["a", "b", "c"]


class Residual(NamedTuple):
    """What all residual blocks of a network have in common.

    Attributes:
        shortcut: option A, B or C of the ResNet paper.
        pooled_shortcut: downsample shortcuts by average pooling (ResNet-D).
        stride_on_first: stride of a bottleneck on its first 1x1 instead of its 3x3.
        pooled_stride: replace strides of 3x3 convolutions by pools (anti-aliasing).
        groups: of the 3x3 convolution of a bottleneck: its cardinality.
        form: how a ResNeXt block is written, Fig. 3 of Xie et al.
        act: activation after the convolutions and the addition.
        kernel: side of the spatial convolutions; 3 in the paper.
        strided_pool: which pools replace strides, if any do.
        standardized: whether convolutions standardise their weights (pre-activation blocks).
    """

    shortcut: ShortcutOption = "B"
    pooled_shortcut: bool = False
    stride_on_first: bool = False
    pooled_stride: bool = False
    norm: NormKind = "batch"
    attention: Attention = Attention()
    groups: int = 1
    form: BlockForm = "c"
    act: ActKind = "relu"
    kernel: int = 3
    strided_pool: StridedPool = "average"
    standardized: bool = False


@block
def basic(x: Tensor, width: int, *, stride: int, style: Residual) -> Tensor:
    """relu(attend(norm W2 relu(norm W1 x)) + shortcut(x)), both 3x3."""
    y = _spatial(x, width, stride=stride, groups=1, style=style)
    y = norm(conv(y, width, style.kernel), style.norm)
    return joined(y, x, stride=stride, style=style)


@block
def bottleneck(x: Tensor, mid: int, width: int, *, stride: int, style: Residual) -> Tensor:
    """relu(attend(norm W3 relu(norm W2 relu(norm W1 x))) + shortcut(x)): 1x1, 3x3, 1x1.

    Args:
        x: (N, C, H, W).
        mid: channels between, all groups together.
        width: channels of the result.
        stride: of the whole block.
        style: what the network's blocks have in common.
    """
    outer, inner = (stride, 1) if style.stride_on_first else (1, stride)
    if style.form == "c" or style.groups == 1:
        y = conv_norm_act(x, mid, stride=outer, norm_kind=style.norm, act_kind=style.act)
        y = _spatial(y, mid, stride=inner, groups=style.groups, style=style)
        y = conv(y, width)
    else:
        y = _paths(x, mid, width, outer=outer, inner=inner, style=style)
    return joined(norm(y, style.norm), x, stride=stride, style=style)


def _spatial(x: Tensor, width: int, *, stride: int, groups: int, style: Residual) -> Tensor:
    """The 3x3 convolution that carries the stride, or leaves it to a pool."""
    pooled = style.pooled_stride and stride > 1
    y = conv_norm_act(
        x,
        width,
        style.kernel,
        stride=1 if pooled else stride,
        groups=groups,
        norm_kind=style.norm,
        act_kind=style.act,
    )
    return strided_pool(y, stride, style.strided_pool) if pooled else y


def joined(y: Tensor, x: Tensor, *, stride: int, style: Residual) -> Tensor:
    """relu(attend(y) + shortcut(x)): how a block ends."""
    y = add_shortcut(
        attend(y, style.attention),
        x,
        stride=stride,
        option=style.shortcut,
        pooled=style.pooled_shortcut,
        norm_kind=style.norm,
    )
    return act(y, style.act)


def _paths(x: Tensor, mid: int, width: int, *, outer: int, inner: int, style: Residual) -> Tensor:
    """A grouped bottleneck written as parallel paths: Fig. 3 (a) and (b) of arXiv:1611.05431.

    Form a gives each path its own last convolution and adds them up; form b concatenates the paths
    before one last convolution. Both have exactly the weights of the grouped form c.
    """
    ends = []
    share = mid // style.groups
    for _ in range(style.groups):
        with x.graph.scope("path"):
            y = conv_norm_act(x, share, stride=outer, norm_kind=style.norm, act_kind=style.act)
            y = _spatial(y, share, stride=inner, groups=1, style=style)
            ends.append(conv(y, width) if style.form == "a" else y)
    if style.form == "b":
        return conv(concat(*ends), width)
    total = ends[0]
    for end in ends[1:]:
        total += end
    return total
