"""First layers: from the image to the width of the first stage."""

from __future__ import annotations

from typing import Literal, NamedTuple

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import (
    ActKind,
    NormKind,
    act,
    avg_pool,
    blur_pool,
    conv,
    max_pool,
    norm,
    pad,
    unbiased_conv,
)
from archmeter.models.layers.channel_norm import PositionNormKind, channel_norm
from archmeter.models.ops import ActivationKind
from archmeter.models.scaling import make_divisible

StemKind = Literal["conv7", "deep", "deep_tiered", "cifar"]
StemPool = Literal["max", "max_ceil", "max_zeros", "max_blur", "average", "conv"]


class Stem(NamedTuple):
    """Which convolutions open the network, their final width, and the pooling after them.

    ``bare_end`` leaves out norm and activation after the last convolution: pre-activation blocks
    begin with their own. ``standardized`` is whether convolutions standardise their weights.
    ``wide_tiers`` gives the second of three tiered convolutions 3/4 of the width, not half.
    """

    kind: StemKind = "conv7"
    width: int = 64
    pool: StemPool = "max"
    norm: NormKind = "batch"
    bare_end: bool = False
    act: ActKind = "relu"
    standardized: bool = False
    wide_tiers: bool = False

    @property
    def convs(self) -> tuple[tuple[int, int, int], ...]:
        """(width, kernel, stride) of each convolution."""
        w = self.width
        last = ((w, 3, 2),) if self.pool == "conv" else ()
        match self.kind:
            case "conv7":
                return ((w, 7, 2), *last)
            case "cifar":
                return ((w, 3, 1),)
            case "deep":  # ResNet-C; Inception-v3 began so
                return ((w // 2, 3, 2), (w // 2, 3, 1), (w, 3, 1), *last)
            case _:
                eighth = max(1, w // 8)
                second = 6 * eighth if self.wide_tiers else w // 2
                return ((3 * eighth, 3, 2), (second, 3, 1), (w, 3, 1), *last)


@block
def stem(x: Tensor, how: Stem) -> Tensor:
    """ResNet's: (N, C, H, W) -> (N, width, H/4, W/4); no downsampling for CIFAR's 32x32 images."""
    last = len(how.convs) - 1
    for i, (width, kernel, stride) in enumerate(how.convs):
        x = unbiased_conv(x, width, kernel, stride=stride, standardized=how.standardized)
        if i < last or not how.bare_end:
            x = act(norm(x, how.norm), how.act)
    return x if how.kind == "cifar" else _pooled(x, how.pool)


def _pooled(x: Tensor, pool: StemPool) -> Tensor:
    match pool:
        case "max":
            return max_pool(x, 3, stride=2, padding=1)
        case "max_ceil":  # Caffe's geometry, kept by the released SE networks
            return max_pool(x, 3, stride=2, ceil=True)
        case "max_zeros":  # TensorFlow's, where the padding may be the maximum
            return max_pool(pad(x, 1, 1, 1, 1), 3, stride=2)
        case "max_blur":
            return blur_pool(max_pool(x, 3, stride=1, padding=1), stride=2)
        case "average":
            return avg_pool(x, 2, stride=2)
        case "conv":  # it was the last convolution
            return x


def patches(
    x: Tensor,
    width: int,
    side: int,
    *,
    normed: bool = True,
    norm_kind: PositionNormKind = "layer",
) -> Tensor:
    """(N, C, H, W) -> (N, width, H/side, W/side): a convolution of patches, and a norm."""
    with x.graph.scope("stem"):
        x = conv(x, width, side, stride=side, padding=0, bias=True)
        return channel_norm(x, norm_kind) if normed else x


def overlapping_convs(
    x: Tensor,
    width: int,
    *,
    tiered: bool,
    normed: bool = True,
    norm_kind: PositionNormKind = "layer",
    act_kind: ActivationKind | None = None,
) -> Tensor:
    """(N, C, H, W) -> (N, width, H/4, W/4): two 3x3 convolutions, and a norm.

    Both stride. The first is as wide as the second, or ``tiered``: half as wide. Between them may
    be an activation.
    """
    with x.graph.scope("stem"):
        x = conv(x, make_divisible(width // 2) if tiered else width, 3, stride=2, bias=True)
        if act_kind:
            x = act(x, act_kind)
        x = conv(x, width, 3, stride=2, bias=True)
        return channel_norm(x, norm_kind) if normed else x
