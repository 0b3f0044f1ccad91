"""Attention in the place of the last pool: one token asks all the others.

That is the mean of a map in Radford et al. 2021 (CLIP), arXiv:2103.00020 §2.4, and a trained vector
in Zhai et al. 2022, arXiv:2106.04560 §3.4.
"""

from __future__ import annotations

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import concat, linear, mean, select
from archmeter.models.layers.channel_norm import PositionNormKind, position_norm
from archmeter.models.layers.perceptron import PerceptronKind, perceptron
from archmeter.models.layers.self_attention import AttentionKind, attend, attention, projected
from archmeter.models.layers.tokens import add_positions, as_tokens, trained_token

HEAD_WIDTH = 64
"""Channels of a head, as in Vaswani et al. 2017, Table 3."""


@block
def latent_pool(
    x: Tensor,
    heads: int,
    *,
    hidden: int,
    kind: AttentionKind = "fused",
    perceptron_kind: PerceptronKind = "gelu",
    norm: PositionNormKind = "layer",
) -> Tensor:
    """(N, tokens, channels) -> (N, channels): y = W attention(trained, x); y + perceptron(norm(y)).

    Args:
        x: the tokens asked, by a trained vector that is the same for all images.
        heads: of the attention.
        hidden: channels inside the perceptron.
        kind: whether scores are ever written to memory.
        perceptron_kind: its nonlinearity.
        norm: what is called norm.
    """
    (q,) = projected(trained_token(x), heads, 1, bias=True)
    k, v = projected(x, heads, 2, bias=True)
    y = linear(attend(q, k, v, kind=kind), x.shape[2])
    y = y + perceptron(position_norm(y, norm), hidden, perceptron_kind)
    return select(y, 1, 0)


@block
def attention_pool(x: Tensor, features: int) -> Tensor:
    """(N, C, H, W) -> (N, features), or (N, C) where these are 0.

    W attention([mean of t, t] + positions), of which the first token is kept; t are the H · W
    positions of the map.
    """
    if x.channels % HEAD_WIDTH:
        raise ShapeError(f"{x.channels} channels do not divide into heads of {HEAD_WIDTH}")
    tokens = as_tokens(x)
    tokens = concat(mean(tokens, 1), tokens)
    tokens = attention(add_positions(tokens), x.channels // HEAD_WIDTH, features=features)
    return select(tokens, 1, 0)
