"""Selective kernels: each channel chooses among convolutions of several sizes.

Li, Wang, Hu, Yang 2019 (arXiv:1903.06586) §3.1.
"""

from __future__ import annotations

from typing import NamedTuple

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import (
    ActKind,
    NormKind,
    act,
    channel_slice,
    concat,
    conv,
    conv_norm_act,
    norm,
    reshape,
    softmax,
    spatial_mean,
    sum_over,
)
from archmeter.models.layers.residual import Residual, joined
from archmeter.models.scaling import make_divisible


class SelectiveKernels(NamedTuple):
    """What all selective-kernel convolutions of a network have in common.

    Attributes:
        kernels: one odd size for each path; the paper's M is their number.
        dilated: kernels above 3 are dilated 3x3.
        split: each path sees its share of the input's channels, instead of all of them.
        reduction: output channels ÷ squeezed channels, the paper's r.
        least: squeezed channels are not fewer, the paper's L.
        divisor: squeezed channels are a multiple of it.
    """

    kernels: tuple[int, ...] = (3, 5)
    dilated: bool = True
    split: bool = False
    reduction: int = 16
    least: int = 32
    divisor: int = 1

    def squeezed(self, channels: int) -> int:
        """Channels of the compact feature that guides the choice, the paper's d."""
        return make_divisible(max(channels / self.reduction, self.least), self.divisor)

    def shares(self, x: Tensor) -> list[Tensor]:
        """What each path is given.

        Raises:
            ShapeError: if the channels do not divide into shares.
        """
        paths = len(self.kernels)
        if not self.split:
            return [x] * paths
        if x.channels % paths:
            raise ShapeError(f"{x.channels} channels do not divide into shares of {paths} paths")
        share = x.channels // paths
        return [channel_slice(x, i * share, (i + 1) * share) for i in range(paths)]


@block
def selective_kernel(
    x: Tensor,
    width: int,
    how: SelectiveKernels,
    *,
    stride: int = 1,
    groups: int = 1,
    norm_kind: NormKind = "batch",
    act_kind: ActKind = "relu",
) -> Tensor:
    """Σ a_i · U_i, where U_i = relu(norm W_i x) and a = softmax over i of V_i z.

    z = relu(norm(V mean(Σ U_i))) has few channels.
    """
    paths = len(how.kernels)
    maps = []
    for share, kernel in zip(how.shares(x), how.kernels, strict=True):
        with x.graph.scope("path"):
            dilation = (kernel - 1) // 2 if how.dilated else 1
            size = 3 if how.dilated else kernel
            y = conv(share, width, size, stride=stride, dilation=dilation, groups=groups)
            maps.append(act(norm(y, norm_kind), act_kind))
    stack = concat(*maps)
    stack = reshape(stack, paths, width, *stack.shape[2:])
    z = conv(spatial_mean(sum_over(stack, 1)), how.squeezed(width))
    # A group norm of few values at one position would have nothing left to tell.
    logits = conv(act(norm(z), act_kind), paths * width)
    choice = softmax(reshape(logits, paths, width, 1, 1), 1)
    return sum_over(stack * choice, 1)


@block
def sk_basic(
    x: Tensor, mid: int, width: int, how: SelectiveKernels, *, stride: int, style: Residual
) -> Tensor:
    """relu(attend(norm W2 select(x)) + shortcut(x)), W2 3x3."""
    y = _selected(x, mid, how, stride=stride, style=style)
    return joined(norm(conv(y, width, 3), style.norm), x, stride=stride, style=style)


@block
def sk_bottleneck(
    x: Tensor, mid: int, width: int, how: SelectiveKernels, *, stride: int, style: Residual
) -> Tensor:
    """relu(attend(norm W3 select(relu(norm W1 x))) + shortcut(x)): an SK unit (§3.2)."""
    y = conv_norm_act(x, mid, norm_kind=style.norm, act_kind=style.act)
    y = _selected(y, mid, how, stride=stride, style=style)
    return joined(norm(conv(y, width), style.norm), x, stride=stride, style=style)


def _selected(
    x: Tensor, width: int, how: SelectiveKernels, *, stride: int, style: Residual
) -> Tensor:
    return selective_kernel(
        x,
        width,
        how,
        stride=stride,
        groups=style.groups,
        norm_kind=style.norm,
        act_kind=style.act,
    )
