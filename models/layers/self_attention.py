"""Self-attention over tokens (N, ..., tokens, channels)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import log
from typing import Literal, NamedTuple

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import (
    contiguous,
    linear,
    parameter,
    permute,
    reshape,
    scale,
    select,
    softmax,
)
from archmeter.models.layers.channel_norm import PositionNormKind, position_norm
from archmeter.models.layers.rotation import Rotation, rotate
from archmeter.models.ops import (
    AtMost,
    Exp,
    KeyBias,
    Linear,
    MatMul,
    ScaledDotProductAttention,
    UnitLength,
)

AttentionKind = Literal["fused", "composed"]
"""One kernel that keeps no scores (Dao et al. 2022), or products and a softmax one by one."""

Similarity = Literal["dot", "normed", "cosine"]
"""Of a query and a key: their product, that of norms of them, or the angle between them."""

LARGEST_FACTOR = log(100)
"""Logarithm of what a cosine is multiplied by at most; Liu et al. 2022, arXiv:2111.09883 §3.2."""

_BY_ROWS, _MATMUL, _FUSED = MatMul(transposed=True), MatMul(), ScaledDotProductAttention()
_UNIT, _EXP, _AT_MOST = UnitLength(), Exp(), AtMost(LARGEST_FACTOR)
_projection_op = lru_cache(256)(Linear)


class AttentionStyle(NamedTuple):
    """How queries, keys and values are made, and compared.

    Attributes:
        kind: whether scores are ever written to memory; those of cosines always are.
        qkv_bias: whether queries, keys and values have biases.
        key_bias: what becomes of those of keys.
        projection_bias: whether the result has.
        similarity: of queries and keys.
        norm: of queries and keys, where these are normed.
        head_width: channels of each head; 0 for as many as the heads divide all channels into.
    """

    kind: AttentionKind = "fused"
    qkv_bias: bool = True
    key_bias: KeyBias = "trained"
    projection_bias: bool = True
    similarity: Similarity = "dot"
    norm: PositionNormKind = "layer"
    head_width: int = 0


PLAIN = AttentionStyle()


@block
def attention(
    x: Tensor,
    heads: int,
    style: AttentionStyle = PLAIN,
    *,
    add_positions: Callable[[Tensor], Tensor] | None = None,
    rotation: Rotation | None = None,
    features: int | None = None,
) -> Tensor:
    """W softmax(q kᵀ / √d) v for each head; Vaswani et al. 2017, arXiv:1706.03762 §3.2.

    Args:
        x: (N, tokens, channels), or (N, windows, tokens, channels).
        heads: into which the channels of queries, keys and values are divided.
        style: how these are made, and compared.
        add_positions: what is added to the scores (N, ..., heads, tokens, tokens), if anything;
            only composed.
        rotation: by which queries and keys tell where their token is, if they do.
        features: of the result: as many as there are channels by default; with 0 there is no W.
    """
    q, k, v = projected(
        x, heads, 3, bias=style.qkv_bias, key_bias=style.key_bias, head_width=style.head_width
    )
    y = compare(q, k, v, style, add_positions=add_positions, rotation=rotation)
    if features == 0:
        return y
    return linear(y, features or x.shape[-1], bias=style.projection_bias)


def projected(
    x: Tensor,
    heads: int,
    count: int,
    *,
    bias: bool = True,
    key_bias: KeyBias = "trained",
    head_width: int = 0,
) -> tuple[Tensor, ...]:
    """So many linear maps of (N, ..., tokens, channels) at once, each (N, ..., heads, tokens, d).

    Raises:
        ShapeError: if the channels do not divide into the heads.
    """
    *outer, tokens, channels = x.shape[1:]
    if channels % heads and not head_width:
        raise ShapeError(f"{channels} channels do not divide into {heads} heads")
    width = head_width or channels // heads
    maps = (count,) if count > 1 else ()
    y = x.graph.append(_projection_op(count * heads * width, bias, key_bias), x)
    apart = reshape(y, *outer, tokens, *maps, heads, width)
    rank, token_dim = len(apart.shape), len(outer) + 1
    if not maps:
        return (permute(apart, *_swapped(rank, token_dim)),)
    # (N, ..., tokens, count, heads, d) -> (N, ..., count, heads, tokens, d)
    heads_first = permute(apart, *_with_tokens_inside(rank, token_dim))
    return tuple([select(heads_first, token_dim, i) for i in range(count)])


def compare(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    style: AttentionStyle,
    *,
    add_positions: Callable[[Tensor], Tensor] | None = None,
    rotation: Rotation | None = None,
) -> Tensor:
    """What a style of attention makes of (N, ..., heads, n, d): (N, ..., n, heads · d)."""
    factor, laid_out = None, False
    if style.similarity == "normed":
        q, k = position_norm(q, style.norm), position_norm(k, style.norm)
        laid_out = style.norm == "layer"  # torch's own norm lays its result out anew
    elif style.similarity == "cosine":
        q, k = (x.graph.append(_UNIT, x) for x in (q, k))
        logarithm = parameter(q, q.shape[-3], 1, 1)
        factor = q.graph.append(_EXP, q.graph.append(_AT_MOST, logarithm))
    if rotation is not None:
        q, k = rotate(q, rotation), rotate(k, rotation)
        laid_out = laid_out or rotation.unturned > 0
    return attend(
        q,
        k,
        v,
        kind=style.kind,
        add_positions=add_positions,
        factor=factor,
        laid_out=laid_out,
    )


def attend(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    kind: AttentionKind = "fused",
    add_positions: Callable[[Tensor], Tensor] | None = None,
    factor: Tensor | None = None,
    laid_out: bool = False,
) -> Tensor:
    """softmax(q kᵀ / √d) v, (N, ..., heads, n, d) -> (N, ..., n, heads · d).

    Args:
        q: what n tokens ask.
        k: what m tokens are asked by, (N, ..., heads, m, d).
        v: what these answer.
        kind: whether scores are ever written to memory.
        add_positions: what is added to the scores (N, ..., heads, n, m), if anything; only
            composed.
        factor: what the scores are multiplied by in place of 1/√d; only composed.
        laid_out: whether the tokens of each head of q and k lie together.
    """
    *outer, heads, tokens, features = q.shape[1:]
    fused = kind == "fused" and add_positions is None and factor is None
    if fused:
        y = q.graph.append(_FUSED, q, k, v)
    else:
        q = scale(q, features**-0.5) if factor is None else q
        # A matrix product lays its operands out anew when heads lie between the tokens.
        q, k = (q, k) if laid_out else (contiguous(q), contiguous(k))
        scores = q.graph.append(_BY_ROWS, q, k)
        scores = scores if factor is None else scores * factor
        if add_positions is not None:
            scores = add_positions(scores)
        y = q.graph.append(_MATMUL, softmax(scores, -1), contiguous(v))
    y = permute(y, *_swapped(len(y.shape), len(outer) + 1))
    # The kernel lays its result out as the queries are.
    as_asked = fused and not laid_out
    return reshape(y if as_asked else contiguous(y), *outer, tokens, heads * features)


@lru_cache(64)
def _with_tokens_inside(rank: int, token_dim: int) -> tuple[int, ...]:
    t = token_dim
    return (*range(t), t + 1, t + 2, t, *range(t + 3, rank))


@lru_cache(64)
def _swapped(rank: int, dim: int) -> tuple[int, ...]:
    return (*range(dim), dim + 1, dim, *range(dim + 2, rank))
