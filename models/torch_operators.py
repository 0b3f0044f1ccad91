"""The counterpart of each operator in torch: a function or method that is called, or a module.

Tables by class or kind, so that an operator that is described elsewhere can be given one there::

    calls.say(lambda op, torch, *x: function(torch.clamp, *x, op.low, op.high), Clamp)

torch is imported when something is lowered, not before: what needs it is handed it.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import add, getitem, iadd, mul, truediv
from typing import TYPE_CHECKING, Any

from archmeter.models.ops import (
    Activation,
    AdaptiveAvgPool2d,
    Add,
    Amax,
    AtMost,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    BlurPool2d,
    ChannelShuffle,
    Concat,
    Contiguous,
    Conv1d,
    Conv2d,
    Div,
    Dropout,
    Exp,
    Expand,
    Flatten,
    GroupNorm,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    Lookup,
    MatMul,
    Maximum,
    MaxPool2d,
    Mean,
    Mul,
    Nearest,
    Op,
    Pad2d,
    PadChannels,
    Permute,
    QuarterTurn,
    Reshape,
    Roll,
    Rsqrt,
    Scale,
    ScaledDotProductAttention,
    Select,
    Shape,
    Shift,
    Slice,
    Softmax,
    Square,
    Subsample,
    Sum,
    UnitLength,
    Upsample2d,
    Variance,
    VectorNorm,
)
from archmeter.models.torch_composites import blur_pool, standardized, zero_key_bias
from archmeter.models.torch_functions import expand, matmul_by_rows, quarter_turn

if TYPE_CHECKING:
    from torch import nn

FunctionCall = tuple[str, Any, tuple[Any, ...], dict[str, Any]]
"""How fx writes a call: kind of node, function or name of a method, arguments, keywords."""


def function(target: Callable[..., Any], *arguments: Any, **keywords: Any) -> FunctionCall:
    """A call of a function."""
    return "call_function", target, arguments, keywords


def method(name: str, *arguments: Any, **keywords: Any) -> FunctionCall:
    """A call of a method of the first argument."""
    return "call_method", name, arguments, keywords


def _pad(op: Pad2d, torch: Any, x: Any) -> FunctionCall:
    sides = (0, 0, *op.sides) if op.channels_last else op.sides
    return function(torch.nn.functional.pad, x, sides)


def _subsample(op: Subsample, _: Any, x: Any) -> FunctionCall:
    every = slice(None, None, op.stride)
    return function(getitem, x, (slice(None), slice(None), every, every))


calls = Nearest[Callable[..., FunctionCall]](
    "torch calls",
    {
        Add: lambda op, _, *x: function(iadd if op.inplace else add, *x),
        Mul: lambda _, __, *x: function(mul, *x),
        Div: lambda _, __, *x: function(truediv, *x),
        Maximum: lambda _, torch, *x: function(torch.maximum, *x),
        Square: lambda _, __, x: method("square", x),
        Rsqrt: lambda _, __, x: method("rsqrt", x),
        Exp: lambda _, __, x: method("exp", x),
        AtMost: lambda op, _, x: method("clamp", x, max=op.constant),
        UnitLength: lambda _, torch, x: function(torch.nn.functional.normalize, x, dim=-1),
        QuarterTurn: lambda _, __, x: function(quarter_turn, x),
        Shift: lambda op, _, x: function(add, x, op.constant),
        Scale: lambda op, _, x: function(mul, x, op.constant),
        Softmax: lambda op, _, x: method("softmax", x, op.dim),
        MatMul: lambda op, torch, *x: function(
            matmul_by_rows if op.transposed else torch.matmul, *x
        ),
        ScaledDotProductAttention: lambda _, torch, *x: function(
            torch.nn.functional.scaled_dot_product_attention, *x
        ),
        Lookup: lambda _, __, *x: function(getitem, *x),
        Expand: lambda _, __, *x: function(expand, *x),
        Contiguous: lambda _, torch, x: method("clone", x, memory_format=torch.contiguous_format),
        Roll: lambda op, _, x: method("roll", x, op.shifts, (1, 2)),
        Select: lambda op, _, x: method("select", x, op.dim, op.index),
        Sum: lambda op, _, x: method("sum", x, op.dim),
        VectorNorm: lambda op, _, x: method("norm", x, p=2, dim=op.dims, keepdim=True),
        Permute: lambda op, _, x: method("permute", x, *op.dims),
        Slice: lambda op, _, x: method("narrow", x, op.dim, op.start, op.stop - op.start),
        Pad2d: _pad,
        PadChannels: lambda op, torch, x: function(
            torch.nn.functional.pad, x, (0, 0, 0, 0, 0, op.extra)
        ),
        Concat: lambda op, torch, *x: function(torch.cat, x, op.dim),
        Flatten: lambda _, torch, x: function(torch.flatten, x, 1),
        Reshape: lambda op, _, x: method("view", x, -1, *op.size),
        Mean: lambda op, _, x: method("mean", x, op.dims, keepdim=True),
        Variance: lambda op, _, x: method("var", x, op.dims, keepdim=True),
        Amax: lambda op, _, x: method("amax", x, op.dims, keepdim=True),
        Subsample: _subsample,
        Upsample2d: lambda op, torch, x: function(
            torch.nn.functional.interpolate, x, op.size, mode="nearest"
        ),
    },
)
"""What is called, of the operator, torch and the operands, where there is nothing to own."""


def _conv(op: Conv2d, nn: Any, x: Shape) -> Any:
    conv = nn.Conv2d(
        x[1], op.out_channels, op.kernel, op.stride, op.padding, op.dilation, op.groups, op.bias
    )
    return standardized(conv) if op.standardized else conv


def _linear(op: Linear, nn: Any, x: Shape) -> Any:
    if op.zero_key_bias:
        return zero_key_bias(op, x[-1])
    return nn.Linear(x[-1], op.out_features, op.bias)


def _average_pool(op: AvgPool2d, nn: Any, _: Shape) -> Any:
    options = {"ceil_mode": op.ceil, "count_include_pad": op.count_padding}
    return nn.AvgPool2d(op.kernel, op.stride, op.padding, **options)


def _activation(op: Activation, nn: Any, _: Shape) -> Any:
    if op.kind == "leaky_relu":
        return nn.LeakyReLU(0.1, inplace=op.inplace)
    if op.kind == "gelu_tanh":
        return nn.GELU(approximate="tanh")
    names = {
        "relu": "ReLU",
        "relu6": "ReLU6",
        "mish": "Mish",
        "silu": "SiLU",
        "hardswish": "Hardswish",
        "hardsigmoid": "Hardsigmoid",
        "gelu": "GELU",
        "sigmoid": "Sigmoid",
        "tanh": "Tanh",
    }
    return getattr(nn, names[op.kind])(**{"inplace": True} if op.inplace else {})


modules = Nearest[Callable[..., "nn.Module"]](
    "torch modules",
    {
        Conv2d: _conv,
        BlurPool2d: lambda op, _, x: blur_pool(op, x[1]),
        Conv1d: lambda op, nn, x: nn.Conv1d(
            x[1], op.out_channels, op.kernel, padding=op.padding, bias=False
        ),
        Linear: _linear,
        BatchNorm1d: lambda _, nn, x: nn.BatchNorm1d(x[1]),
        BatchNorm2d: lambda _, nn, x: nn.BatchNorm2d(x[1]),
        GroupNorm: lambda op, nn, x: nn.GroupNorm(op.groups, x[1]),
        LayerNorm: lambda _, nn, x: nn.LayerNorm(x[-1]),
        LocalResponseNorm: lambda op, nn, _: nn.LocalResponseNorm(op.neighbours),
        Activation: _activation,
        MaxPool2d: lambda op, nn, _: nn.MaxPool2d(
            op.kernel, op.stride, op.padding, ceil_mode=op.ceil
        ),
        AvgPool2d: _average_pool,
        AdaptiveAvgPool2d: lambda op, nn, _: nn.AdaptiveAvgPool2d(op.size),
        ChannelShuffle: lambda op, nn, _: nn.ChannelShuffle(op.groups),
        Dropout: lambda op, nn, _: nn.Dropout(op.rate),
    },
)
"""The module that an operator is, of the operator, ``torch.nn`` and the shape of its input."""


def call_of(op: Op, operands: tuple[Any, ...]) -> FunctionCall | None:
    """The call that an operator is written as; None if it is a module."""
    import torch

    return calls[type(op)](op, torch, *operands) if calls.covers(type(op)) else None


def module_of(op: Op, x: Shape) -> nn.Module:
    """The module that an operator is, applied to an input of some shape."""
    from torch import nn

    if not modules.covers(type(op)):
        raise TypeError(f"{type(op).__name__} has no counterpart in torch")
    return modules[type(op)](op, nn, x)
