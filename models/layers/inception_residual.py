"""Inception modules as residual branches; Szegedy et al. 2016, arXiv:1602.07261.

A 1x1 convolution without norm brings their concatenation back to the width of the input. Scaled
down, the sum stays stable where there are thousands of filters (§3.3).
"""

from __future__ import annotations

from collections.abc import Sequence

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import act, concat, conv, max_pool, scale
from archmeter.models.layers.inception import Step, branch


@block
def inception_resnet_a(x: Tensor, widths: Sequence[int], share: float) -> Tensor:
    """relu(x + share · W [1x1; 1x1, 3x3; 1x1, 3x3, 3x3]) in six widths."""
    one, two1, two2, three1, three2, three3 = widths
    branches = (
        branch(x, Step(one)),
        branch(x, Step(two1), Step(two2, 3)),
        branch(x, Step(three1), Step(three2, 3), Step(three3, 3)),
    )
    return _residual(x, *branches, share=share)


@block
def inception_resnet_b(
    x: Tensor, widths: Sequence[int], share: float, *, n: int, bare: bool = False
) -> Tensor:
    """relu(x + share · W [1x1; 1x1, 1xn, nx1]) in four widths; no relu where it is bare."""
    one, two1, two2, two3 = widths
    branches = (
        branch(x, Step(one)),
        branch(x, Step(two1), Step(two2, (1, n)), Step(two3, (n, 1))),
    )
    return _residual(x, *branches, share=share, bare=bare)


@block
def inception_resnet_reduction(x: Tensor, widths: Sequence[int]) -> Tensor:
    """[1x1, 3x3 /2; 1x1, 3x3 /2; 1x1, 3x3, 3x3 /2; max pool /2] in seven widths."""
    one1, one2, two1, two2, three1, three2, three3 = widths
    return concat(
        branch(x, Step(one1), Step(one2, 3, 2, 0)),
        branch(x, Step(two1), Step(two2, 3, 2, 0)),
        branch(x, Step(three1), Step(three2, 3), Step(three3, 3, 2, 0)),
        max_pool(x, 3, stride=2),
    )


def _residual(x: Tensor, *branches: Tensor, share: float, bare: bool = False) -> Tensor:
    y = conv(concat(*branches), x.channels, bias=True)
    y = scale(y, share) + x
    return y if bare else act(y, inplace=False)
