"""Self-attention over tokens (N, ..., tokens, channels), and the block around it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import (
    contiguous,
    layer_norm,
    linear,
    parameter,
    permute,
    reshape,
    scale,
    select,
    softmax,
)
from archmeter.models.layers.perceptron import PerceptronKind, perceptron
from archmeter.models.ops import MatMul, ScaledDotProductAttention

AttentionKind = Literal["fused", "composed"]
"""One kernel that keeps no scores (Dao et al. 2022), or products and a softmax one by one."""

_BY_ROWS, _MATMUL, _FUSED = MatMul(transposed=True), MatMul(), ScaledDotProductAttention()


@block
def attention(
    x: Tensor,
    heads: int,
    *,
    kind: AttentionKind = "fused",
    bias: bool = True,
    add_positions: Callable[[Tensor], Tensor] | None = None,
    features: int | None = None,
) -> Tensor:
    """W softmax(q kᵀ / √d) v for each head; Vaswani et al. 2017, arXiv:1706.03762 §3.2.

    Args:
        x: (N, tokens, channels), or (N, windows, tokens, channels).
        heads: into which the channels of queries, keys and values are divided.
        kind: whether scores are ever written to memory.
        bias: whether queries, keys and values have biases.
        add_positions: what is added to the scores (N, ..., heads, tokens, tokens), if anything;
            only composed.
        features: of the result: as many as there are channels by default; with 0 there is no W.
    """
    q, k, v = projected(x, heads, 3, bias=bias)
    y = attend(q, k, v, kind=kind, add_positions=add_positions)
    return y if features == 0 else linear(y, features or x.shape[-1])


def projected(x: Tensor, heads: int, count: int, *, bias: bool = True) -> tuple[Tensor, ...]:
    """So many linear maps of (N, ..., tokens, channels) at once, each (N, ..., heads, tokens, d).

    Raises:
        ShapeError: if the channels do not divide into the heads.
    """
    *outer, tokens, channels = x.shape[1:]
    if channels % heads:
        raise ShapeError(f"{channels} channels do not divide into {heads} heads")
    maps = (count,) if count > 1 else ()
    y = linear(x, count * channels, bias=bias)
    apart = reshape(y, *outer, tokens, *maps, heads, channels // heads)
    rank, token_dim = len(apart.shape), len(outer) + 1
    if not maps:
        return (permute(apart, *_swapped(rank, token_dim)),)
    # (N, ..., tokens, count, heads, d) -> (N, ..., count, heads, tokens, d)
    heads_first = permute(apart, *_with_tokens_inside(rank, token_dim))
    return tuple([select(heads_first, token_dim, i) for i in range(count)])


def attend(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    kind: AttentionKind = "fused",
    add_positions: Callable[[Tensor], Tensor] | None = None,
) -> Tensor:
    """softmax(q kᵀ / √d) v, (N, ..., heads, n, d) -> (N, ..., n, heads · d).

    Args:
        q: what n tokens ask.
        k: what m tokens are asked by, (N, ..., heads, m, d).
        v: what these answer.
        kind: whether scores are ever written to memory.
        add_positions: what is added to the scores (N, ..., heads, n, m), if anything; only
            composed.
    """
    *outer, heads, tokens, features = q.shape[1:]
    fused = kind == "fused" and add_positions is None
    if fused:
        y = q.graph.append(_FUSED, q, k, v)
    else:
        # A matrix product lays its operands out anew when heads lie between the tokens.
        scores = q.graph.append(_BY_ROWS, contiguous(scale(q, features**-0.5)), contiguous(k))
        if add_positions is not None:
            scores = add_positions(scores)
        y = q.graph.append(_MATMUL, softmax(scores, -1), contiguous(v))
    y = permute(y, *_swapped(len(y.shape), len(outer) + 1))
    return reshape(y if fused else contiguous(y), *outer, tokens, heads * features)


@lru_cache(64)
def _with_tokens_inside(rank: int, token_dim: int) -> tuple[int, ...]:
    t = token_dim
    return (*range(t), t + 1, t + 2, t, *range(t + 3, rank))


@lru_cache(64)
def _swapped(rank: int, dim: int) -> tuple[int, ...]:
    return (*range(dim), dim + 1, dim, *range(dim + 2, rank))


@block
def transformer_block(
    x: Tensor,
    heads: int,
    *,
    hidden: int,
    kind: AttentionKind = "fused",
    qkv_bias: bool = True,
    scaled: bool = False,
    perceptron_kind: PerceptronKind = "gelu",
) -> Tensor:
    """y = x + γ attention(norm(x)); y + γ W2 gelu(W1 norm(y)); Dosovitskiy et al. 2021, Fig. 1.

    ``scaled`` gives each branch a γ for every channel; Touvron et al. 2021, arXiv:2103.17239.
    """

    def gamma(y: Tensor) -> Tensor:
        return y * parameter(y, y.shape[-1]) if scaled else y

    x = x + gamma(attention(layer_norm(x), heads, kind=kind, bias=qkv_bias))
    return x + gamma(perceptron(layer_norm(x), hidden, perceptron_kind))
