"""fvcore: ``FlopCountAnalysis(model, inputs).total()`` of a network in eval mode.

It prints MACs and calls them flops. To those of convolutions, linear layers and matrix products it
adds two operations per element of a batch norm, five of other norms, one per element that an
adaptive pool reads, and one per element that upsampling writes. Reductions written as ``mean``
escape it, so two identical networks can differ; so does attention in one kernel, all of it.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from archmeter.analyzers.compute import macs
from archmeter.analyzers.conventions.line_items import Line, Sheet, Terms, Tool
from archmeter.analyzers.conventions.papers import ATTENTION, multiply_accumulates
from archmeter.analyzers.reading import Reading
from archmeter.models.graph import Call, Graph
from archmeter.models.ops import (
    AdaptiveAvgPool2d,
    BatchNorm,
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    GroupNorm,
    LayerNorm,
    Product,
    ScaledDotProductAttention,
    Shape,
    Upsample2d,
)

BATCH_NORMS = Line("batch norms", "2 per element: it counts scale and shift as two flops")
OTHER_NORMS = Line("group and layer norms", "5 per element, its rough estimate")
WEIGHT_NORMS = Line(
    "standardised weights", "4 per weight: they go through a batch norm without scale and shift"
)
POOLS = Line("adaptive pools", "1 per element that they read; pools written as a mean go uncounted")
UPSAMPLING = Line("upsampling", "1 per element of the result")
UNKNOWN = Line(ATTENTION.what, "an operator it has no rule for, and counts as nothing", "mistake")
UNUSED = Line("layers whose results go unused", "they are not in the trace that it reads")

fvcore_extra = Reading("fvcore", 0)
"""What fvcore adds to the MACs of an operator."""


@fvcore_extra.rule(BatchNorm)
def batch_norm(_: BatchNorm, out: Shape, __: Shape) -> int:
    """Scale and shift."""
    return 2 * prod(out)


@fvcore_extra.rule(GroupNorm, LayerNorm)
def group_norm(_: GroupNorm | LayerNorm, out: Shape, __: Shape) -> int:
    """Statistics, scale and shift."""
    return 5 * prod(out)


@fvcore_extra.rule(Conv2d)
def weight_norm(op: Conv2d, _: Shape, x: Shape) -> int:
    """Statistics of weights that are standardised for each use: a norm, as it sees them."""
    return 4 * op.weights(x)[0].size if op.standardized else 0


@fvcore_extra.rule(AdaptiveAvgPool2d)
def adaptive_pool(_: AdaptiveAvgPool2d, __: Shape, x: Shape) -> int:
    """One operation per element read."""
    return prod(x)


@fvcore_extra.rule(Upsample2d)
def upsampling(_: Upsample2d, out: Shape, __: Shape) -> int:
    """One operation per element written."""
    return prod(out)


@fvcore_extra.rule(ScaledDotProductAttention)
def fused_attention(
    _: ScaledDotProductAttention, out: Shape, __: Shape, k: Shape, ___: Shape
) -> int:
    """It does not know the operator: what we count, less what we count."""
    return -2 * prod(out) * k[-2]


fvcore_extra.nothing_where(macs)
fvcore_extra.nothing(Product)

_EXTRA_LINES = {
    BatchNorm1d: BATCH_NORMS,
    BatchNorm2d: BATCH_NORMS,
    GroupNorm: OTHER_NORMS,
    LayerNorm: OTHER_NORMS,
    Conv2d: WEIGHT_NORMS,
    AdaptiveAvgPool2d: POOLS,
    Upsample2d: UPSAMPLING,
}
_NORMS = {BATCH_NORMS, OTHER_NORMS, WEIGHT_NORMS}


class FvcoreCount(NamedTuple):
    """What fvcore prints, in its parts.

    Attributes:
        macs: of the convolutions, linear layers and matrix products that it knows.
        norms: of normalisation layers.
        pools: of adaptive pools.
        upsampling: of maps made larger.
    """

    macs: int
    norms: int
    pools: int
    upsampling: int

    @property
    def total(self) -> int:
        """The figure printed."""
        return sum(self)


def fvcore_terms(call: Call) -> Terms:
    """The lines that an operator adds to."""
    extra = fvcore_extra(call)
    if extra < 0:
        return ((UNKNOWN, macs(call) + extra),)
    terms = multiply_accumulates(call)
    return (*terms, (_EXTRA_LINES[type(call.op)], extra)) if extra else terms


def fvcore_count(graph: Graph) -> FvcoreCount:
    """What ``FlopCountAnalysis(model, inputs).total()`` prints for a network in eval mode."""
    counted = norms = pools = upsampled = 0
    for tensor, traced in zip(graph.tensors, _in_trace(graph), strict=True):
        for line, count in fvcore_terms(tensor.call) if traced else ():
            if line is POOLS:
                pools += count
            elif line in _NORMS:
                norms += count
            elif line is UPSAMPLING:
                upsampled += count
            else:
                counted += count
    return FvcoreCount(counted, norms, pools, upsampled)


def _read(graph: Graph) -> Sheet:
    sheet = Sheet()
    for tensor, traced in zip(graph.tensors, _in_trace(graph), strict=True):
        ours = macs(tensor.call)
        if traced:
            sheet.enter(fvcore_terms(tensor.call), ours)
        else:
            sheet.add(UNUSED, 0, ours)
    return sheet


def _in_trace(graph: Graph) -> list[bool]:
    """For each operator whether an output depends on it."""
    used = [False] * len(graph.tensors)
    for output in graph.outputs:
        used[output.index] = True
    for tensor in reversed(graph.tensors):
        if used[tensor.index]:
            for x in tensor.inputs:
                used[x.index] = True
    return used


FVCORE = Tool(
    name="fvcore",
    title="fvcore",
    version="0.1.5.post20221221",
    call="FlopCountAnalysis(model, x).total()",
    unit="macs",
    read=_read,
)
