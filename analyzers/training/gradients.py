"""Multiply-accumulates of a training step: forward, and both gradients of every layer.

The gradient of a product with respect to one factor is a product again, as large as the first:
a convolution that took M MACs takes M for the gradient of its input and M for that of its
weights, grouped or not. Nobody asks for the gradient of the image.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import NamedTuple

from archmeter.analyzers.answers import Answer
from archmeter.analyzers.compute import macs
from archmeter.analyzers.reading import Reading
from archmeter.models.graph import Graph
from archmeter.models.ops import Product, ScaledDotProductAttention, Shape


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


@dataclass(frozen=True, slots=True)
class StepMacs(Answer):
    """The MACs of one training step of a network."""

    forward: int
    """Of the forward pass."""

    grad_input: int
    """Of gradients that flow on to earlier layers."""

    grad_weight: int
    """Of gradients of weights that train."""

    recomputed: int = 0
    """Of what the backward pass computes a second time rather than keep it."""

    total: int = field(init=False, default=0)
    """The sum of all these."""

    def __post_init__(self) -> None:
        total = self.forward + self.grad_input + self.grad_weight + self.recomputed
        object.__setattr__(self, "total", total)

    @classmethod
    def of(cls, operators: Iterable[OperatorMacs]) -> StepMacs:
        """The sum over some operators, at least one."""
        return cls(*map(sum, zip(*operators, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerMacs(StepMacs):
    """The MACs of one operator in a training step."""

    path: str


class OperatorMacs(NamedTuple):
    """The same of one operator, as `StepMacs` has it for all."""

    forward: int
    grad_input: int
    grad_weight: int
    recomputed: int = 0


def step_macs(graph: Graph, trains: Sequence[bool], reached: Sequence[bool]) -> list[OperatorMacs]:
    """MACs of a training step for each operator.

    Args:
        graph: the network.
        trains: for each operator whether its weights train.
        reached: for each tensor whether a gradient flows to it.
    """
    steps: list[OperatorMacs] = []
    for tensor, train, reach in zip(graph.tensors, trains, reached, strict=True):
        forward = macs(tensor.call)
        if not (forward and reach):
            steps.append(OperatorMacs(forward, 0, 0))
            continue
        products = backward_macs(tensor.call)
        flowing = [
            count
            for x, count in zip(tensor.inputs, products.inputs, strict=True)
            if reached[x.index]
        ]
        weights = products.weights if train else 0
        steps.append(OperatorMacs(forward, sum(flowing), weights, products.again if flowing else 0))
    return steps


@backward_macs.rule(Product)
def each_factor(op: Product, out: Shape, *inputs: Shape) -> BackwardMacs:
    """As many as it took for each factor: its inputs, and weights if they train."""
    count = macs.answer(op, out, *inputs)
    trains = any(weight.role == "trainable" for weight in op.weights(*inputs))
    return BackwardMacs((count,) * len(inputs), count if trains else 0)


@backward_macs.rule(ScaledDotProductAttention)
def attention(
    _: ScaledDotProductAttention, out: Shape, __: Shape, k: Shape, ___: Shape
) -> BackwardMacs:
    """Of values, of scores and from them of queries and keys; the scores are computed once more."""
    scores = prod(out) * k[-2]
    return BackwardMacs((2 * scores, scores, scores), again=scores)


# What multiplies nothing forward multiplies nothing backward.
backward_macs.nothing_where(macs)
