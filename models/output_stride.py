"""Networks whose maps stay large: strides given up, and kernels spread in their place.

Chen et al. 2017 (DeepLab v3, arXiv:1706.05587), Yu et al. 2017 (dilated residual networks,
arXiv:1705.09914). Where a stride would make maps smaller than wanted it becomes 1, and whatever
comes after it looks at every s-th element, so that weights, and what of the image each of them
sees, stay what they were. The convolution that gives up its stride keeps its kernel, as in timm and
torchvision.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

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
from archmeter.models.tensor import Tensor


class Reach(NamedTuple):
    """How far apart the elements of a map are in the image, and those that kernels look at.

    Attributes:
        stride: pixels between neighbours of the map.
        dilation: elements between those that a kernel takes side by side.
    """

    stride: int = 1
    dilation: int = 1


class StrideLimit:
    """Adapts operators to a network of a stride that it must not exceed.

    Args:
        output_stride: pixels of the image to an element of the smallest map.
        dilated: whether kernels spread to see what they saw; otherwise they only come more densely.

    Attributes:
        given_up: strides that became 1, by the index of the operator.
    """

    def __init__(self, output_stride: int, *, dilated: bool = True) -> None:
        self.output_stride = output_stride
        self.dilated = dilated
        self.given_up: dict[int, Pair] = {}
        self._reaches: dict[int, Reach] = {}
        self._keeps_strides = False

    @contextmanager
    def keeping_strides(self) -> Iterator[None]:
        """In here no stride is given up: what it makes is no map of the network."""
        self._keeps_strides = True
        try:
            yield
        finally:
            self._keeps_strides = False

    def adapted(self, op: Op, inputs: Sequence[Tensor], index: int) -> tuple[Op, Pair | None]:
        """What comes in the place of an operator, and by what its input is padded first, if it is.

        Args:
            op: as the network has it.
            inputs: what it is applied to.
            index: of what it makes, were nothing padded.
        """
        if isinstance(op, ScaledDotProductAttention):
            inputs = inputs[:1]  # the answers lie where those who ask do
        reach = max((self._reaches.get(x.index, Reach()) for x in inputs), default=Reach())
        stride = _stride(op)
        exceeds = stride > 1 and reach.stride * stride > self.output_stride
        given_up = exceeds and not self._keeps_strides
        if given_up:
            made = Reach(reach.stride, reach.dilation * (stride if self.dilated else 1))
        else:
            made = Reach(reach.stride * stride, reach.dilation)
        adapted, margin = op, None
        if given_up or reach.dilation > 1:
            adapted, margin = _adapted(op, reach.dilation, given_up=given_up)
        if margin:
            self._reaches[index] = reach  # of its input, padded
            index += 1
        if given_up:
            self.given_up[index] = stride, stride
        self._reaches[index] = made
        return adapted, margin

    def same(self, x: Tensor, index: int) -> None:
        """Say that what is made at an index lies in the image as x does."""
        self._reaches[index] = self._reaches.get(x.index, Reach())


def _stride(op: Op) -> int:
    match op:
        case Conv2d() | Pool2d():
            return max(op.stride)
        case BlurPool2d() | Subsample():
            return op.stride
        case _:
            return 1


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


def surrounding(size: Pair) -> Pad2d:
    """Zeros that add so many rows and columns on both sides, or crop them; one more at the end."""
    height, width = size
    return Pad2d((width // 2, width - width // 2, height // 2, height - height // 2))
