"""thop: ``profile(model, (x,))[0]``, which its README calls MACs.

It knows classes of modules, by exact type. A module that several others contain is hooked once for
each of them, and what its hooks add up is added once for each of them again.
"""

from __future__ import annotations

from math import prod

from archmeter.analyzers.compute import conv1d_macs, conv_macs, linear_macs, macs
from archmeter.analyzers.conventions.hooks import (
    UNKNOWN_CONVOLUTIONS,
    UNKNOWN_LINEAR,
    containers,
    unknown_blur,
    unseen_attention,
    unseen_product,
)
from archmeter.analyzers.conventions.line_items import Line, Sheet, Terms, Tool
from archmeter.analyzers.conventions.papers import CONVOLUTIONS, LINEAR_LAYERS
from archmeter.analyzers.reading import Reading
from archmeter.models.graph import Graph
from archmeter.models.ops import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm,
    BlurPool2d,
    Conv1d,
    Conv2d,
    LayerNorm,
    Linear,
    MatMul,
    ScaledDotProductAttention,
    Shape,
)

NORMS = Line(
    "batch and layer norms", "4 per element: 2, and twice that where there are scale and shift"
)
POOLS = Line("average pools", "1 per output element, whatever the window")
ADAPTIVE_POOLS = Line("adaptive pools", "1 per element of each window, and 1 per output element")
SHARED = Line(
    "modules that several others contain",
    "hooked once for each of them, and added up once for each of them again",
    "mistake",
)

thop_rules = Reading[Terms]("thop", ())


@thop_rules.rule(Conv2d)
def convolution(op: Conv2d, out: Shape, x: Shape) -> Terms:
    """One per MAC and none for the bias; of plain convolutions only."""
    if op.standardized:
        return ((UNKNOWN_CONVOLUTIONS, 0),)
    return ((CONVOLUTIONS, conv_macs(op, out, x)),)


@thop_rules.rule(Conv1d)
def sequence_convolution(op: Conv1d, out: Shape, x: Shape) -> Terms:
    """One per MAC."""
    return ((CONVOLUTIONS, conv1d_macs(op, out, x)),)


@thop_rules.rule(Linear)
def linear(op: Linear, out: Shape, x: Shape) -> Terms:
    """One per MAC and none for the bias; of plain layers only."""
    if op.zero_key_bias:
        return ((UNKNOWN_LINEAR, 0),)
    return ((LINEAR_LAYERS, linear_macs(op, out, x)),)


@thop_rules.rule(BatchNorm, LayerNorm)
def norm(_: BatchNorm | LayerNorm, out: Shape, __: Shape) -> Terms:
    """Two per element, doubled."""
    return ((NORMS, 4 * prod(out)),)


@thop_rules.rule(AvgPool2d)
def pool(_: AvgPool2d, out: Shape, __: Shape) -> Terms:
    """The division, not the sum."""
    return ((POOLS, prod(out)),)


@thop_rules.rule(AdaptiveAvgPool2d)
def adaptive_pool(_: AdaptiveAvgPool2d, out: Shape, x: Shape) -> Terms:
    """Windows of the size that they have on average, in double precision, rounded down."""
    window = (x[2] / out[2]) * (x[3] / out[3])
    return ((ADAPTIVE_POOLS, int((window + 1) * prod(out))),)


thop_rules.rule(MatMul)(unseen_product)
thop_rules.rule(ScaledDotProductAttention)(unseen_attention)
thop_rules.rule(BlurPool2d)(unknown_blur)
thop_rules.nothing_where(macs)


def _read(graph: Graph) -> Sheet:
    sheet = Sheet()
    for tensor, times in zip(graph.tensors, containers(graph), strict=True):
        terms = thop_rules(tensor.call)
        sheet.enter(terms, macs(tensor.call))
        sheet.add(SHARED, (times * times - 1) * sum(count for _, count in terms))
    return sheet


THOP = Tool(
    name="thop",
    title="thop",
    version="0.1.1.post2209072238",
    call="profile(model, inputs=(x,))[0]",
    unit="macs",
    read=_read,
)
