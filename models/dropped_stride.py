"""Networks for small images: the first strides are dropped, and the pools that only stride.

CIFAR's images have 32x32 pixels. Networks made for 224x224 are given to them without the strides of
their first layers, so that later maps are as large as before; their weights stay what they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from math import gcd

from archmeter.models.ops import (
    BlurPool2d,
    Conv2d,
    Op,
    Pair,
    ScaledDotProductAttention,
    Subsample,
)
from archmeter.models.ops.pooling import Pool2d
from archmeter.models.strides import Adapted, Reach, StrideRule, stride_of
from archmeter.models.tensor import Tensor


class DroppedStrides(StrideRule):
    """Drops strides from the first on, until together they would have made so much.

    Convolutions keep their kernels. Pools and other operators that keep the map once they do not
    stride are left out.

    Args:
        dropped: product of the strides to drop; a power of two.
    """

    gives_up_last = False

    def __init__(self, dropped: int) -> None:
        super().__init__()
        self.dropped = dropped
        self._most = 1

    def __str__(self) -> str:
        return f"a dropped stride of {self.dropped}"

    def adapted(self, op: Op, inputs: Sequence[Tensor]) -> Adapted:
        """The operator without the part of its stride that is still to be dropped."""
        if isinstance(op, ScaledDotProductAttention):
            inputs = inputs[:1]  # the answers lie where those who ask do
        reach = max(map(self.reach, inputs), key=_extent, default=Reach())
        stride = stride_of(op)
        if self._keeps_strides or reach.stride > 1:
            factor = 1
        else:
            factor = gcd(stride, self.dropped // reach.dropped)
        dropped = reach.dropped * factor
        self._most = max(self._most, dropped)
        made = reach._replace(stride=reach.stride * stride // factor, dropped=dropped)
        if factor == 1:
            return Adapted(op, None, made)
        return Adapted(*_without(op, factor), made)

    def unmet(self) -> str:
        """Why the whole network is not what is asked for, in words; none if it is."""
        if self._most == self.dropped:
            return ""
        made = f"make {self._most}" if self._most > 1 else "are no powers of two"
        return f"the first strides of the network {made}, less than is dropped"


def _extent(reach: Reach) -> int:
    return reach.stride * reach.dropped


@lru_cache(1024)
def _without(op: Op, factor: int) -> tuple[Op | None, Pair | None]:
    """An operator whose stride is divided, and by what its input is padded to keep the map."""
    match op:
        case Conv2d():
            stride = _divided(op.stride, factor)
            margin = None
            if op.stride == op.kernel and op.padding == (0, 0):  # patches, which now overlap
                margin = op.kernel[0] - stride[0], op.kernel[1] - stride[1]
            return replace(op, stride=stride), margin
        case Pool2d():
            stride = _divided(op.stride, factor)
            if stride == (1, 1) and _keeps_the_map(op):
                return None, None
            kernel = stride if op.kernel == op.stride else op.kernel
            return replace(op, kernel=kernel, stride=stride), None
        case BlurPool2d() | Subsample():
            rest = op.stride // factor
            return (replace(op, stride=rest) if rest > 1 else None), None
        case _:
            raise TypeError(f"{op} has no stride")


def _divided(stride: Pair, factor: int) -> Pair:
    return max(1, stride[0] // factor), max(1, stride[1] // factor)


def _keeps_the_map(pool: Pool2d) -> bool:
    """Whether a pool only strides: its windows do not overlap, or it makes good for what they do.

    One without padding takes from the map as much as a convolution beside it.
    """
    whole = all(
        2 * padding == kernel - 1 for padding, kernel in zip(pool.padding, pool.kernel, strict=True)
    )
    return pool.ceil or pool.kernel == pool.stride or whole
