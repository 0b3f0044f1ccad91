"""Large-kernel attention: a wide window made of two sparse convolutions and a pointwise one."""

from __future__ import annotations

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import act, conv, pad


def decomposed(kernel: int, dilation: int) -> tuple[int, int]:
    """Sides of the local and the dilated window that stand for one of side K, dilation d.

    2d - 1, which fills the gaps, and ⌈K/d⌉; Guo et al. 2022, arXiv:2202.09741, §3.1.
    """
    return 2 * dilation - 1, -(-kernel // dilation)


@block
def large_kernel_attention(x: Tensor, *, kernel: int = 21, dilation: int = 3) -> Tensor:
    """x · W dilated(local(x)), both depthwise: x · (K x K convolution of x), decomposed."""
    local, dilated = decomposed(kernel, dilation)
    y = conv(x, x.channels, local, groups=x.channels, bias=True)
    span = dilation * (dilated - 1)
    if span % 2:  # no centre: one more row and column on one side keep the map
        y = pad(y, 0, 1, 0, 1)
    y = conv(
        y,
        x.channels,
        dilated,
        padding=span // 2,
        dilation=dilation,
        groups=x.channels,
        bias=True,
    )
    return x * conv(y, x.channels, bias=True)


@block
def spatial_gate(x: Tensor, *, kernel: int, dilation: int) -> Tensor:
    """x + W2 attention(gelu(W1 x)); Guo et al. 2022, Fig. 4."""
    y = act(conv(x, x.channels, bias=True), "gelu")
    y = large_kernel_attention(y, kernel=kernel, dilation=dilation)
    return conv(y, x.channels, bias=True) + x
