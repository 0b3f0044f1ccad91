"""Products and norms against formulas written out by hand, in integers."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from archmeter.analyzers.compute import flops, macs
from archmeter.models.calls import Call
from archmeter.models.ops import (
    BatchNorm2d,
    Conv1d,
    Conv2d,
    GroupNorm,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    MatMul,
    Op,
    ScaledDotProductAttention,
    Shape,
    Softmax,
)


class Cost(NamedTuple):
    """An operator on inputs of some shapes, and what it costs.

    Attributes:
        others: operations besides two for each MAC.
    """

    op: Op
    inputs: tuple[Shape, ...]
    macs: int
    others: int
    flops: int

    def __str__(self) -> str:
        return f"{type(self.op).__name__}-{self.op.detail.replace(' ', '_')}-{self.inputs[0]}"


MAP = (2, 6, 5, 7)  # 2 images of 6 channels of 5 rows of 7 elements: 420
SCORES = (2, 3, 5, 7)  # 2 images of 3 heads of 5 queries by 7 keys: 210

COSTS = [
    Cost(
        ScaledDotProductAttention(),
        ((2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 4)),
        # Each of 210 scores is a sum of 4 products; each of 120 results one of 7.
        macs=210 * 4 + 120 * 7,
        # Of each score: the maximum, less it, its exponential, their sum, divided by it. Each of
        # 120 elements of the queries is divided by the root of 4.
        others=210 * 5 + 120,
        flops=2 * 1680 + 1170,
    ),
    # Each of 2 x 3 x 5 x 4 results is a sum of 7 products.
    Cost(MatMul(), (SCORES, (2, 3, 7, 4)), macs=120 * 7, others=0, flops=1680),
    Cost(MatMul(transposed=True), (SCORES, (2, 3, 4, 7)), macs=120 * 7, others=0, flops=1680),
    Cost(
        Conv2d(8, (3, 5), stride=(2, 1), padding=(1, 2), groups=4, bias=True),
        ((2, 12, 9, 11),),
        # (9 + 2 - 3) / 2 + 1 = 5 rows of 11 + 4 - 5 + 1 = 11, of 2 images and 8 channels: 880
        # results. Each sees the 12 / 4 = 3 channels of its group through 3 x 5.
        macs=880 * 3 * 15,
        others=880,  # the bias is added to each
        flops=2 * 39_600 + 880,
    ),
    Cost(
        Conv2d(6, (3, 3), dilation=(2, 2), groups=6),
        ((1, 6, 10, 10),),
        # Depthwise: 6 channels of (10 - 2 x 2) x 6 results, each of one channel through 3 x 3.
        macs=216 * 9,
        others=0,
        flops=3888,
    ),
    # 2 x 5 vectors of 16 numbers: 10 results of each, and the bias.
    Cost(Linear(10), ((2, 5, 16),), macs=100 * 16, others=100, flops=3300),
    Cost(Linear(10, bias=False), ((2, 16),), macs=20 * 16, others=0, flops=640),
    # The ends are padded: 2 x 4 x 20 results, each of 6 channels through 5.
    Cost(Conv1d(4, 5), ((2, 6, 20),), macs=160 * 6 * 5, others=0, flops=9600),
    # Running statistics fold into a scale and a shift.
    Cost(BatchNorm2d(), (MAP,), macs=0, others=420 * 2, flops=840),
    # Summed for the mean, less it, squared, summed; by 1/deviation, scaled, shifted.
    Cost(LayerNorm(), ((2, 5, 16),), macs=0, others=160 * 7, flops=1120),
    Cost(GroupNorm(3), (MAP,), macs=0, others=420 * 7, flops=2940),
    # 5 squares of neighbours are summed; squared, scaled, shifted, to a power, divided.
    Cost(LocalResponseNorm(5), (MAP,), macs=0, others=420 * (5 + 5), flops=4200),
    # The maximum, less it, its exponential, their sum, divided by it.
    Cost(Softmax(3), (SCORES,), macs=0, others=210 * 5, flops=1050),
]


@pytest.mark.parametrize("cost", COSTS, ids=str)
def test_costs_are_those_written_out_by_hand(cost: Cost) -> None:
    call = Call(cost.op, cost.inputs)
    counted, (_, others) = macs(call), flops(call)
    assert (counted, others) == (cost.macs, cost.others)
    assert 2 * counted + others == cost.flops
