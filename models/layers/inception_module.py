"""The Inception modules of 2014 and early 2015: four branches, one of them a pool."""

from __future__ import annotations

from collections.abc import Sequence

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import concat, max_pool
from archmeter.models.layers.inception import (
    NORMED,
    PoolKind,
    Step,
    Unit,
    branch,
    pool_branch,
    unit,
)


def inception_v1(
    x: Tensor, widths: Sequence[int], large_kernel: int = 5, *, how: Unit = NORMED
) -> Tensor:
    """[1x1; 1x1, 3x3; 1x1, 5x5; 3x3 max pool, 1x1] in six widths.

    Szegedy et al. 2014, arXiv:1409.4842, Fig. 2 (b).
    """
    one, two1, two2, three1, three2, pooled = widths
    with x.graph.scope("inception"):
        return concat(
            branch(x, Step(one), how=how),
            branch(x, Step(two1), Step(two2, 3), how=how),
            branch(x, Step(three1), Step(three2, large_kernel), how=how),
            pool_branch(x, pooled, "max", how=how),
        )


def inception_v2(
    x: Tensor, widths: Sequence[int], *, stride: int, pool: PoolKind, how: Unit = NORMED
) -> Tensor:
    """[1x1; 1x1, 3x3; 1x1, 3x3, 3x3; pool, 1x1] in six widths, a branch of width 0 left out.

    Where the map is halved, the last convolution of each branch and the pool have the stride.
    Ioffe & Szegedy 2015, arXiv:1502.03167, Fig. 5.
    """
    one, two1, two2, three1, three2, pooled = widths
    with x.graph.scope("inception"):
        branches = []
        if one:
            branches.append(branch(x, Step(one, 1, stride), how=how))
        if two2:
            branches.append(branch(x, *_reduced(two1), Step(two2, 3, stride), how=how))
        if three2:
            steps = Step(three2, 3), Step(three2, 3, stride)
            branches.append(branch(x, *_reduced(three1), *steps, how=how))
        if stride == 1:
            branches.append(pool_branch(x, pooled, pool, how=how))
        else:
            # Padded like the convolutions, so that maps with odd sides fit too.
            y = max_pool(x, 3, stride=stride, padding=1)
            branches.append(unit(y, Step(pooled), how) if pooled else y)
        return concat(*branches)


def _reduced(width: int) -> tuple[Step, ...]:
    return (Step(width),) if width else ()
