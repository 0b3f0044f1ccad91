"""Residual blocks with the activation before each convolution; He et al. 2016, arXiv:1603.05027.

Norm and relu of the input feed both branches wherever the shortcut is a projection.
"""

from __future__ import annotations

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.attention import attend
from archmeter.models.layers.basics import act, dropout, norm, unbiased_conv
from archmeter.models.layers.residual import Residual
from archmeter.models.layers.shortcuts import projection, zero_padded


@block
def preact_basic(
    x: Tensor, width: int, *, stride: int, style: Residual, dropout_rate: float = 0.0
) -> Tensor:
    """shortcut(x) + attend(W2 relu(norm W1 relu(norm x))), both 3x3."""
    ready = _ready(x, style)
    standardized = style.standardized
    y = unbiased_conv(ready, width, style.kernel, stride=stride, standardized=standardized)
    y = dropout(_ready(y, style), dropout_rate)
    y = unbiased_conv(y, width, style.kernel, standardized=standardized)
    return _join(y, x, ready, stride=stride, style=style)


@block
def preact_bottleneck(x: Tensor, mid: int, width: int, *, stride: int, style: Residual) -> Tensor:
    """shortcut(x) + attend(W3 relu(norm W2 relu(norm W1 relu(norm x)))): 1x1, 3x3, 1x1."""
    outer, inner = (stride, 1) if style.stride_on_first else (1, stride)
    ready = _ready(x, style)
    standardized = style.standardized
    y = unbiased_conv(ready, mid, stride=outer, standardized=standardized)
    y = _ready(y, style)
    y = unbiased_conv(
        y, mid, style.kernel, stride=inner, groups=style.groups, standardized=standardized
    )
    y = unbiased_conv(_ready(y, style), width, standardized=standardized)
    return _join(y, x, ready, stride=stride, style=style)


def _ready(x: Tensor, style: Residual) -> Tensor:
    return act(norm(x, style.norm), style.act)


def _join(y: Tensor, x: Tensor, ready: Tensor, *, stride: int, style: Residual) -> Tensor:
    y = attend(y, style.attention)
    same = stride == 1 and x.channels == y.channels
    if style.shortcut == "C" or (style.shortcut == "B" and not same):
        # No norm on it: the next block begins with one.
        x = projection(
            ready,
            y.channels,
            stride=stride,
            pooled=style.pooled_shortcut,
            norm_kind=None,
            standardized=style.standardized,
        )
    elif not same:
        x = zero_padded(x, y.channels, stride=stride)
    y += x
    return y
