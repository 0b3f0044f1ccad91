"""First layers of ResNets: from the image to the width of the first stage."""

from __future__ import annotations

from typing import Literal, NamedTuple

from models.graph import Tensor, block
from models.layers.basics import NormKind, act, avg_pool, conv, max_pool, norm

StemKind = Literal["conv7", "deep", "deep_tiered", "cifar"]
StemPool = Literal["max", "max_ceil", "average"]


class Stem(NamedTuple):
    """Which convolutions open the network, their final width, and the pooling after them.

    ``bare_end`` leaves out norm and activation after the last convolution: pre-activation blocks
    begin with their own.
    """

    kind: StemKind = "conv7"
    width: int = 64
    pool: StemPool = "max"
    norm: NormKind = "batch"
    bare_end: bool = False

    @property
    def convs(self) -> tuple[tuple[int, int, int], ...]:
        """(width, kernel, stride) of each convolution."""
        w = self.width
        match self.kind:
            case "conv7":
                return ((w, 7, 2),)
            case "cifar":
                return ((w, 3, 1),)
            case "deep":  # ResNet-C; Inception-v3 began so
                return ((w // 2, 3, 2), (w // 2, 3, 1), (w, 3, 1))
            case _:
                return ((3 * w // 8, 3, 2), (w // 2, 3, 1), (w, 3, 1))


@block
def stem(x: Tensor, how: Stem) -> Tensor:
    """(N, C, H, W) -> (N, width, H/4, W/4); no downsampling for CIFAR's 32x32 images."""
    last = len(how.convs) - 1
    for i, (width, kernel, stride) in enumerate(how.convs):
        x = conv(x, width, kernel, stride=stride)
        if i < last or not how.bare_end:
            x = act(norm(x, how.norm))
    if how.kind == "cifar":
        return x
    match how.pool:
        case "max":
            return max_pool(x, 3, stride=2, padding=1)
        case "max_ceil":  # Caffe's geometry, kept by the released SE networks
            return max_pool(x, 3, stride=2, ceil=True)
        case "average":
            return avg_pool(x, 2, stride=2)
