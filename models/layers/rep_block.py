"""Blocks that are trained as three branches and deployed as one convolution.

Ding, Zhang, Ma, Han, Ding, Sun 2021, arXiv:2101.03697, §3.2 and §3.3: convolutions and batch norms
are linear at inference, so that a 3x3, a 1x1 and the identity, each with its norm, add up to one
3x3 with biases.
"""

from __future__ import annotations

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.attention import Attention, attend
from archmeter.models.layers.basics import act, conv, norm

NO_ATTENTION = Attention()


@block
def rep_block(
    x: Tensor,
    width: int,
    *,
    stride: int = 1,
    groups: int = 1,
    attention: Attention = NO_ATTENTION,
    deploy: bool = False,
) -> Tensor:
    """relu(attend(norm W1 x + norm W3 x [+ norm x])), or relu(attend(W x)) once deployed.

    Args:
        x: (N, C, H, W).
        width: channels of the result.
        stride: of the block; the identity is a branch where neither it nor the width changes x.
        groups: of W1, W3 and W.
        attention: on the sum.
        deploy: whether the branches are folded into W, a 3x3 convolution with biases.
    """
    if deploy:
        y = conv(x, width, 3, stride=stride, groups=groups, bias=True)
        return act(attend(y, attention))
    identity = norm(x) if stride == 1 and x.channels == width else None
    point = norm(conv(x, width, stride=stride, groups=groups))
    y = point + norm(conv(x, width, 3, stride=stride, groups=groups))
    if identity is not None:
        y += identity
    return act(attend(y, attention))
