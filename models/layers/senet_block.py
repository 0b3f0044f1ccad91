"""The bottleneck of SENet-154: its first 1x1 is narrower than its 3x3, its shortcuts wider.

Hu, Shen, Albanie, Sun, Wu 2017, arXiv:1709.01507, appendix.
"""

from __future__ import annotations

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.attention import attend
from archmeter.models.layers.basics import act, avg_pool, conv, conv_norm_act, norm
from archmeter.models.layers.residual import Residual
from archmeter.models.layers.shortcuts import zero_padded


@block
def senet_bottleneck(
    x: Tensor,
    entry: int,
    mid: int,
    width: int,
    *,
    stride: int,
    shortcut_kernel: int,
    style: Residual,
) -> Tensor:
    """relu(attend(norm W3 relu(norm W2 relu(norm W1 x))) + shortcut(x)); W1 narrower than W2.

    Args:
        x: (N, C, H, W).
        entry: channels after W1.
        mid: channels after W2, the grouped convolution.
        width: channels of the result.
        stride: of W2.
        shortcut_kernel: side of the projections that downsample.
        style: what the network's blocks have in common.
    """
    y = conv_norm_act(x, entry, norm_kind=style.norm, act_kind=style.act)
    y = conv_norm_act(
        y,
        mid,
        style.kernel,
        stride=stride,
        groups=style.groups,
        norm_kind=style.norm,
        act_kind=style.act,
    )
    y = norm(conv(y, width), style.norm)
    x = _shortcut(x, width, stride=stride, kernel=shortcut_kernel, style=style)
    return act(attend(y, style.attention) + x, style.act)


def _shortcut(x: Tensor, width: int, *, stride: int, kernel: int, style: Residual) -> Tensor:
    """The identity, or a projection; 1x1 unless it downsamples."""
    same = stride == 1 and x.channels == width
    if style.shortcut == "A" and not same:
        return zero_padded(x, width, stride=stride)
    if same and style.shortcut != "C":
        return x
    with x.graph.scope("shortcut"):
        kernel = kernel if stride > 1 else 1
        if style.pooled_shortcut and stride > 1:
            x = avg_pool(x, 2, stride=stride, ceil=True)
            stride = 1
        return norm(conv(x, width, kernel, stride=stride), style.norm)
