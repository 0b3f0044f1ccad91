"""Multiply-accumulates of a training step: forward, and both gradients of every layer.

The gradient of a product with respect to one factor is a product again, as large as the first:
a convolution that took M MACs takes M for the gradient of its input and M for that of its
weights, grouped or not. Nobody asks for the gradient of the image.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import prod
from typing import NamedTuple

from archmeter.analyzers.compute import (
    blur_macs,
    conv1d_macs,
    conv_macs,
    linear_macs,
    macs,
    matmul_macs,
)
from archmeter.analyzers.reading import Reading, Rule
from archmeter.models.graph import Graph
from archmeter.models.ops import (
    BlurPool2d,
    Conv1d,
    Conv2d,
    Linear,
    MatMul,
    Op,
    ScaledDotProductAttention,
    Shape,
)


class BackwardMacs(NamedTuple):
    """MACs of the gradients of one operator.

    Attributes:
        inputs: of the gradient of each input.
        weights: of the gradient of the weights.
        again: of what was computed before and is computed once more.
    """

    inputs: tuple[int, ...] = ()
    weights: int = 0
    again: int = 0


NO_PRODUCTS = BackwardMacs()

backward_macs = Reading("backward macs", NO_PRODUCTS)


class StepMacs(NamedTuple):
    """MACs of one training step, of a layer or of a network.

    Attributes:
        forward: of the forward pass.
        grad_input: of gradients that flow on to earlier layers.
        grad_weight: of gradients of weights that train.
        recomputed: of what the backward pass computes a second time rather than keep it.
    """

    forward: int
    grad_input: int
    grad_weight: int
    recomputed: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self)


def step_macs(graph: Graph, trains: Sequence[bool], reached: Sequence[bool]) -> list[StepMacs]:
    """MACs of a training step for each operator.

    Args:
        graph: the network.
        trains: for each operator whether its weights train.
        reached: for each tensor whether a gradient flows to it.
    """
    steps: list[StepMacs] = []
    for tensor, train, reach in zip(graph.tensors, trains, reached, strict=True):
        forward = macs(tensor.call)
        if not (forward and reach):
            steps.append(StepMacs(forward, 0, 0))
            continue
        products = backward_macs(tensor.call)
        flowing = [
            count
            for x, count in zip(tensor.inputs, products.inputs, strict=True)
            if reached[x.index]
        ]
        weights = products.weights if train else 0
        steps.append(StepMacs(forward, sum(flowing), weights, products.again if flowing else 0))
    return steps


def _weighted(forward: Rule[int], op: Op, out: Shape, x: Shape) -> BackwardMacs:
    """As many for the input, and for the weights, as it took."""
    count = forward(op, out, x)
    return BackwardMacs((count,), count)


for operator, forward in ((Conv1d, conv1d_macs), (Conv2d, conv_macs), (Linear, linear_macs)):
    backward_macs.rule(operator)(partial(_weighted, forward))


@backward_macs.rule(BlurPool2d)
def fixed_filter(op: BlurPool2d, out: Shape, x: Shape) -> BackwardMacs:
    """As many for the input; the filter does not train."""
    return BackwardMacs((blur_macs(op, out, x),))


@backward_macs.rule(MatMul)
def product(op: MatMul, out: Shape, x: Shape, y: Shape) -> BackwardMacs:
    """As many for each factor."""
    count = matmul_macs(op, out, x, y)
    return BackwardMacs((count, count))


@backward_macs.rule(ScaledDotProductAttention)
def attention(
    _: ScaledDotProductAttention, out: Shape, __: Shape, k: Shape, ___: Shape
) -> BackwardMacs:
    """Of values, of scores and from them of queries and keys; the scores are computed once more."""
    scores = prod(out) * k[-2]
    return BackwardMacs((2 * scores, scores, scores), again=scores)


# What multiplies nothing forward multiplies nothing backward.
backward_macs.nothing_where(macs)
