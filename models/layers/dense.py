"""Dense connections: each layer reads what all layers before it in the stage made.

Huang, Liu, van der Maaten, Weinberger 2016, arXiv:1608.06993.
"""

from __future__ import annotations

from typing import NamedTuple

from models.graph import Tensor, block
from models.layers.basics import act, concat, conv, dropout, norm
from models.layers.strided_pool import StridedPool, strided_pool


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
        maps.append(dense_layer(*maps, layer=layer))
    return concat(*maps)


@block
def dense_layer(x: Tensor, *others: Tensor, layer: DenseLayer) -> Tensor:
    """W2 relu(norm W1 relu(norm [x, ...])): 1x1, 3x3; or the 3x3 alone."""
    y = squeezed(x, *others, width=layer.bottleneck * layer.growth)
    if layer.bottleneck:
        y = act(norm(y))
    return dropout(conv(y, layer.growth, 3), layer.dropout_rate)


@block
def squeezed(x: Tensor, *others: Tensor, width: int) -> Tensor:
    """W relu(norm [x, ...]), 1x1; no W for a width of 0.

    What grows with the square of the depth if it is kept, and is cheap to compute again: the
    memory-efficient DenseNet of Pleiss et al. 2017, arXiv:1707.06990, checkpoints this part.
    """
    y = act(norm(concat(x, *others)))
    return conv(y, width) if width else y


@block
def transition(
    x: Tensor, width: int, *, pooled: bool = True, pool: StridedPool = "average"
) -> Tensor:
    """pool(W relu(norm x)), 1x1: from one dense block to the next."""
    y = conv(act(norm(x)), width)
    return strided_pool(y, 2, pool) if pooled else y
