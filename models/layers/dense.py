"""Dense connections: each layer reads what all layers before it in the stage made.

Huang, Liu, van der Maaten, Weinberger 2016, arXiv:1608.06993.
"""

from __future__ import annotations

from typing import NamedTuple

from models.graph import Tensor, block
from models.layers.basics import act, avg_pool, concat, conv, dropout, norm


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
        maps.append(dense_layer(concat(*maps), layer))
    return concat(*maps)


@block
def dense_layer(x: Tensor, layer: DenseLayer) -> Tensor:
    """W2 relu(norm W1 relu(norm x)): 1x1, 3x3; or the 3x3 alone."""
    x = act(norm(x))
    if layer.bottleneck:
        x = act(norm(conv(x, layer.bottleneck * layer.growth)))
    return dropout(conv(x, layer.growth, 3), layer.dropout_rate)


@block
def transition(x: Tensor, width: int, *, pooled: bool = True) -> Tensor:
    """pool(W relu(norm x)), 1x1: from one dense block to the next."""
    y = conv(act(norm(x)), width)
    return avg_pool(y, 2, stride=2) if pooled else y
