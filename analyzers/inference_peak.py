"""Inference peak: the most that is alive at one moment of a forward pass.

The input and the weights are the caller's and counted apart. Modules are calls: a tensor handed to
a block is held by its caller until the block returns, and inside the block until its last use. So
it is in frameworks that execute eagerly, and in the module lowered from a graph, since its modules
are the graph's scopes.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from archmeter.analyzers.reading import Reading
from archmeter.analyzers.storage import NOTHING_EXTRA, Extra, statistics
from archmeter.models.graph import Graph
from archmeter.models.ops import (
    BatchNorm,
    BlurPool2d,
    Conv2d,
    Elementwise,
    GroupNorm,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Movement,
    Product,
    QuarterTurn,
    Reduction,
    ScaledDotProductAttention,
    Shape,
    Softmax,
    Source,
    UnitLength,
)

workspace = Reading("workspace", NOTHING_EXTRA)
"""Allocated and freed while an operator runs, whatever the backend.

What a particular convolution kernel takes to lay out its operands is the backend's own affair.
"""


@workspace.rule(BatchNorm)
def folded_statistics(_: BatchNorm, out: Shape, __: Shape) -> Extra:
    """Scale and shift of each channel, folded from its four numbers."""
    return statistics(2 * out[1])


@workspace.rule(GroupNorm)
def group_statistics(op: GroupNorm, out: Shape, _: Shape) -> Extra:
    """Mean and 1/deviation of each group of each image."""
    return Extra(plain=2 * out[0] * op.groups)


@workspace.rule(LayerNorm)
def row_statistics(_: LayerNorm, out: Shape, __: Shape) -> Extra:
    """Mean and 1/deviation of each row."""
    return statistics(2 * prod(out[:-1]))


@workspace.rule(ScaledDotProductAttention)
def attention_statistics(_: ScaledDotProductAttention, out: Shape, *__: Shape) -> Extra:
    """The logarithm of the sum of each row of scores: computed even where nobody asks."""
    return statistics(prod(out[:-1]))


@workspace.rule(LocalResponseNorm)
def neighbourhood(op: LocalResponseNorm, out: Shape, _: Shape) -> Extra:
    """Padded squares at first; then their mean, and that shifted."""
    squares = prod(out) + (op.neighbours - 1) * (prod(out) // out[1])
    return Extra(plain=max(squares, 2 * prod(out)))


@workspace.rule(BlurPool2d)
def reflected(op: BlurPool2d, _: Shape, x: Shape) -> Extra:
    """The map with its edges."""
    return Extra(plain=prod(op.padded(x)))


@workspace.rule(Conv2d)
def standardized_weights(op: Conv2d, out: Shape, x: Shape) -> Extra:
    """Weights that are standardised for this call; before it, what a batch norm of them takes.

    That is the mean, 1/deviation, scale and shift of each output channel.
    """
    if not op.standardized:
        return NOTHING_EXTRA
    weights = op.weights(x)[0]
    return Extra(plain=weights.size + max(0, 4 * op.out_channels - prod(out)))


@workspace.rule(Linear)
def joined_biases(op: Linear, out: Shape, _: Shape) -> Extra:
    """Biases of which those of keys are zeros, put together for this call."""
    return Extra(plain=out[-1]) if op.zero_key_bias else NOTHING_EXTRA


@workspace.rule(UnitLength)
def vector_lengths(_: UnitLength, out: Shape, __: Shape) -> Extra:
    """The length of each vector."""
    return Extra(plain=prod(out[:-1]))


@workspace.rule(QuarterTurn)
def negated(_: QuarterTurn, out: Shape, __: Shape) -> Extra:
    """One of each pair, with its sign changed."""
    return Extra(plain=prod(out) // 2)


@workspace.rule(MaxPool2d)
def positions(_: MaxPool2d, out: Shape, __: Shape) -> Extra:
    """Where each maximum was: computed even where nobody asks."""
    return Extra(indices=prod(out))


workspace.nothing(Elementwise, Movement, Product, Reduction, Softmax, Source)


class Peak(NamedTuple):
    """The moment when most is alive.

    Attributes:
        size: bytes of live storages and of the workspace of the operator that runs.
        at: index of that operator.
    """

    size: int
    at: int


def inference_peak(
    graph: Graph,
    storage: Sequence[int],
    sizes: Sequence[int],
    spaces: Sequence[int],
    made: Sequence[int],
) -> Peak:
    """The peak of a forward pass.

    Args:
        graph: the network.
        storage: for each tensor the one that allocated its storage.
        sizes: bytes of each tensor.
        spaces: bytes of workspace of each operator.
        made: bytes of each tensor, and of what its operator makes that stays to the end.
    """
    end = len(storage)
    ends = last_uses(graph, storage)
    for output in graph.outputs:
        ends[storage[output.index]] = end

    freed = [0] * (end + 1)
    live = peak = at = 0
    for i in range(1, end):  # the input is the caller's
        if storage[i] == i:
            live += made[i]
            freed[ends[i]] += sizes[i]
        if live + spaces[i] > peak:
            peak, at = live + spaces[i], i
        live -= freed[i]
    return Peak(peak, at)


def last_uses(graph: Graph, storage: Sequence[int]) -> list[int]:
    """For each storage the index of the operator after which nobody holds it."""
    last = list(range(len(storage)))
    for i, sources in enumerate(graph.sources):
        for back in sources:
            last[i - back] = i

    ends = list(range(len(storage)))
    for made, used in enumerate(last):
        end, scope = used, graph.scopes[used]
        # A scope entered after the tensor was made was called with it, and returns first.
        while scope.start > made:
            end = scope.end - 1
            scope = scope.parent  # type: ignore[assignment]  # the outermost starts at 0
        root = storage[made]
        if end > ends[root]:  # noqa: PLR1730 - a call of max for each tensor takes its time
            ends[root] = end
    return ends
