"""Why a tensor is kept, in words: its part in the operator because of which it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from archmeter.analyzers.saved_tensors import kept
from archmeter.models.graph import Call
from archmeter.models.ops import (
    Activation,
    AdaptiveAvgPool2d,
    Amax,
    AtMost,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    BlurPool2d,
    Conv1d,
    Conv2d,
    Div,
    Dropout,
    Exp,
    GroupNorm,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    MatMul,
    Maximum,
    MaxPool2d,
    Mul,
    Op,
    Rsqrt,
    ScaledDotProductAttention,
    Softmax,
    Square,
    UnitLength,
    Variance,
    VectorNorm,
)

Part = Literal["input", "result", "plain", "statistics", "indices"]

_OPERAND = "Its input, for the gradient of its weights."
_NORMALIZED = "Its input, for the gradients of scale and input."
_FACTOR = "A factor, for the gradient of the other."
_SQUARED = "Its input: the slope of a square is twice that."
_SHAPE_ONLY = "Its input, though only the shape is needed."
_SLOPE = "Its result, from which the slope follows."

_BATCH_NORM: Mapping[Part, str] = {
    "input": _NORMALIZED,
    "statistics": "Mean and 1/deviation of each channel.",
}

_REASONS: Mapping[type[Op], Mapping[Part, str]] = {
    Conv1d: {"input": _OPERAND},
    Conv2d: {
        "input": _OPERAND,
        "plain": "The standardised weights, for the gradient of its input.",
        "statistics": "Mean and 1/deviation of the weights of each output channel.",
    },
    Linear: {"input": _OPERAND},
    BlurPool2d: {
        "input": _SHAPE_ONLY,
        "plain": "The map with its edges reflected, though the filter does not train.",
    },
    BatchNorm1d: _BATCH_NORM,
    BatchNorm2d: _BATCH_NORM,
    GroupNorm: {
        "input": _NORMALIZED,
        "plain": "Mean and 1/deviation of each group of each image.",
    },
    LayerNorm: {"input": _NORMALIZED, "statistics": "Mean and 1/deviation of each row."},
    LocalResponseNorm: {
        "input": "Its input, to be divided by the norm again.",
        "plain": "The padded squares, their mean shifted, and the power of that.",
    },
    Activation: {
        "input": "Its input, for the slope there.",
        "result": _SLOPE,
        "plain": "A copy of its input, which it writes over.",
    },
    AtMost: {"input": "Its input, to find out again where it was larger."},
    Exp: {"result": _SLOPE},
    Rsqrt: {"result": _SLOPE},
    Softmax: {"result": _SLOPE},
    ScaledDotProductAttention: {
        "input": "Queries, keys or values, to compute the scores again.",
        "result": "Its result, for the gradient of the scores.",
        "statistics": "The logarithm of the sum of each row of scores.",
    },
    Mul: {"input": _FACTOR},
    Div: {"input": _FACTOR},
    MatMul: {"input": _FACTOR},
    Maximum: {"input": "One of both, to find out again which was larger."},
    Square: {"input": _SQUARED},
    Variance: {"input": _SQUARED},
    Dropout: {"plain": "Which elements stayed, with the factor they were scaled by."},
    MaxPool2d: {"input": _SHAPE_ONLY, "indices": "Where each maximum was."},
    AvgPool2d: {"input": _SHAPE_ONLY},
    AdaptiveAvgPool2d: {"input": _SHAPE_ONLY},
    Amax: {
        "input": "Its input, to find the maxima again.",
        "result": "Its result, to find the maxima again.",
    },
    UnitLength: {
        "input": _FACTOR,
        "plain": "The length of each vector, as it is and as it is divided by.",
    },
    VectorNorm: {
        "input": "Its input, for the direction of the vector.",
        "result": "Its result, the length that the direction is divided by.",
    },
}


def copy_reason(call: Call, copied: Literal["input", "weights"], dtype: str) -> str:
    """What an operator needs a copy in another type for, when gradients are computed."""
    if copied == "weights":
        return f"A copy of its weights in {dtype}, for the gradient of its input."
    what, comma, purpose = reason(call, "input").partition(",")
    return f"A copy in {dtype}: {what[0].lower()}{what[1:]}{comma}{purpose}"


def reason(call: Call, part: Part) -> str:
    """What an operator needs a part of its calculation for, when gradients are computed.

    Args:
        call: the operator.
        part: its input, its result, or what it computes besides: of which dtype.
    """
    return _REASONS.get(type(call.op), {}).get(part) or kept.reason(call)
