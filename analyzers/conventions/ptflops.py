"""ptflops: ``get_model_complexity_info(model, (C, H, W))[0]`` with the backend it has by default.

It counts twice over: by hooks on modules of classes it knows, averaged over the batch, and by
functions of torch that it replaces for the time of the call, added up over the batch. A module that
calls such a function (ReLU, GELU, pools) is counted by both. Its batch is one image, unless an
``input_constructor`` makes a larger one.
"""

from __future__ import annotations

from math import prod

from archmeter.analyzers.compute import conv1d_macs, conv_macs, linear_macs, macs, matmul_macs
from archmeter.analyzers.conventions.hooks import (
    UNKNOWN_CONVOLUTIONS,
    UNKNOWN_LINEAR,
    containers,
    unknown_blur,
    unseen_attention,
)
from archmeter.analyzers.conventions.line_items import NO_TERMS, Line, Sheet, Terms, Tool
from archmeter.analyzers.conventions.papers import CONVOLUTIONS, LINEAR_LAYERS
from archmeter.analyzers.reading import Reading
from archmeter.models.graph import Graph
from archmeter.models.ops import (
    Activation,
    ActivationKind,
    BatchNorm,
    BlurPool2d,
    Conv1d,
    Conv2d,
    GroupNorm,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    MatMul,
    Pool,
    Product,
    ScaledDotProductAttention,
    Shape,
    Upsample2d,
)

BIASES = Line("biases", "1 per output element")
NORMS = Line("batch and group norms", "2 per element: scale and shift")
LAYER_NORMS = Line(
    "layer norms",
    "1 per element: scale and shift are missed, for their flag has another name than it looks for",
    "mistake",
)
ACTIVATIONS = Line("activations", "1 per element")
POOLS = Line("pools", "1 per element that they read")
SHARED = Line("modules that several others contain", "added up once for each of them", "mistake")
AGAIN = "the modules call functions that it counts too, and those of a batch are not averaged"
ACTIVATIONS_AGAIN = Line("activations once more", AGAIN, "mistake")
POOLS_AGAIN = Line("pools once more", AGAIN, "mistake")
SILU = Line("activations by function", "1 per element of the batch")
RESPONSE_NORMS = Line(
    "local response norms", "the multiplications, the addition and the pool inside them"
)
UPSAMPLING = Line("upsampling", "1 per element of the result, of the batch")
CALLED_PRODUCTS = Line(
    "matrix products by torch.matmul", "added up over the batch, not averaged", "mistake"
)
WRITTEN_PRODUCTS = Line(
    "matrix products by @", "an operator of Python, which it does not replace", "mistake"
)

HOOKED_ACTIVATIONS: frozenset[ActivationKind] = frozenset(
    {"relu", "relu6", "leaky_relu", "gelu", "gelu_tanh"}
)
REPLACED_ACTIVATIONS: frozenset[ActivationKind] = frozenset({"relu", "gelu", "gelu_tanh", "silu"})

ptflops_modules = Reading[Terms]("ptflops: modules", ())
ptflops_functions = Reading[Terms]("ptflops: functions", ())


@ptflops_modules.rule(Conv2d)
def convolution(op: Conv2d, out: Shape, x: Shape) -> Terms:
    """One per MAC and one per bias added; of plain convolutions only."""
    if op.standardized:
        return ((UNKNOWN_CONVOLUTIONS, 0),)
    return (CONVOLUTIONS, conv_macs(op, out, x)), (BIASES, prod(out) if op.bias else 0)


@ptflops_modules.rule(Conv1d)
def sequence_convolution(op: Conv1d, out: Shape, x: Shape) -> Terms:
    """One per MAC."""
    return ((CONVOLUTIONS, conv1d_macs(op, out, x)),)


@ptflops_modules.rule(Linear)
def linear(op: Linear, out: Shape, x: Shape) -> Terms:
    """One per MAC and one per bias added; of plain layers only."""
    if op.zero_key_bias:
        return ((UNKNOWN_LINEAR, 0),)
    return (LINEAR_LAYERS, linear_macs(op, out, x)), (BIASES, prod(out) if op.bias else 0)


@ptflops_modules.rule(BatchNorm, GroupNorm)
def norm(_: BatchNorm | GroupNorm, out: Shape, __: Shape) -> Terms:
    """Scale and shift."""
    return ((NORMS, 2 * prod(out)),)


@ptflops_modules.rule(LayerNorm)
def layer_norm(_: LayerNorm, out: Shape, __: Shape) -> Terms:
    """It asks for `affine`, which is called `elementwise_affine` there."""
    return ((LAYER_NORMS, prod(out)),)


@ptflops_modules.rule(Activation)
def activation(op: Activation, out: Shape, _: Shape) -> Terms:
    """One per element, if it knows the class."""
    return ((ACTIVATIONS, prod(out)),) if op.kind in HOOKED_ACTIVATIONS else NO_TERMS


@ptflops_modules.rule(Pool)
def pool(_: Pool, __: Shape, x: Shape) -> Terms:
    """One per element read."""
    return ((POOLS, prod(x)),)


ptflops_modules.rule(ScaledDotProductAttention)(unseen_attention)
ptflops_modules.rule(BlurPool2d)(unknown_blur)
ptflops_modules.nothing_where(macs)
ptflops_modules.nothing(MatMul)


@ptflops_functions.rule(Activation)
def activation_function(op: Activation, out: Shape, _: Shape) -> Terms:
    """One per element, if it replaces the function."""
    if op.kind not in REPLACED_ACTIVATIONS:
        return NO_TERMS
    return ((ACTIVATIONS_AGAIN if op.kind in HOOKED_ACTIVATIONS else SILU, prod(out)),)


@ptflops_functions.rule(Pool)
def pool_function(_: Pool, __: Shape, x: Shape) -> Terms:
    """One per element read."""
    return ((POOLS_AGAIN, prod(x)),)


@ptflops_functions.rule(LocalResponseNorm)
def response_norm(op: LocalResponseNorm, out: Shape, _: Shape) -> Terms:
    """x·x, a pool over the channels, which are padded for it, times α, plus k."""
    padded = prod(out) // out[1] * (out[1] + op.neighbours - 1)
    return ((RESPONSE_NORMS, 3 * prod(out) + padded),)


@ptflops_functions.rule(Upsample2d)
def upsampling(_: Upsample2d, out: Shape, __: Shape) -> Terms:
    """One per element written."""
    return ((UPSAMPLING, prod(out)),)


@ptflops_functions.rule(MatMul)
def matmul(op: MatMul, out: Shape, x: Shape, y: Shape) -> Terms:
    """``torch.matmul`` is replaced, the operator @ is not."""
    if op.transposed:
        return ((WRITTEN_PRODUCTS, 0),)
    return ((CALLED_PRODUCTS, matmul_macs(op, out, x, y)),)


ptflops_functions.nothing_where(macs)
ptflops_functions.nothing(Product)


def _read(graph: Graph) -> Sheet:
    modules, calls = Sheet(), Sheet()
    for tensor, times in zip(graph.tensors, containers(graph), strict=True):
        ours = macs(tensor.call)
        terms = ptflops_modules(tensor.call)
        modules.enter(terms, ours)
        modules.add(SHARED, (times - 1) * sum(count for _, count in terms))
        calls.enter(ptflops_functions(tensor.call), 0 if terms else ours)
    images = graph.input.shape[0]
    sheet = Sheet()
    sheet.merge(modules, counts_over=images, ours_over=images)
    sheet.merge(calls, ours_over=images)
    return sheet


PTFLOPS = Tool(
    name="ptflops",
    title="ptflops",
    version="0.7.5",
    call="get_model_complexity_info(model, (C, H, W), as_strings=False)[0]",
    unit="macs",
    read=_read,
    images="average",
)
