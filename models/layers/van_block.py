"""The block of visual attention networks: large-kernel attention, then a convolving perceptron.

Guo, Lu, Liu, Cheng, Hu 2022, arXiv:2202.09741, Fig. 3.
"""

from __future__ import annotations

from typing import NamedTuple

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import act, conv, layer_scale, norm
from archmeter.models.layers.channel_norm import channel_norm
from archmeter.models.layers.large_kernel_attention import spatial_gate


class VANStyle(NamedTuple):
    """What all blocks of a network have in common.

    Attributes:
        kernel: side K of the window that attention sees.
        dilation: d, which decomposes that window.
        mlp_kernel: side of the depthwise convolution inside the perceptron.
    """

    kernel: int = 21
    dilation: int = 3
    mlp_kernel: int = 3


def overlapping_patches(x: Tensor, width: int, kernel: int, *, stride: int) -> Tensor:
    """norm(k x k convolution) with more kernel than stride."""
    return norm(conv(x, width, kernel, stride=stride, bias=True))


@block
def patch_embed(x: Tensor, width: int, *, stride: int = 2) -> Tensor:
    """(N, C, H, W) -> (N, width, H/2, W/2): norm(3x3 convolution)."""
    return overlapping_patches(x, width, 3, stride=stride)


@block
def stage_norm(x: Tensor) -> Tensor:
    """Layer norm of each position over its channels, which ends a stage."""
    return channel_norm(x)


@block
def van_block(x: Tensor, expansion: int, style: VANStyle) -> Tensor:
    """y + γ2 · mlp(norm y), where y = x + γ1 · attention(norm x)."""
    x = x + layer_scale(spatial_gate(norm(x), kernel=style.kernel, dilation=style.dilation))
    return x + layer_scale(mlp(norm(x), expansion * x.channels, style.mlp_kernel))


@block
def mlp(x: Tensor, hidden: int, kernel: int) -> Tensor:
    """W2 gelu(depthwise(W1 x))."""
    y = conv(conv(x, hidden, bias=True), hidden, kernel, groups=hidden, bias=True)
    return conv(act(y, "gelu"), x.channels, bias=True)
