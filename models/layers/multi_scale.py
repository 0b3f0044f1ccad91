"""Bottlenecks that see at several scales: splits of their channels, each after the one before it.

Gao, Cheng, Zhao, Zhang, Yang, Torr 2019, arXiv:1904.01169, §3.1 and Fig. 2.
"""

from __future__ import annotations

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import (
    channel_slice,
    concat,
    conv,
    conv_norm_act,
    norm,
    padded_avg_pool,
)
from archmeter.models.layers.residual import Residual, joined


@block
def res2net_bottleneck(
    x: Tensor, split: int, scale: int, width: int, *, stride: int, style: Residual
) -> Tensor:
    """relu(attend(norm W [y1, ..., ys]) + shortcut(x)), the splits x1 ... xs of relu(norm V x).

    yi = relu(norm Wi (xi + y(i-1))) for i < s, where y0 = 0; ys = xs. A block that changes the
    shape of x has no sums, and ys is an average of xs.

    Args:
        x: (N, C, H, W).
        split: channels of each split.
        scale: how many splits there are: s. One alone is convolved.
        width: channels of the result.
        stride: of the 3x3 convolutions and the average.
        style: what the network's blocks have in common; its groups are those of the 3x3.
    """
    y = conv_norm_act(x, scale * split, norm_kind=style.norm, act_kind=style.act)
    y = _scales(y, split, scale, stride=stride, alike=_keeps_shape(x, width, stride), style=style)
    return joined(norm(conv(y, width), style.norm), x, stride=stride, style=style)


def _keeps_shape(x: Tensor, width: int, stride: int) -> bool:
    return stride == 1 and x.channels == width


def _scales(
    x: Tensor, split: int, scale: int, *, stride: int, alike: bool, style: Residual
) -> Tensor:
    """The splits of x convolved, one after another, and the last as it is or averaged."""
    splits = [channel_slice(x, i * split, (i + 1) * split) for i in range(scale)]
    seen: list[Tensor] = []
    for part in splits[:-1] or splits:
        y = seen[-1] + part if seen and alike else part
        y = conv_norm_act(
            y,
            split,
            style.kernel,
            stride=stride,
            groups=style.groups,
            norm_kind=style.norm,
            act_kind=style.act,
        )
        seen.append(y)
    if scale == 1:
        return seen[0]
    last = splits[-1]
    seen.append(last if alike else padded_avg_pool(last, 3, stride=stride, padding=1))
    return concat(*seen)
