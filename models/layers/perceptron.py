"""The perceptron that follows the attention of a transformer block, at each token by itself."""

from __future__ import annotations

from typing import Literal

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import act, linear, narrow, scale

PerceptronKind = Literal["gelu", "gelu_tanh", "quick_gelu", "swiglu"]
"""The nonlinearity between both layers, or, with swiglu, the gate."""

QUICK_GELU_SLOPE = 1.702
"""Of the sigmoid that stands for the normal distribution; Hendrycks & Gimpel 2016 §2."""


@block
def perceptron(x: Tensor, hidden: int, kind: PerceptronKind = "gelu") -> Tensor:
    """W2 gelu(W1 x) at each token of (N, ..., channels), or with a gate W2 (silu(W1 x) · W3 x).

    The gate is that of Shazeer 2020, arXiv:2002.05202; W1 and W3 are one layer, cut in two.

    Args:
        x: tokens, their channels last.
        hidden: what W2 takes.
        kind: of nonlinearity.
    """
    if kind == "swiglu":
        y = linear(x, 2 * hidden)
        dim = len(y.shape) - 1
        gate, y = (narrow(y, dim, i * hidden, (i + 1) * hidden) for i in (0, 1))
        y = act(gate, "silu", inplace=False) * y
    else:
        y = linear(x, hidden)
        y = quick_gelu(y) if kind == "quick_gelu" else act(y, kind)
    return linear(y, x.shape[-1])


def quick_gelu(x: Tensor) -> Tensor:
    """x · sigmoid(1.702 x), as in Radford et al. 2021 (CLIP), arXiv:2103.00020."""
    return x * act(scale(x, QUICK_GELU_SLOPE), "sigmoid")
