"""The universal inverted bottleneck, and what stands in its place where maps are large.

Qin et al. 2024 (MobileNetV4), arXiv:2404.10518: an expansion between two depthwise convolutions,
either of which may be missing. Both are there in an extra depthwise block, the second alone in an
inverted bottleneck, the first alone in a block like ConvNeXt's, neither in a feed-forward network.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import act, conv, conv_norm_act, layer_scale, norm
from archmeter.models.layers.strided_pool import StridedPool, strided_pool
from archmeter.models.ops import ActivationKind

PoolOfStride = Literal["none", StridedPool]


class Depthwise(NamedTuple):
    """Sides of the two depthwise convolutions of a block, 0 where there is none."""

    before: int = 0
    between: int = 0


class Bottleneck(NamedTuple):
    """What the bottlenecks of a stage have in common.

    Attributes:
        act: activation of the channels between.
        activated: whether fused ones end in it too.
        pool: what strides in the place of a convolution, if anything does.
        scaled: whether the results of universal ones have a trained factor for each channel.
        skip: whether inputs are added, where their shapes are those of the results.
    """

    act: ActivationKind = "relu"
    activated: bool = False
    pool: PoolOfStride = "none"
    scaled: bool = False
    skip: bool = True


@block
def universal_bottleneck(
    x: Tensor, mid: int, width: int, kernels: Depthwise, *, stride: int, style: Bottleneck
) -> Tensor:
    """[x +] [γ] norm W2 [act(norm D2] act(norm W1 [norm D1] x)); Qin et al. 2024.

    Args:
        x: (N, C, H, W).
        mid: channels between; 0 leaves out W1.
        width: channels of the result.
        kernels: sides of D1 and D2, the last of which strides.
        stride: of the block.
        style: what it has in common with others.

    Raises:
        ShapeError: if there is a stride, and no depthwise convolution to take it.
    """
    before, between = kernels
    if stride > 1 and not (before or between):
        raise ShapeError("a block without depthwise convolutions cannot stride")
    y = x
    if before:
        outer = 1 if between else stride
        y = _strided(y, y.channels, before, outer, groups=y.channels, pool=style.pool)
    if mid:
        y = conv_norm_act(y, mid, act_kind=style.act)
    if between:
        y = _strided(y, y.channels, between, stride, style.act, groups=y.channels, pool=style.pool)
    y = norm(conv(y, width))
    y = layer_scale(y) if style.scaled else y
    return _joined(y, x, stride=stride, style=style)


@block
def fused_bottleneck(
    x: Tensor, mid: int, width: int, kernel: int = 3, *, stride: int, style: Bottleneck
) -> Tensor:
    """[x +] [act](norm W2 act(norm W1 x)): a full convolution, which strides, then a 1x1.

    Args:
        x: (N, C, H, W).
        mid: channels between; 0 leaves out W2.
        width: channels of the result.
        kernel: side of W1.
        stride: of W1.
        style: what it has in common with others.
    """
    y = _strided(x, mid or width, kernel, stride, style.act, groups=1, pool=style.pool)
    if mid:
        y = norm(conv(y, width))
        y = act(y, style.act) if style.activated else y
    return _joined(y, x, stride=stride, style=style)


def _strided(
    x: Tensor,
    channels: int,
    kernel: int,
    stride: int,
    act_kind: ActivationKind | None = None,
    *,
    groups: int,
    pool: PoolOfStride,
) -> Tensor:
    """[act](norm W x), with the stride that of W, or of a pool after all of it."""
    if pool != "none" and stride > 1:
        dense = _strided(x, channels, kernel, 1, act_kind, groups=groups, pool=pool)
        return strided_pool(dense, stride, pool)
    y = norm(conv(x, channels, kernel, stride=stride, groups=groups))
    return act(y, act_kind) if act_kind else y


def _joined(y: Tensor, x: Tensor, *, stride: int, style: Bottleneck) -> Tensor:
    return y + x if style.skip and stride == 1 and x.channels == y.channels else y
