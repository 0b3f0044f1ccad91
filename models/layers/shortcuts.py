"""The identity path of a residual block, and what happens to it where shapes differ.

He et al. 2015 (arXiv:1512.03385) §3.3 and §4.1: option A pads with zeros, B projects where shapes
differ, C projects everywhere.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import NormKind, avg_pool, norm, unbiased_conv
from archmeter.models.ops import PadChannels, Subsample

ShortcutOption = Literal["A", "B", "C"]

_subsample_op = lru_cache(64)(Subsample)
_pad_channels_op = lru_cache(256)(PadChannels)


def add_shortcut(
    y: Tensor,
    x: Tensor,
    *,
    stride: int,
    option: ShortcutOption = "B",
    pooled: bool = False,
    norm_kind: NormKind = "batch",
) -> Tensor:
    """y + shortcut(x), written over y."""
    same = stride == 1 and x.channels == y.channels
    if option == "C" or (option == "B" and not same):
        x = projection(x, y.channels, stride=stride, pooled=pooled, norm_kind=norm_kind)
    elif not same:
        x = zero_padded(x, y.channels, stride=stride)
    y += x
    return y


def projection(
    x: Tensor,
    channels: int,
    *,
    stride: int,
    pooled: bool = False,
    norm_kind: NormKind | None = "batch",
    standardized: bool = False,
) -> Tensor:
    """norm(1x1 convolution(x)); no norm where its kind is None.

    With ``pooled`` an average pool does the downsampling instead of the stride, so that no element
    is dropped unseen (ResNet-D; He et al. 2018, arXiv:1812.01187).
    """
    with x.graph.scope("shortcut"):
        if pooled and stride > 1:
            x = avg_pool(x, 2, stride=stride, ceil=True)
            stride = 1
        y = unbiased_conv(x, channels, stride=stride, standardized=standardized)
        return norm(y, norm_kind) if norm_kind else y


def zero_padded(x: Tensor, channels: int, *, stride: int) -> Tensor:
    """Every ``stride``-th position, with channels of zeros appended: no parameters."""
    graph = x.graph
    with graph.scope("shortcut"):
        if stride > 1:
            x = graph.append(_subsample_op(stride), x)
        if x.channels != channels:
            x = graph.append(_pad_channels_op(channels - x.channels), x)
        return x
