"""Attention in the place of the last pool: the mean of a map asks all its positions.

Radford et al. 2021 (CLIP), arXiv:2103.00020 §2.4.
"""

from __future__ import annotations

from models.errors import ShapeError
from models.graph import Tensor, block
from models.layers.basics import mean, permute, reshape, select
from models.layers.self_attention import attention
from models.layers.tokens import add_positions
from models.ops import Concat

HEAD_WIDTH = 64
"""Channels of a head, as in Vaswani et al. 2017, Table 3."""

_CONCAT_TOKENS = Concat(1)


@block
def attention_pool(x: Tensor, features: int) -> Tensor:
    """(N, C, H, W) -> (N, features), or (N, C) where these are 0.

    W attention([mean of t, t] + positions), of which the first token is kept; t are the H · W
    positions of the map.
    """
    _, channels, rows, columns = x.shape
    if channels % HEAD_WIDTH:
        raise ShapeError(f"{channels} channels do not divide into heads of {HEAD_WIDTH}")
    tokens = permute(reshape(x, channels, rows * columns), 0, 2, 1)
    tokens = x.graph.append(_CONCAT_TOKENS, mean(tokens, 1), tokens)
    tokens = attention(add_positions(tokens), channels // HEAD_WIDTH, features=features)
    return select(tokens, 1, 0)
