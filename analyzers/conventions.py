"""What other counters print for a network, and why that is not our figure.

fvcore prints MACs and calls them flops; to those of convolutions and linear layers it adds two
operations per element of a batch norm, five of other norms, and one per element that an adaptive
pool reads. Reductions written as ``mean`` escape it, so two identical networks can differ.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from analyzers.compute import macs
from analyzers.reading import Reading
from models.graph import Graph
from models.ops import (
    Activation,
    AdaptiveAvgPool2d,
    Add,
    Amax,
    AvgPool2d,
    BatchNorm2d,
    ChannelShuffle,
    Concat,
    Conv1d,
    Conv2d,
    Div,
    Dropout,
    Flatten,
    GroupNorm,
    Input,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Mean,
    Mul,
    Pad2d,
    PadChannels,
    Parameter,
    Permute,
    Reshape,
    Scale,
    Shape,
    Shift,
    Slice,
    Softmax,
    Subsample,
    Sum,
    VectorNorm,
)

fvcore_extra = Reading("fvcore", 0)
"""What fvcore adds to the MACs of an operator."""


@fvcore_extra.rule(BatchNorm2d)
def batch_norm(_: BatchNorm2d, out: Shape, __: Shape) -> int:
    """Scale and shift."""
    return 2 * prod(out)


@fvcore_extra.rule(GroupNorm, LayerNorm)
def group_norm(_: GroupNorm | LayerNorm, out: Shape, __: Shape) -> int:
    """Statistics, scale and shift."""
    return 5 * prod(out)


@fvcore_extra.rule(AdaptiveAvgPool2d)
def adaptive_pool(_: AdaptiveAvgPool2d, __: Shape, x: Shape) -> int:
    """One operation per element read."""
    return prod(x)


fvcore_extra.nothing(
    Input,
    Conv1d,
    Conv2d,
    Linear,
    Activation,
    Add,
    Mul,
    Dropout,
    MaxPool2d,
    AvgPool2d,
    Mean,
    Amax,
    Concat,
    Subsample,
    PadChannels,
    Reshape,
    Flatten,
    ChannelShuffle,
    Div,
    LocalResponseNorm,
    Pad2d,
    Parameter,
    Permute,
    Scale,
    Shift,
    Slice,
    Softmax,
    Sum,
    VectorNorm,
)


class FvcoreCount(NamedTuple):
    """What fvcore prints, in its parts.

    Attributes:
        macs: of convolutions, linear layers and matrix products.
        norms: of normalisation layers.
        pools: of adaptive pools.
    """

    macs: int
    norms: int
    pools: int

    @property
    def total(self) -> int:
        """The figure printed."""
        return sum(self)


def fvcore_count(graph: Graph) -> FvcoreCount:
    """What ``FlopCountAnalysis(model, inputs).total()`` prints for a network in eval mode."""
    counted = pools = norms = 0
    for tensor in graph.tensors:
        counted += macs(tensor.call)
        extra = fvcore_extra(tensor.call)
        if isinstance(tensor.op, AdaptiveAvgPool2d):
            pools += extra
        else:
            norms += extra
    return FvcoreCount(counted, norms, pools)
