"""Attention that a block may apply to its output: squeeze-and-excitation, CBAM, ECA."""

from __future__ import annotations

from math import log2
from typing import Literal, NamedTuple

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import (
    act,
    channel_max,
    channel_mean,
    concat,
    conv,
    norm,
    spatial_max,
    spatial_mean,
)
from archmeter.models.ops import ActivationKind, Conv1d, Reshape
from archmeter.models.scaling import make_divisible

AttentionKind = Literal["none", "squeeze_excite", "cbam", "eca"]


class Attention(NamedTuple):
    """Which attention a block applies, and how far it squeezes the channels.

    Attributes:
        reduction: C ÷ squeezed channels.
        divisor: the squeezed width is rounded to a multiple of it.
        bias: whether the two layers of the channel attention have biases.
    """

    kind: AttentionKind = "none"
    reduction: int = 16
    divisor: int = 1
    bias: bool = True

    def squeezed(self, channels: int) -> int:
        """Channels between the two layers of the channel attention."""
        # keep=0: C/r is a choice of the authors, not a width that scaling must not shrink.
        return make_divisible(channels / self.reduction, self.divisor, keep=0.0)


def attend(x: Tensor, attention: Attention) -> Tensor:
    """Apply the attention, if there is any."""
    match attention.kind:
        case "squeeze_excite":
            return squeeze_excite(x, attention.squeezed(x.channels), bias=attention.bias)
        case "cbam":
            return cbam(x, attention.squeezed(x.channels), bias=attention.bias)
        case "eca":
            return eca(x)
        case _:
            return x


@block
def squeeze_excite(
    x: Tensor,
    squeezed: int,
    *,
    bias: bool = True,
    act_kind: ActivationKind = "relu",
    gate: ActivationKind = "sigmoid",
) -> Tensor:
    """x · gate(W2 act(W1 mean(x))), relu and σ at first; Hu et al. 2018, arXiv:1709.01507."""
    s = act(conv(spatial_mean(x), squeezed, bias=bias), act_kind)
    return x * act(conv(s, x.channels, bias=bias), gate, inplace=False)


@block
def cbam(x: Tensor, squeezed: int, *, bias: bool = True) -> Tensor:
    """Attention over channels, then over positions; Woo et al. 2018, arXiv:1807.06521."""
    return spatial_attention(channel_attention(x, squeezed, bias=bias))


@block
def channel_attention(x: Tensor, squeezed: int, *, bias: bool = True) -> Tensor:
    """x · σ(mlp(mean(x)) + mlp(max(x))), one mlp for both."""
    graph = x.graph
    down = conv(spatial_mean(x), squeezed, bias=bias)
    relu = act(down)
    up = conv(relu, x.channels, bias=bias)
    other = graph.again(up, graph.again(relu, graph.again(down, spatial_max(x))))
    return x * act(up + other, "sigmoid")


@block
def spatial_attention(x: Tensor, *, kernel: int = 7) -> Tensor:
    """x · σ(norm(conv([mean over channels, max over channels])))."""
    y = norm(conv(concat(channel_mean(x), channel_max(x)), 1, kernel))
    return x * act(y, "sigmoid")


@block
def eca(x: Tensor, *, gamma: int = 2, beta: int = 1) -> Tensor:
    """x · σ(convolution of mean(x) along the channels); Wang et al. 2020, arXiv:1910.03151.

    Its kernel is the odd number nearest above |log2(C) + β| / γ.
    """
    kernel = max(3, int(abs(log2(x.channels) + beta) / gamma) | 1)
    graph = x.graph
    sequence = graph.append(Reshape((1, x.channels)), spatial_mean(x))
    weights = act(graph.append(Conv1d(1, kernel), sequence), "sigmoid")
    return x * graph.append(Reshape((x.channels, 1, 1)), weights)
