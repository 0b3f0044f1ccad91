"""torch.utils.flop_counter: ``FlopCounterMode`` around a forward pass, or a backward pass as well.

It counts two operations for each MAC of convolutions and matrix products, whoever calls them. Its
formula for the gradient of a convolution's weights leaves the groups out, so a grouped convolution
is charged as a dense one, and it has none for the fused attention that runs on a CPU.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archmeter.analyzers.compute import macs
from archmeter.analyzers.conventions.line_items import Line, Sheet, Tool
from archmeter.analyzers.conventions.papers import ATTENTION, multiply_accumulates
from archmeter.analyzers.reading import Reading
from archmeter.analyzers.training.gradients import backward_macs
from archmeter.models.graph import Graph, Tensor
from archmeter.models.ops import (
    Conv2d,
    Expand,
    Lookup,
    Op,
    Product,
    ScaledDotProductAttention,
    Shape,
)

OPERATIONS = 2
"""For each multiply-accumulate."""

ON_A_CPU = "the kernel that runs on a CPU has no formula; those on accelerators have one"
UNKNOWN = Line(ATTENTION.what, ON_A_CPU, "mistake")
INPUT_GRADIENTS = Line("gradients of inputs")
WEIGHT_GRADIENTS = Line("gradients of weights")


class Counting(NamedTuple):
    """How FlopCounterMode counts an operator, forward and backward.

    Attributes:
        is_known: whether it counts it at all.
        weights_times: how often it counts the gradient of its weights.
        differentiable: how many of its inputs, from the first, get a gradient; None for all.
    """

    is_known: bool = True
    weights_times: int = 1
    differentiable: int | None = None


flop_counter_rules = Reading("FlopCounterMode", Counting())


@flop_counter_rules.rule(Conv2d)
def convolution(op: Conv2d, _: Shape, __: Shape) -> Counting:
    """The gradient of its weights as if every output channel saw every input channel."""
    return Counting(weights_times=op.groups)


@flop_counter_rules.rule(ScaledDotProductAttention)
def attention(_: Op, __: Shape, *___: Shape) -> Counting:
    """Neither its forward nor its backward pass has a formula."""
    return Counting(is_known=False)


@flop_counter_rules.rule(Expand, Lookup)
def first_alone(_: Op, __: Shape, *___: Shape) -> Counting:
    """The second input lends its size, or is indices."""
    return Counting(differentiable=1)


flop_counter_rules.nothing_where(macs)
flop_counter_rules.nothing(Product)


def _forward(graph: Graph) -> Sheet:
    sheet = Sheet()
    for tensor in graph.tensors:
        known = flop_counter_rules(tensor.call).is_known
        for line, count in multiply_accumulates(tensor.call):
            ours = OPERATIONS * count
            sheet.add(line if known else UNKNOWN, ours if known else 0, ours)
    return sheet


def _both(graph: Graph) -> Sheet:
    sheet = _forward(graph)
    total = surplus = 0
    for tensor, wanted in _backward(graph):
        products, counting = backward_macs(tensor.call), flop_counter_rules(tensor.call)
        flowing = zip(products.inputs, wanted, strict=False)  # what multiplies nothing has none
        inputs = OPERATIONS * sum(count for count, want in flowing if want)
        weights = OPERATIONS * products.weights
        if counting.is_known:
            sheet.add(INPUT_GRADIENTS, inputs, inputs)
            sheet.add(WEIGHT_GRADIENTS, weights, weights)
            total += inputs + weights
            surplus += weights * (counting.weights_times - 1)
        else:
            sheet.add(UNKNOWN, 0, inputs + weights)
    if surplus:
        sheet.add(_dense_backward((total + surplus) / total), surplus)
    return sheet


def _dense_backward(times: float) -> Line:
    return Line(
        f"backward of grouped convolutions counted as dense: {times:.3g} times too much",
        "its formula for the gradient of weights leaves the groups out",
        "mistake",
    )


def _backward(graph: Graph) -> Iterator[tuple[Tensor, list[bool]]]:
    """The operators that the backward pass visits, and which of their inputs it continues to."""
    tensors = graph.tensors
    inputs = [tensor.inputs[: flop_counter_rules(tensor.call).differentiable] for tensor in tensors]
    reached: list[bool] = []
    for tensor, given in zip(tensors, inputs, strict=True):
        reached.append(tensor.call.trains or any(reached[x.index] for x in given))
    visited = {output.index for output in graph.outputs}
    for tensor, given in zip(reversed(tensors), reversed(inputs), strict=True):
        if tensor.index in visited and reached[tensor.index]:
            visited.update(x.index for x in given)
            yield tensor, [reached[x.index] for x in given]


FORWARD = Tool(
    name="flop_counter",
    title="torch FlopCounterMode",
    version="2.13.0",
    call="with FlopCounterMode() as counter: model(x)",
    unit="flops",
    read=_forward,
)
FORWARD_AND_BACKWARD = Tool(
    name="flop_counter_backward",
    title="torch FlopCounterMode, forward and backward",
    version="2.13.0",
    call="with FlopCounterMode() as counter: model(x).sum().backward()",
    unit="flops",
    read=_both,
)
