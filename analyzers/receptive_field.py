"""Receptive field and stride of each tensor: which square of the input one element can see.

A window of k at dilation d over a map whose elements lie j pixels apart adds d(k-1)·j pixels; a
stride multiplies j. Branches that meet give the larger of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from analyzers.reading import Reading
from models.graph import Tensor
from models.ops import (
    Activation,
    AdaptiveAvgPool2d,
    Add,
    Amax,
    AvgPool2d,
    BatchNorm2d,
    ChannelShuffle,
    Concat,
    Conv1d,
    Conv2d,
    Div,
    Dropout,
    Flatten,
    GroupNorm,
    Input,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Mean,
    Mul,
    Pad2d,
    PadChannels,
    Pair,
    Parameter,
    Permute,
    Pool2d,
    Reshape,
    Scale,
    Shape,
    Shift,
    Slice,
    Softmax,
    Subsample,
    Sum,
    VectorNorm,
)


class Window(NamedTuple):
    """How far an operator reaches over its input's rows and columns, and how far it steps."""

    reach: Pair
    step: Pair


class Field(NamedTuple):
    """What one element sees, in pixels of the input: (height, width) of the square, and steps."""

    size: Pair
    stride: Pair


PIXEL = Field((1, 1), (1, 1))

windows = Reading[Window | None]("receptive field", None)


@windows.rule(Conv2d)
def conv_window(op: Conv2d, _: Shape, __: Shape) -> Window | None:
    """k elements, d apart."""
    if op.kernel == op.stride == (1, 1):
        return None
    (kh, kw), (dh, dw) = op.kernel, op.dilation
    return Window((dh * (kh - 1), dw * (kw - 1)), op.stride)


@windows.rule(MaxPool2d, AvgPool2d)
def pool_window(op: Pool2d, _: Shape, __: Shape) -> Window:
    """k neighbouring elements."""
    return Window((op.kernel[0] - 1, op.kernel[1] - 1), op.stride)


@windows.rule(Subsample)
def subsample_window(op: Subsample, _: Shape, __: Shape) -> Window:
    """One element of every few."""
    return Window((0, 0), (op.stride, op.stride))


@windows.rule(AdaptiveAvgPool2d)
def adaptive_window(_: AdaptiveAvgPool2d, out: Shape, x: Shape) -> Window:
    """As much of the map as the largest of its windows; all of it where the pool is global."""
    reach = [
        max(-(-(i + 1) * size // parts) - i * size // parts for i in range(parts))
        for size, parts in zip(x[2:], out[2:], strict=True)
    ]
    return Window((reach[0] - 1, reach[1] - 1), (max(1, x[2] // out[2]), max(1, x[3] // out[3])))


@windows.rule(Mean, Amax, VectorNorm)
def reduction_window(op: Mean | Amax | VectorNorm, _: Shape, x: Shape) -> Window | None:
    """The whole map, where rows and columns are reduced."""
    return Window((x[2] - 1, x[3] - 1), (x[2], x[3])) if op.dims == (2, 3) else None


# They act on each position by itself, on channels, or after the map is gone.
windows.nothing(
    Input,
    Conv1d,
    Linear,
    BatchNorm2d,
    GroupNorm,
    Activation,
    Add,
    Mul,
    Dropout,
    Concat,
    PadChannels,
    Reshape,
    Flatten,
    ChannelShuffle,
    Div,
    LayerNorm,
    LocalResponseNorm,
    Pad2d,
    Parameter,
    Permute,
    Scale,
    Shift,
    Slice,
    Softmax,
    Sum,
)


def receptive_fields(tensors: Sequence[Tensor], reach: Sequence[Window | None]) -> list[Field]:
    """The field of each tensor, given the window of each operator."""
    fields: list[Field] = []
    for tensor, window in zip(tensors, reach, strict=True):
        inputs = tensor.inputs
        field = fields[inputs[0].index] if inputs else PIXEL
        if len(inputs) > 1:
            field = _meeting([fields[x.index] for x in inputs])
        if window is not None:
            (h, w), (jh, jw) = field
            (rh, rw), (sh, sw) = window
            field = Field((h + rh * jh, w + rw * jw), (jh * sh, jw * sw))
        fields.append(field)
    return fields


def _meeting(branches: Sequence[Field]) -> Field:
    """The largest square of some branches; the finest steps, for a gate acts on a whole map."""
    (height, width), (down, across) = field = branches[0]
    for (h, w), (jh, jw) in branches:
        # Most branches see no more than the first: comparing is cheaper than taking maxima.
        if h > height or w > width or jh < down or jw < across:
            height, width = max(h, height), max(w, width)
            down, across = min(jh, down), min(jw, across)
    merged = Field((height, width), (down, across))
    return field if merged == field else merged
