"""Blocks of transformers on tokens: attention and a perceptron, after or beside each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import linear, narrow, parameter, permute, reshape
from archmeter.models.layers.channel_norm import PositionNormKind, position_norm
from archmeter.models.layers.perceptron import PerceptronKind, nonlinear, perceptron
from archmeter.models.layers.rotation import Rotation
from archmeter.models.layers.self_attention import AttentionStyle, attention, compare

NormOfBranch = Literal["before", "after"]


class TransformerStyle(NamedTuple):
    """What transformer blocks are made of.

    Attributes:
        attention: how their attention goes about it.
        perceptron: nonlinearity of their perceptrons.
        perceptron_bias: whether these have biases.
        norm: what is called norm.
        norm_place: whether a branch begins or ends with it.
        scaled: whether what a branch adds has a trained factor per channel.
        branches: attentions beside each other, and perceptrons beside each other.
    """

    attention: AttentionStyle = AttentionStyle()
    perceptron: PerceptronKind = "gelu"
    perceptron_bias: bool = True
    norm: PositionNormKind = "layer"
    norm_place: NormOfBranch = "before"
    scaled: bool = False
    branches: int = 1


PLAIN = TransformerStyle()


@block
def transformer_block(
    x: Tensor,
    heads: int,
    *,
    hidden: int,
    style: TransformerStyle = PLAIN,
    rotation: Rotation | None = None,
) -> Tensor:
    """y = x + γ attention(norm(x)); y + γ W2 gelu(W1 norm(y)); Dosovitskiy et al. 2021, Fig. 1.

    A γ for every channel, Touvron et al. 2021, arXiv:2103.17239; attentions beside each other, and
    then perceptrons, Touvron et al. 2022, arXiv:2203.09795 §3.

    Args:
        x: (N, tokens, channels).
        heads: of the attention.
        hidden: channels inside the perceptron.
        style: what the block is made of.
        rotation: of queries and keys, if any.
    """

    def attends(y: Tensor) -> Tensor:
        return attention(y, heads, style.attention, rotation=rotation)

    def perceives(y: Tensor) -> Tensor:
        return perceptron(y, hidden, style.perceptron, bias=style.perceptron_bias)

    for layer in (attends, perceives):
        added = branch(x, layer, style)
        for _ in range(style.branches - 1):
            added = added + branch(x, layer, style)
        x = x + added
    return x


def branch(x: Tensor, layer: Callable[[Tensor], Tensor], style: TransformerStyle) -> Tensor:
    """γ layer(norm(x)), or γ norm(layer(x)) of a residual post-norm."""
    if style.norm_place == "before":
        y = layer(position_norm(x, style.norm))
    else:
        y = position_norm(layer(x), style.norm)
    return y * parameter(y, y.shape[-1]) if style.scaled else y


@block
def parallel_block(
    x: Tensor,
    heads: int,
    *,
    hidden: int,
    style: TransformerStyle = PLAIN,
    rotation: Rotation | None = None,
) -> Tensor:
    """x + γ (W3 attention + W2 gelu) of one linear map W1 norm(x); Dehghani et al. 2023 §2.

    The attention and the perceptron of ViT-22B, arXiv:2302.05442, read the same and are added.
    Without biases of queries, keys and values the perceptron has its own.

    Raises:
        ShapeError: if the channels do not divide into the heads, or the perceptron has a gate.
    """
    if style.perceptron == "swiglu":
        raise ShapeError("a perceptron beside the attention has no gate")
    tokens, channels = x.shape[1:]
    if channels % heads:
        raise ShapeError(f"{channels} channels do not divide into {heads} heads")
    own = style.attention
    y = linear(position_norm(x, style.norm), hidden + 3 * channels, bias=own.qkv_bias)
    inner = narrow(y, 2, 0, hidden)
    inner = inner if own.qkv_bias else inner + parameter(y, hidden)
    q, k, v = (
        permute(reshape(part, tokens, heads, channels // heads), 0, 2, 1, 3)
        for part in (
            narrow(y, 2, hidden + i * channels, hidden + (i + 1) * channels) for i in range(3)
        )
    )
    answers = compare(q, k, v, own, rotation=rotation)
    added = linear(answers, channels, bias=own.projection_bias)
    added = added + linear(nonlinear(inner, style.perceptron), channels, bias=style.perceptron_bias)
    return x + (added * parameter(added, channels) if style.scaled else added)
