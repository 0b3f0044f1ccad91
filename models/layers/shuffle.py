"""Units of the ShuffleNets: grouped or split channels that a shuffle mixes again.

Zhang et al. 2017 (arXiv:1707.01083) and Ma et al. 2018 (arXiv:1807.11164).
"""

from __future__ import annotations

from typing import Literal

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor, block
from archmeter.models.layers.attention import Attention, attend
from archmeter.models.layers.basics import (
    act,
    avg_pool,
    channel_shuffle,
    channel_slice,
    concat,
    conv,
    conv_norm_act,
    norm,
)

EntrySplit = Literal["even", "residual"]


@block
def grouped_shuffle_unit(
    x: Tensor, width: int, *, stride: int, groups: int, first_groups: int, attention: Attention
) -> Tensor:
    """relu(x + W3 depthwise(shuffle(W1 x))), W1 and W3 grouped; ShuffleNet v1 Fig. 2b and 2c.

    Where it strides, average-pooled x is concatenated instead of added, and the branch makes only
    the channels still missing. ``groups`` of the first convolution may differ from the others'.
    """
    mid = width // 4
    y = conv_norm_act(x, mid, groups=first_groups)
    if groups > 1:
        y = channel_shuffle(y, groups)
    y = norm(conv(y, mid, 3, stride=stride, groups=mid))
    if stride == 1:
        return act(attend(norm(conv(y, width, groups=groups)), attention) + x)
    y = norm(conv(y, _added(x, width), groups=groups))
    return act(concat(attend(y, attention), avg_pool(x, 3, stride=stride, padding=1)))


@block
def split_shuffle_unit(
    x: Tensor,
    width: int,
    *,
    stride: int,
    split: EntrySplit,
    residual: bool,
    attention: Attention,
) -> Tensor:
    """shuffle([x1, f(x2)]) with the halves of x; ShuffleNet v2 Fig. 3c and 3d.

    Where it strides, both branches take all of x: shuffle([g(x), f(x)]). They share the width
    evenly, or g keeps the channels of x and f makes those still missing.
    """
    half = width // 2
    if stride > 1:
        projected = half if split == "even" else x.channels
        x1 = norm(conv(x, x.channels, 3, stride=stride, groups=x.channels))
        x1 = conv_norm_act(x1, projected)
        x2, made = x, (width - half if split == "even" else _added(x, width))
    else:
        x1 = channel_slice(x, 0, x.channels // 2)
        x2 = channel_slice(x, x.channels // 2, x.channels)
        made = x2.channels
    y = conv_norm_act(x2, half)
    y = norm(conv(y, half, 3, stride=stride, groups=half))
    y = attend(conv_norm_act(y, made), attention)
    if residual and stride == 1:
        y = y + x2
    return channel_shuffle(concat(x1, y), 2)


def _added(x: Tensor, width: int) -> int:
    """Channels to be made beside those of x."""
    if width <= x.channels:
        raise ShapeError(
            f"{width} channels cannot hold the {x.channels} of the input and any new ones"
        )
    return width - x.channels
