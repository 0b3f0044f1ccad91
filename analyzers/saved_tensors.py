"""Training: what autograd keeps from the forward pass for the backward pass.

Counted by storage, once each, besides the weights and the input, which are there anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from analyzers.reading import Reading
from analyzers.storage import NOTHING_EXTRA, Extra
from models.graph import Graph
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
    Parameter,
    Permute,
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


class Kept(NamedTuple):
    """What an operator keeps for its backward pass.

    Attributes:
        inputs: which of its inputs.
        output: whether its result.
        extra: what it computed besides.
    """

    inputs: tuple[int, ...] = ()
    output: bool = False
    extra: Extra = NOTHING_EXTRA


NOTHING_KEPT = Kept()
INPUT_KEPT = Kept(inputs=(0,))
RESULT_KEPT = Kept(output=True)

kept = Reading("kept for backward", NOTHING_KEPT)


@kept.rule(Conv1d, Conv2d, Linear)
def operand(_: Conv1d | Conv2d | Linear, __: Shape, ___: Shape) -> Kept:
    """The input, for the gradient of the weights."""
    return INPUT_KEPT


@kept.rule(BatchNorm2d)
def batch_statistics(_: BatchNorm2d, out: Shape, __: Shape) -> Kept:
    """The input, mean and 1/deviation of each channel."""
    return Kept(inputs=(0,), extra=Extra(statistics=2 * out[1]))


@kept.rule(GroupNorm)
def image_statistics(op: GroupNorm, out: Shape, _: Shape) -> Kept:
    """The input, mean and 1/deviation of each group of each image."""
    return Kept(inputs=(0,), extra=Extra(plain=2 * out[0] * op.groups))


@kept.rule(LayerNorm)
def row_statistics(_: LayerNorm, out: Shape, __: Shape) -> Kept:
    """The input, mean and 1/deviation of each row."""
    return Kept(inputs=(0,), extra=Extra(statistics=2 * prod(out[:-1])))


@kept.rule(LocalResponseNorm)
def neighbourhood(op: LocalResponseNorm, out: Shape, _: Shape) -> Kept:
    """The input, its padded squares, their mean shifted, and the power of that."""
    per_channel = prod(out) // out[1]
    return Kept(inputs=(0,), extra=Extra(plain=3 * prod(out) + (op.neighbours - 1) * per_channel))


@kept.rule(Softmax)
def distribution(_: Softmax, __: Shape, ___: Shape) -> Kept:
    """The result."""
    return RESULT_KEPT


@kept.rule(Activation)
def activation_operand(op: Activation, out: Shape, _: Shape) -> Kept:
    """The result where the slope follows from it, else the input."""
    if op.kind in {"relu", "sigmoid", "tanh"} or (op.kind == "leaky_relu" and op.inplace):
        return RESULT_KEPT
    # Written over, the input has to be copied first.
    return Kept(extra=Extra(plain=prod(out))) if op.inplace else INPUT_KEPT


@kept.rule(Mul, Div)
def factors(_: Mul | Div, __: Shape, *___: Shape) -> Kept:
    """Each factor, for the gradient of the other."""
    return Kept(inputs=(0, 1))


@kept.rule(Dropout)
def mask(_: Dropout, out: Shape, __: Shape) -> Kept:
    """Which elements stayed, scaled."""
    return Kept(extra=Extra(plain=prod(out)))


@kept.rule(MaxPool2d)
def positions_of_maxima(_: MaxPool2d, out: Shape, __: Shape) -> Kept:
    """The input and where each maximum was."""
    return Kept(inputs=(0,), extra=Extra(indices=prod(out)))


@kept.rule(AvgPool2d)
def averaged(_: AvgPool2d, __: Shape, ___: Shape) -> Kept:
    """The input, though only its shape is needed."""
    return INPUT_KEPT


@kept.rule(AdaptiveAvgPool2d)
def adaptively_averaged(op: AdaptiveAvgPool2d, _: Shape, __: Shape) -> Kept:
    """The input, unless the pool is global: that is a plain mean."""
    return NOTHING_KEPT if op.size == (1, 1) else INPUT_KEPT


@kept.rule(Amax, VectorNorm)
def compared(_: Amax | VectorNorm, __: Shape, ___: Shape) -> Kept:
    """Input and result: to find the maxima again, or the direction of a vector."""
    return Kept(inputs=(0,), output=True)


# Their gradients depend on shapes alone.
kept.nothing(
    Input,
    Add,
    Mean,
    Concat,
    Subsample,
    PadChannels,
    Reshape,
    Flatten,
    ChannelShuffle,
    Pad2d,
    Parameter,
    Permute,
    Scale,
    Shift,
    Slice,
    Sum,
)


def kept_bytes(
    graph: Graph,
    storage: Sequence[int],
    sizes: Sequence[int],
    keeps: Sequence[Kept],
    item_size: int,
) -> list[int]:
    """For each operator the bytes that are kept because of it and were not kept already.

    Nothing is kept before the first weights: no gradient goes there.

    Args:
        graph: the network.
        storage: for each tensor the one that allocated its storage.
        sizes: bytes of each tensor.
        keeps: what each operator keeps.
        item_size: bytes of one element.
    """
    tensors = graph.tensors
    needs_grad = [False] * len(tensors)
    is_kept = [False] * len(tensors)
    is_kept[0] = True  # the input is there anyway
    result = [0] * len(tensors)
    for i, tensor in enumerate(tensors):
        inputs = tensor.inputs
        if not tensor.call.weights:
            for x in inputs:
                if needs_grad[x.index]:
                    break
            else:
                continue
        needs_grad[i] = True
        keep = keeps[i]
        if keep is NOTHING_KEPT:
            continue
        total = 0 if keep.extra is NOTHING_EXTRA else keep.extra.bytes(item_size)
        for k in keep.inputs:
            root = storage[inputs[k].index]
            if not is_kept[root]:
                is_kept[root] = True
                total += sizes[root]
        if keep.output and not is_kept[storage[i]]:
            is_kept[storage[i]] = True
            total += sizes[storage[i]]
        result[i] = total
    return result
