"""Pools that stride in place of a convolution, so that no element is dropped unseen.

Zhang 2019, arXiv:1904.11486: a convolution at every position, then a small low-pass filter where
the stride would have been.
"""

from __future__ import annotations

from typing import Literal

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import avg_pool, blur_pool

StridedPool = Literal["average", "blur"]


def strided_pool(x: Tensor, stride: int, kind: StridedPool = "average") -> Tensor:
    """Means of stride x stride elements, or a 3x3 binomial filter that overlaps its neighbours."""
    if kind == "blur":
        return blur_pool(x, stride=stride)
    return avg_pool(x, stride, stride=stride)
