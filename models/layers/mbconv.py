"""Mobile blocks: depthwise separable convolutions and inverted residuals, fused or not.

All end in a linear projection, and add their input where shapes allow; MobileNetV2 (Sandler et al.
2018, arXiv:1801.04381), with squeeze-and-excitation since MnasNet (Tan et al. 2018,
arXiv:1807.11626).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.attention import Attention, attend, squeeze_excite
from archmeter.models.layers.basics import act, conv, conv_norm_act, norm
from archmeter.models.layers.shortcuts import projection
from archmeter.models.ops import ActivationKind


class Squeeze(NamedTuple):
    """Squeeze-and-excitation between the spatial convolution of a block and its projection.

    Attributes:
        width: squeezed channels; 0 for none of it.
        act: activation of the squeezed channels.
        gate: what turns scores into factors.
    """

    width: int = 0
    act: ActivationKind = "relu"
    gate: ActivationKind = "sigmoid"


NO_SQUEEZE = Squeeze()
InnerAttention = Squeeze | Attention
"""Squeeze-and-excitation as mobile networks have it, or attention as other blocks have it."""

Skip = bool | Literal["projection"]
"""Whether blocks add their input where it has the shape of the result; or norm W x as well, where
it differs in channels alone."""


@block
def depthwise_separable(
    x: Tensor, width: int, kernel: int = 3, *, stride: int, act_kind: ActivationKind, bare: bool
) -> Tensor:
    """act(norm P act(norm D x)); Howard et al. 2017, arXiv:1704.04861, Fig. 3.

    D is depthwise, P pointwise; a ``bare`` D is followed by neither norm nor activation.
    """
    y = conv(x, x.channels, kernel, stride=stride, groups=x.channels)
    if not bare:
        y = act(norm(y), act_kind)
    return conv_norm_act(y, width, act_kind=act_kind)


@block
def mbconv(
    x: Tensor,
    mid: int,
    width: int,
    kernel: int = 3,
    *,
    stride: int,
    act_kind: ActivationKind,
    squeeze: InnerAttention = NO_SQUEEZE,
    skip: Skip = True,
) -> Tensor:
    """[x +] norm W2 se(act(norm D act(norm W1 x))): 1x1, depthwise, 1x1.

    Args:
        x: (N, C, H, W).
        mid: channels between; 0 leaves out W1, so that D is applied to x itself.
        width: channels of the result.
        kernel: side of D.
        stride: of D.
        act_kind: activation after the first two convolutions.
        squeeze: squeeze-and-excitation, or other attention, before W2.
        skip: whether x is added, where its shape is that of the result.
    """
    y = conv_norm_act(x, mid, act_kind=act_kind) if mid else x
    y = conv_norm_act(y, y.channels, kernel, stride=stride, groups=y.channels, act_kind=act_kind)
    y = norm(conv(_squeezed(y, squeeze), width))
    return _added(y, x, stride=stride, skip=skip)


@block
def fused_mbconv(
    x: Tensor,
    mid: int,
    width: int,
    kernel: int = 3,
    *,
    stride: int,
    act_kind: ActivationKind,
    squeeze: InnerAttention = NO_SQUEEZE,
    skip: Skip = True,
) -> Tensor:
    """[x +] norm W2 se(act(norm W1 x)): a full convolution in place of 1x1 and depthwise.

    Tan & Le 2021, arXiv:2104.00298, Fig. 2. With a ``mid`` of 0 it is act(norm W x) [+ x].
    """
    y = conv_norm_act(x, mid or width, kernel, stride=stride, act_kind=act_kind)
    y = _squeezed(y, squeeze)
    if mid:
        y = norm(conv(y, width))
    return _added(y, x, stride=stride, skip=skip)


def _squeezed(y: Tensor, squeeze: InnerAttention) -> Tensor:
    if isinstance(squeeze, Attention):
        return attend(y, squeeze)
    if not squeeze.width:
        return y
    return squeeze_excite(y, squeeze.width, act_kind=squeeze.act, gate=squeeze.gate)


def _added(y: Tensor, x: Tensor, *, stride: int, skip: Skip) -> Tensor:
    if not skip or stride != 1:
        return y
    if x.channels == y.channels:
        return y + x
    return y + projection(x, y.channels, stride=1) if skip == "projection" else y
