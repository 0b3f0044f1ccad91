"""The fire module of SqueezeNet, and its bypasses."""

from __future__ import annotations

from typing import Literal, NamedTuple

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import act, concat, conv

Bypass = Literal["none", "simple", "complex"]


class Fire(NamedTuple):
    """Channels of a fire module: squeezed, and expanded by 1x1 and by 3x3 convolutions."""

    squeeze: int
    expand_1x1: int
    expand_3x3: int


@block
def fire(x: Tensor, widths: Fire, *, bypass: Bypass = "none") -> Tensor:
    """[relu(E1 s), relu(E3 s)], s = relu(S x); Iandola et al. 2016, arXiv:1602.07360 §3.1.

    A simple bypass adds x where it has the shape of the result; a complex one convolves it (1x1)
    where it has not (Fig. 2).
    """
    s = act(conv(x, widths.squeeze, bias=True))
    y = concat(
        act(conv(s, widths.expand_1x1, bias=True)),
        act(conv(s, widths.expand_3x3, 3, bias=True)),
    )
    if bypass == "none":
        return y
    if x.channels == y.channels:
        return y + x
    return y + conv(x, y.channels, bias=True) if bypass == "complex" else y
