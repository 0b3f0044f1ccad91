"""Depthwise separable convolutions and the residual blocks made of them; Chollet 2016.

A convolution over each channel alone, then one over channels alone: arXiv:1610.02357. The aligned
blocks, of Chen et al. 2018 (arXiv:1802.02611), stride instead of pooling.
"""

from __future__ import annotations

from collections.abc import Sequence

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import act, conv, max_pool, norm
from archmeter.models.layers.shortcuts import add_shortcut, projection


def separable(x: Tensor, width: int, kernel: int = 3, *, stride: int = 1) -> Tensor:
    """pointwise(depthwise(x)), with nothing between."""
    return conv(conv(x, x.channels, kernel, stride=stride, groups=x.channels), width)


@block
def separable_unit(x: Tensor, width: int, kernel: int = 3) -> Tensor:
    """relu norm separable."""
    return act(norm(separable(x, width, kernel)))


@block
def xception_block(
    x: Tensor, widths: Sequence[int], *, stride: int, kernel: int = 3, starts_with_act: bool = True
) -> Tensor:
    """shortcut(x) + pool(norm separable relu(... norm separable relu(x))); no pool at stride 1."""
    y = x
    for i, width in enumerate(widths):
        if i or starts_with_act:
            y = act(y, inplace=i > 0)
        y = norm(separable(y, width, kernel))
    if stride > 1:
        y = max_pool(y, 3, stride=stride, padding=1)
    return add_shortcut(y, x, stride=stride)


@block
def aligned_block(x: Tensor, widths: Sequence[int], *, stride: int, kernel: int = 3) -> Tensor:
    """shortcut(x) + a chain of norm pointwise norm depthwise relu; the stride on the last."""
    y = x
    for i, width in enumerate(widths):
        step = stride if i == len(widths) - 1 else 1
        y = act(y, inplace=i > 0)
        y = norm(conv(y, y.channels, kernel, stride=step, groups=y.channels))
        y = norm(conv(y, width))
    return y + (x if _same(x, y, stride) else projection(x, y.channels, stride=stride))


@block
def preact_aligned_block(
    x: Tensor, widths: Sequence[int], *, stride: int, kernel: int = 3, shortcut: bool = True
) -> Tensor:
    """shortcut(relu(norm x)) + a chain of separable relu norm; the stride on the last.

    Without ``shortcut`` it is the relu of the chain: the end of the network.
    """
    ready = y = act(norm(x))
    for i, width in enumerate(widths):
        if i:
            y = act(norm(y))
        y = separable(y, width, kernel, stride=stride if i == len(widths) - 1 else 1)
    if not shortcut:
        return act(y, inplace=False)
    if _same(ready, y, stride):
        return y + ready
    return y + projection(ready, y.channels, stride=stride, norm_kind=None)


@block
def separable_chain(x: Tensor, widths: Sequence[int], *, kernel: int = 3) -> Tensor:
    """relu norm pointwise relu norm depthwise, again and again."""
    for width in widths:
        x = act(norm(conv(x, x.channels, kernel, groups=x.channels)))
        x = act(norm(conv(x, width)))
    return x


def _same(x: Tensor, y: Tensor, stride: int) -> bool:
    return stride == 1 and x.channels == y.channels
