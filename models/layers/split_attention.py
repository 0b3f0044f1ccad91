"""Split attention: squeeze-and-excitation over parallel splits inside each cardinal group.

Zhang et al. 2020 (arXiv:2004.08955) §3.
"""

from __future__ import annotations

from math import lcm
from typing import Literal, NamedTuple

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.attention import attend
from archmeter.models.layers.basics import (
    ActKind,
    NormKind,
    act,
    conv,
    conv_norm_act,
    norm,
    padded_avg_pool,
    permute,
    reshape,
    softmax,
    spatial_mean,
    sum_over,
)
from archmeter.models.layers.residual import Residual
from archmeter.models.layers.shortcuts import add_shortcut
from archmeter.models.scaling import make_divisible

DownsamplingPool = Literal["after", "before", "none"]
"""Where a 3x3 average pool takes over the stride of the 3x3 convolution."""


class SplitAttention(NamedTuple):
    """What all split-attention convolutions of a network have in common.

    Attributes:
        radix: splits of a cardinal group, R; with 0 the convolution is a plain one.
        cardinality: cardinal groups, K.
        reduction: channels of all splits ÷ squeezed channels.
        least: squeezed channels are not fewer.
    """

    radix: int = 2
    cardinality: int = 1
    reduction: int = 4
    least: int = 32

    def squeezed(self, channels: int) -> int:
        """Squeezed channels, which have to divide into the cardinal groups."""
        wanted = max(channels * self.radix / self.reduction, self.least)
        return make_divisible(wanted, lcm(8, self.cardinality))


@block
def split_attention(
    x: Tensor,
    width: int,
    how: SplitAttention,
    *,
    stride: int = 1,
    norm_kind: NormKind = "batch",
    act_kind: ActKind = "relu",
) -> Tensor:
    """Σ a_r · U_r over the splits U = relu(norm W x), with a = softmax over r of V2 z.

    z = relu(norm(V1 mean(Σ U_r))), and V1 and V2 keep cardinal groups apart. A single split (R = 1)
    has a = σ(V2 z): squeeze-and-excitation in each cardinal group.
    """
    radix, groups = how.radix, how.cardinality
    splits = max(1, radix)
    y = conv_norm_act(
        x,
        splits * width,
        3,
        stride=stride,
        groups=splits * groups,
        norm_kind=norm_kind,
        act_kind=act_kind,
    )
    if radix == 0:
        return y
    if radix > 1:
        y = reshape(y, radix, width, *y.shape[2:])
    z = spatial_mean(sum_over(y, 1) if radix > 1 else y)
    # A group norm of few values at one position would have nothing left to tell.
    z = act(norm(conv(z, how.squeezed(width), groups=groups, bias=True)), act_kind)
    logits = conv(z, radix * width, groups=groups, bias=True)
    if radix == 1:
        return y * act(logits, "sigmoid")
    # The groups of V2 lay out channels as (cardinal group, split, channel).
    by_group = permute(reshape(logits, groups, radix, width // groups), 0, 2, 1, 3)
    return sum_over(y * reshape(softmax(by_group, 1), radix, width, 1, 1), 1)


@block
def resnest_bottleneck(
    x: Tensor,
    mid: int,
    width: int,
    how: SplitAttention,
    *,
    stride: int,
    pool: DownsamplingPool,
    style: Residual,
) -> Tensor:
    """relu(attend(norm W3 split(relu(norm W1 x))) + shortcut(x)): 1x1, split attention, 1x1."""
    pooled = stride > 1 and pool != "none"
    y = conv_norm_act(x, mid, norm_kind=style.norm, act_kind=style.act)
    if pooled and pool == "before":
        y = padded_avg_pool(y, 3, stride=stride, padding=1)
    y = split_attention(
        y, mid, how, stride=1 if pooled else stride, norm_kind=style.norm, act_kind=style.act
    )
    if pooled and pool == "after":
        y = padded_avg_pool(y, 3, stride=stride, padding=1)
    y = add_shortcut(
        attend(norm(conv(y, width), style.norm), style.attention),
        x,
        stride=stride,
        option=style.shortcut,
        pooled=style.pooled_shortcut,
        norm_kind=style.norm,
    )
    return act(y, style.act)
