"""Papers: multiply-accumulates of convolutions, linear layers and matrix products, per image.

Most call them FLOPs; some print two operations for each, some divide by 2³⁰ and write G.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from archmeter.analyzers.compute import macs
from archmeter.analyzers.conventions.line_items import NO_TERMS, Line, Sheet, Terms, Tool
from archmeter.analyzers.reading import Reading
from archmeter.models.graph import Call, Graph
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

CONVOLUTIONS = Line("convolutions")
LINEAR_LAYERS = Line("linear layers")
PRODUCTS = Line("matrix products of activations")
ATTENTION = Line("fused attention")
BLURS = Line("blurs, which are depthwise convolutions")

GIGA = 10**9
BINARY_GIGA = 2**30

product = Reading[Line | None]("papers", None)
"""Under which name an operator's multiply-accumulates are listed."""


@product.rule(Conv1d, Conv2d)
def convolution(_: Op, __: Shape, ___: Shape) -> Line:
    """Grouped ones and depthwise ones too."""
    return CONVOLUTIONS


@product.rule(BlurPool2d)
def blur(_: Op, __: Shape, ___: Shape) -> Line:
    """Though nobody trained it."""
    return BLURS


@product.rule(Linear)
def linear(_: Op, __: Shape, ___: Shape) -> Line:
    """Of one vector an image or of many."""
    return LINEAR_LAYERS


@product.rule(MatMul)
def matmul(_: Op, __: Shape, *___: Shape) -> Line:
    """Queries by keys, scores by values."""
    return PRODUCTS


@product.rule(ScaledDotProductAttention)
def attention(_: Op, __: Shape, *___: Shape) -> Line:
    """The same two products, in one kernel."""
    return ATTENTION


# What multiplies nothing is not listed.
product.nothing_where(macs)


def multiply_accumulates(call: Call) -> Terms:
    """The MACs of an operator, by our own rules."""
    line = product(call)
    return NO_TERMS if line is None else ((line, macs(call)),)


def sheet_of(terms: Callable[[Call], Terms], graph: Graph) -> Sheet:
    """What a tool whose rules are all there is to it counts, beside our MACs."""
    sheet = Sheet()
    for tensor in graph.tensors:
        sheet.enter(terms(tensor.call), macs(tensor.call))
    return sheet


_once = partial(sheet_of, multiply_accumulates)


def _twice(graph: Graph) -> Sheet:
    sheet = _once(graph)
    sheet.merge(_once(graph))
    return sheet


def _in_binary(graph: Graph) -> Sheet:
    sheet = _once(graph)
    count = sum(macs(tensor.call) for tensor in graph.tensors)
    shrinks = Line(
        "a giga of 2³⁰ in place of 10⁹",
        "read as if it were 10⁹, the figure is 6.9 % smaller",
    )
    sheet.add(shrinks, count * GIGA // BINARY_GIGA - count)
    return sheet


MACS = Tool(
    name="papers",
    title="papers",
    version="",
    call="tables of most papers, where they are mostly called FLOPs",
    unit="macs",
    read=_once,
    images="one",
)
FLOPS = Tool(
    name="papers_2x",
    title="papers, 2 x MACs",
    version="",
    call="tables of Darknet and of networks that descend from it",
    unit="flops",
    read=_twice,
    images="one",
)
BINARY = Tool(
    name="papers_binary",
    title="papers, MACs / 2^30",
    version="",
    call="tables of HRNet, under GFLOPs",
    unit="macs",
    read=_in_binary,
    images="one",
)
