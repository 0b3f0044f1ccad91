"""Global response normalisation: channels compete for the energy of their maps."""

from __future__ import annotations

from typing import Literal

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import parameter
from archmeter.models.ops import Div, Mean, Shift, VectorNorm

_LAST, _FIRST = 3, 1
_LENGTHS = {_LAST: VectorNorm((1, 2)), _FIRST: VectorNorm((2, 3))}
_MEANS = {_LAST: Mean((3,)), _FIRST: Mean((1,))}
_EPSILON, _DIV = Shift(1e-6), Div()


@block
def global_response_norm(x: Tensor, *, channel_dim: Literal[1, 3]) -> Tensor:
    """x + β + γ · x · n, with n = |x| over the map ÷ (mean of that over the channels + ε).

    Woo et al. 2023, arXiv:2301.00808, §3.2 and Algorithm 1; γ and β begin at zero.

    Args:
        x: (N, C, H, W), or (N, H, W, C).
        channel_dim: where its channels are.
    """
    graph = x.graph
    size = (x.channels, 1, 1) if channel_dim == _FIRST else (x.shape[_LAST],)
    lengths = graph.append(_LENGTHS[channel_dim], x)
    mean = graph.append(_EPSILON, graph.append(_MEANS[channel_dim], lengths))
    scaled = parameter(x, *size) * (x * graph.append(_DIV, lengths, mean))
    return x + (scaled + parameter(x, *size))
