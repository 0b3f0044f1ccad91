"""Branches side by side on one map, concatenated along the channels: the Inception modules.

Szegedy et al. 2014 (arXiv:1409.4842), Ioffe & Szegedy 2015 (arXiv:1502.03167), Szegedy et al. 2015
(arXiv:1512.00567) and 2016 (arXiv:1602.07261). Widths are given in the order in which the
papers' figures read: branch after branch, each from the input on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import (
    Side,
    act,
    avg_pool,
    concat,
    conv,
    max_pool,
    norm,
    padded_avg_pool,
)

PoolKind = Literal["max", "average", "padded_average"]


class Step(NamedTuple):
    """One convolution of a branch; its padding keeps the map at stride 1 unless it is given."""

    width: int
    kernel: Side = 1
    stride: int = 1
    padding: int | None = None


class Unit(NamedTuple):
    """What follows every convolution, besides the relu, and whether it has biases itself."""

    norm: bool = True
    bias: bool = False


NORMED = Unit()


def unit(x: Tensor, step: Step, how: Unit = NORMED) -> Tensor:
    """relu(norm(conv(x))), or relu(conv(x)) without the norm."""
    y = conv(x, step.width, step.kernel, stride=step.stride, padding=step.padding, bias=how.bias)
    return act(norm(y) if how.norm else y)


def chain(x: Tensor, *steps: Step, how: Unit = NORMED) -> Tensor:
    """Units one after another."""
    for step in steps:
        x = unit(x, step, how)
    return x


branch = block(chain)


def pool3(x: Tensor, kind: PoolKind) -> Tensor:
    """A 3x3 pool that keeps the map; averages over what is inside it, or padding included."""
    match kind:
        case "max":
            return max_pool(x, 3, stride=1, padding=1)
        case "average":
            return avg_pool(x, 3, stride=1, padding=1)
        case "padded_average":
            return padded_avg_pool(x, 3, stride=1, padding=1)


@block
def pool_branch(x: Tensor, width: int, kind: PoolKind, *, how: Unit = NORMED) -> Tensor:
    """relu(norm(W pool(x))): 3x3, 1x1; the pool alone where the width is 0."""
    y = pool3(x, kind)
    return unit(y, Step(width), how) if width else y


@block
def inception_a(x: Tensor, widths: Sequence[int], *, pool: PoolKind, kernel: int = 3) -> Tensor:
    """[1x1; 1x1, kxk; 1x1, 3x3, 3x3; pool, 1x1] in seven widths."""
    one, two1, two2, three1, three2, three3, pooled = widths
    return concat(
        branch(x, Step(one)),
        branch(x, Step(two1), Step(two2, kernel)),
        branch(x, Step(three1), Step(three2, 3), Step(three3, 3)),
        pool_branch(x, pooled, pool),
    )


@block
def inception_b(x: Tensor, widths: Sequence[int], *, pool: PoolKind, n: int = 7) -> Tensor:
    """[1x1; 1x1, 1xn, nx1; 1x1, nx1, 1xn, nx1, 1xn; pool, 1x1] in ten widths."""
    row, column = (1, n), (n, 1)
    one, two1, two2, two3, three1, three2, three3, three4, three5, pooled = widths
    return concat(
        branch(x, Step(one)),
        branch(x, Step(two1), Step(two2, row), Step(two3, column)),
        branch(
            x,
            Step(three1),
            Step(three2, column),
            Step(three3, row),
            Step(three4, column),
            Step(three5, row),
        ),
        pool_branch(x, pooled, pool),
    )


@block
def inception_c(x: Tensor, one: int, *forks: Sequence[Step], pooled: int, pool: PoolKind) -> Tensor:
    """[1x1; steps that end in a fork (1x3 | 3x1); the same, longer; pool, 1x1].

    The last step of each fork is given with its width alone: it becomes both of its tines.
    """
    return concat(
        branch(x, Step(one)),
        *(_fork(x, *steps) for steps in forks),
        pool_branch(x, pooled, pool),
    )


@block
def reduction_a(x: Tensor, widths: Sequence[int]) -> Tensor:
    """[3x3 /2; 1x1, 3x3, 3x3 /2; max pool /2] in four widths: half the map without a bottleneck."""
    one, two1, two2, two3 = widths
    return concat(
        branch(x, _halving(one)),
        branch(x, Step(two1), Step(two2, 3), _halving(two3)),
        max_pool(x, 3, stride=2),
    )


@block
def reduction_b(x: Tensor, widths: Sequence[int], *, n: int = 7) -> Tensor:
    """[1x1, 3x3 /2; 1x1, 1xn, nx1, 3x3 /2; max pool /2] in six widths."""
    one1, one2, two1, two2, two3, two4 = widths
    return concat(
        branch(x, Step(one1), _halving(one2)),
        branch(x, Step(two1), Step(two2, (1, n)), Step(two3, (n, 1)), _halving(two4)),
        max_pool(x, 3, stride=2),
    )


def stem_v3(x: Tensor, widths: Sequence[int]) -> Tensor:
    """Five convolutions and a pool, /4, mostly without padding: 299 -> 71 pixels."""
    first, second, third, fourth, fifth = widths
    x = chain(x, Step(first, 3, 2, 0), Step(second, 3, 1, 0), Step(third, 3))
    x = max_pool(x, 3, stride=2)
    return chain(x, Step(fourth), Step(fifth, 3, 1, 0))


def stem_v4(x: Tensor, widths: Sequence[int]) -> Tensor:
    """Pools and strided convolutions side by side: 299 -> 35 pixels; arXiv:1602.07261, Fig. 3."""
    first, second, third, fourth, a1, a2, b1, b2, b3, b4, last = widths
    x = chain(x, Step(first, 3, 2, 0), Step(second, 3, 1, 0), Step(third, 3))
    x = concat(max_pool(x, 3, stride=2), branch(x, _halving(fourth)))
    x = concat(
        branch(x, Step(a1), Step(a2, 3, 1, 0)),
        branch(x, Step(b1), Step(b2, (1, 7)), Step(b3, (7, 1)), Step(b4, 3, 1, 0)),
    )
    return concat(branch(x, _halving(last)), max_pool(x, 3, stride=2))


def _halving(width: int) -> Step:
    """A 3x3 convolution that halves the map just as a 3x3 max pool without padding does."""
    return Step(width, 3, 2, 0)


@block
def _fork(x: Tensor, *steps: Step) -> Tensor:
    *before, last = steps
    x = chain(x, *before)
    return concat(chain(x, last._replace(kernel=(1, 3))), chain(x, last._replace(kernel=(3, 1))))
