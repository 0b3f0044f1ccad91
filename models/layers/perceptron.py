"""The perceptron that follows the attention of a transformer block, at each token by itself."""

from __future__ import annotations

from typing import Literal

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import act, linear, narrow, scale

Nonlinearity = Literal["gelu", "gelu_tanh", "quick_gelu"]
PerceptronKind = Literal[Nonlinearity, "swiglu"]
"""The nonlinearity between both layers, or, with swiglu, the gate."""

QUICK_GELU_SLOPE = 1.702
"""Of the sigmoid that stands for the normal distribution; Hendrycks & Gimpel 2016 §2."""


@block
def perceptron(
    x: Tensor, hidden: int, kind: PerceptronKind = "gelu", *, bias: bool = True
) -> Tensor:
    """W2 gelu(W1 x) at each token of (N, ..., channels), or with a gate W2 (silu(W1 x) · W3 x).

    The gate is that of Shazeer 2020, arXiv:2002.05202; W1 and W3 are one layer, cut in two.

    Args:
        x: tokens, their channels last.
        hidden: what W2 takes.
        kind: of nonlinearity.
        bias: whether its layers have biases.
    """
    if kind == "swiglu":
        y = linear(x, 2 * hidden, bias=bias)
        dim = len(y.shape) - 1
        gate, y = (narrow(y, dim, i * hidden, (i + 1) * hidden) for i in (0, 1))
        y = act(gate, "silu", inplace=False) * y
    else:
        y = nonlinear(linear(x, hidden, bias=bias), kind)
    return linear(y, x.shape[-1], bias=bias)


def nonlinear(x: Tensor, kind: Nonlinearity) -> Tensor:
    """The nonlinearity of x, element by element."""
    return quick_gelu(x) if kind == "quick_gelu" else act(x, kind)


def quick_gelu(x: Tensor) -> Tensor:
    """x · sigmoid(1.702 x), as in Radford et al. 2021 (CLIP), arXiv:2103.00020."""
    return x * act(scale(x, QUICK_GELU_SLOPE), "sigmoid")
