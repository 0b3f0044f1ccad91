"""Dense connections: each layer reads what all layers before it in the stage made.

Huang, Liu, van der Maaten, Weinberger 2016, arXiv:1608.06993.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import concat, conv, dropout, norm_act, norm_act_conv
from archmeter.models.layers.strided_pool import StridedPool, strided_pool


class DenseLayer(NamedTuple):
    """What all layers of a dense network have in common.

    Attributes:
        growth: k, the channels a layer adds.
        bottleneck: channels between its 1x1 and its 3x3 ÷ k; 0 for a 3x3 alone.
    """

    growth: int
    bottleneck: int = 4
    dropout_rate: float = 0.0


@block
def dense_block(x: Tensor, depth: int, layer: DenseLayer) -> Tensor:
    """[x, H1 x, H2 [x, H1 x], ...]: C + depth · k channels."""
    maps = [x]
    for _ in range(depth):
        maps.append(dense_layer(maps, layer))
    return concat(*maps)


def dense_layer(maps: Sequence[Tensor], layer: DenseLayer) -> Tensor:
    """W2 relu(norm W1 relu(norm [x, ...])): 1x1, 3x3; or the 3x3 alone."""
    scope, (growth, bottleneck, dropout_rate) = maps[0].graph.scope, layer
    with scope("dense_layer"):
        # What is in here grows with the square of the depth if it is kept, and is cheap to compute
        # again: the memory-efficient DenseNet of Pleiss et al. 2017, arXiv:1707.06990, checkpoints
        # this part.
        with scope("squeezed"):
            y = concat(*maps)
            y = norm_act_conv(y, bottleneck * growth) if bottleneck else norm_act(y)
        y = norm_act_conv(y, growth, 3) if bottleneck else conv(y, growth, 3)
        return dropout(y, dropout_rate)


@block
def transition(
    x: Tensor, width: int, *, pooled: bool = True, pool: StridedPool = "average"
) -> Tensor:
    """pool(W relu(norm x)), 1x1: from one dense block to the next."""
    y = norm_act_conv(x, width)
    return strided_pool(y, 2, pool) if pooled else y
