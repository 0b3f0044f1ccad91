"""Networks whose maps stay large: strides given up, and kernels spread in their place.

Chen et al. 2017 (DeepLab v3, arXiv:1706.05587), Yu et al. 2017 (dilated residual networks,
arXiv:1705.09914). Where a stride would make maps smaller than wanted it becomes 1, and whatever
comes after it looks at every s-th element, so that weights, and what of the image each of them
sees, stay what they were. The convolution that gives up its stride keeps its kernel, as in timm and
torchvision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from archmeter.models.ops import (
    BlurPool2d,
    Conv2d,
    Op,
    Pad2d,
    Pair,
    ScaledDotProductAttention,
    Subsample,
)
from archmeter.models.ops.pooling import Pool2d
from archmeter.models.strides import Adapted, Reach, StrideRule, stride_of
from archmeter.models.tensor import Tensor


class StrideLimit(StrideRule):
    """Adapts operators to a network of a stride that it must not exceed.

    Args:
        output_stride: pixels of the image to an element of the smallest map.
        dilated: whether kernels spread to see what they saw; otherwise they only come more densely.
    """

    gives_up_last = True

    def __init__(self, output_stride: int, *, dilated: bool = True) -> None:
        super().__init__()
        self.output_stride = output_stride
        self.dilated = dilated

    def __str__(self) -> str:
        return f"an output stride of {self.output_stride}"

    def adapted(self, op: Op, inputs: Sequence[Tensor]) -> Adapted:
        """The operator, its stride given up where it would go too far, and its kernel spread."""
        if isinstance(op, ScaledDotProductAttention):
            inputs = inputs[:1]  # the answers lie where those who ask do
        reach = max(map(self.reach, inputs), default=Reach())
        stride = stride_of(op)
        exceeds = stride > 1 and reach.stride * stride > self.output_stride
        given_up = exceeds and not self._keeps_strides
        if given_up:
            spread = reach.dilation * (stride if self.dilated else 1)
            made = reach._replace(dilation=spread, given_up=reach.given_up * stride)
        else:
            made = reach._replace(stride=reach.stride * stride)
        if given_up or reach.dilation > 1:
            return Adapted(*_adapted(op, reach.dilation, given_up=given_up), made)
        return Adapted(op, None, made)


@lru_cache(1024)
def _adapted(op: Op, dilation: int, *, given_up: bool) -> tuple[Op, Pair | None]:
    """The operator on elements so far apart, its stride ``given_up`` or as it was."""
    match op:
        case Conv2d() | Pool2d():
            return _window(op, dilation, given_up=given_up)
        case BlurPool2d() | Subsample() if given_up:
            return replace(op, stride=1), None
        case Pad2d() if not op.channels_last:
            left, right, top, bottom = (dilation * side for side in op.sides)
            return replace(op, sides=(left, right, top, bottom)), None
        case _:
            return op, None


def _window(op: Conv2d | Pool2d, dilation: int, *, given_up: bool) -> tuple[Op, Pair | None]:
    """A convolution with its kernel spread; a pool, which keeps its window, beside a spread one.

    A pool without padding loses as much of the map as a convolution of its size. Patches do not
    overlap: where they no longer stride, they are padded to keep the map.
    """
    spread = dilation if isinstance(op, Conv2d) else 1
    stride = (1, 1) if given_up else op.stride
    height, width = (side - 1 for side in op.kernel)
    margin = None
    if op.padding == (0, 0) and op.kernel != (1, 1):
        if given_up and op.stride == op.kernel:
            margin = spread * height, spread * width
        elif spread < dilation:
            margin = (1 - dilation) * height, (1 - dilation) * width
    if isinstance(op, Pool2d):
        return replace(op, stride=stride), margin
    padding, dilations = (
        (dilation * pair[0], dilation * pair[1]) if op.kernel != (1, 1) else pair
        for pair in (op.padding, op.dilation)
    )
    return replace(op, stride=stride, padding=padding, dilation=dilations), margin
