"""Training: what autograd keeps from the forward pass for the backward pass.

Counted by storage, once each, besides the weights and the input, which are there anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import NamedTuple

from archmeter.analyzers.reading import Reading
from archmeter.analyzers.storage import NOTHING_EXTRA, Extra, statistics
from archmeter.models.graph import Graph
from archmeter.models.ops import (
    Activation,
    AdaptiveAvgPool2d,
    Add,
    BatchNorm,
    BlurPool2d,
    Conv2d,
    Div,
    Dropout,
    Elementwise,
    Exp,
    GroupNorm,
    LayerNorm,
    LocalResponseNorm,
    MaxPool2d,
    Mean,
    Movement,
    Mul,
    Op,
    Pool,
    Product,
    Rsqrt,
    Scale,
    ScaledDotProductAttention,
    Shape,
    Shift,
    Softmax,
    Source,
    Statistic,
    Sum,
    UnitLength,
    Variance,
)


class Kept(NamedTuple):
    """What an operator keeps for its backward pass.

    Attributes:
        inputs: which of its inputs.
        output: whether its result.
        extra: what it computed besides.
        of_weights: what it computed besides for the sake of weights that train.
        factors: whether each input is kept for the gradients of the others alone.
    """

    inputs: tuple[int, ...] = ()
    output: bool = False
    extra: Extra = NOTHING_EXTRA
    of_weights: Extra = NOTHING_EXTRA
    factors: bool = False

    def extra_bytes(self, item_size: int) -> int:
        """Bytes of what it computes besides, where its weights train."""
        _, _, extra, of_weights, _ = self
        if extra is NOTHING_EXTRA:
            return 0 if of_weights is NOTHING_EXTRA else of_weights.bytes(item_size)
        return extra.bytes(item_size) + of_weights.bytes(item_size)

    @property
    def computes(self) -> bool:
        """Whether it keeps something that it has to compute first."""
        return self.output or bool(any(self.extra) or any(self.of_weights))


NOTHING_KEPT = Kept()
INPUT_KEPT = Kept(inputs=(0,))
RESULT_KEPT = Kept(output=True)
FACTORS_KEPT = Kept(inputs=(0, 1), factors=True)

kept = Reading("kept for backward", NOTHING_KEPT)


@kept.rule(Product, Mul, Div)
def factors(_: Op, __: Shape, *inputs: Shape) -> Kept:
    """Each factor, for the gradient of the other; weights are there anyway."""
    return INPUT_KEPT if len(inputs) == 1 else FACTORS_KEPT


@kept.rule(Conv2d)
def conv_operands(op: Conv2d, _: Shape, x: Shape) -> Kept:
    """The input; of standardised weights these too, and mean and 1/deviation of each channel's."""
    if not op.standardized:
        return INPUT_KEPT
    weights = op.weights(x)[0]
    standardized = Extra(plain=weights.size, statistics=2 * op.out_channels)
    return Kept(inputs=(0,), of_weights=standardized)


@kept.rule(BlurPool2d)
def reflected(op: BlurPool2d, _: Shape, x: Shape) -> Kept:
    """The input, and the map with its edges, though the filter is not trained."""
    return Kept(inputs=(0,), extra=Extra(plain=prod(op.padded(x))))


@kept.rule(BatchNorm)
def batch_statistics(_: BatchNorm, out: Shape, __: Shape) -> Kept:
    """The input, mean and 1/deviation of each channel."""
    return _input_and_statistics(2 * out[1])


@lru_cache(4096)
def _input_and_statistics(elements: int) -> Kept:
    return Kept(inputs=(0,), of_weights=statistics(elements))


@kept.rule(GroupNorm)
def image_statistics(op: GroupNorm, out: Shape, _: Shape) -> Kept:
    """The input, mean and 1/deviation of each group of each image."""
    return Kept(inputs=(0,), extra=Extra(plain=2 * out[0] * op.groups))


@kept.rule(LayerNorm)
def row_statistics(_: LayerNorm, out: Shape, __: Shape) -> Kept:
    """The input, mean and 1/deviation of each row."""
    return Kept(inputs=(0,), extra=statistics(2 * prod(out[:-1])))


@kept.rule(LocalResponseNorm)
def neighbourhood(op: LocalResponseNorm, out: Shape, _: Shape) -> Kept:
    """The input, its padded squares, their mean shifted, and the power of that."""
    per_channel = prod(out) // out[1]
    return Kept(inputs=(0,), extra=Extra(plain=3 * prod(out) + (op.neighbours - 1) * per_channel))


@kept.rule(UnitLength)
def lengths(_: UnitLength, out: Shape, __: Shape) -> Kept:
    """The input, the length of each vector, and that once more, kept from being zero."""
    return Kept(inputs=(0,), extra=Extra(plain=2 * prod(out[:-1])))


@kept.rule(Exp, Rsqrt, Softmax)
def result(_: Exp | Rsqrt | Softmax, __: Shape, ___: Shape) -> Kept:
    """The result, from which the slope follows."""
    return RESULT_KEPT


@kept.rule(Activation)
def activation_operand(op: Activation, out: Shape, _: Shape) -> Kept:
    """The result where the slope follows from it, else the input."""
    if op.kind in {"relu", "sigmoid", "tanh"} or (op.kind == "leaky_relu" and op.inplace):
        return RESULT_KEPT
    # Written over, the input has to be copied first.
    return Kept(extra=Extra(plain=prod(out))) if op.inplace else INPUT_KEPT


@kept.rule(ScaledDotProductAttention)
def attention(_: ScaledDotProductAttention, out: Shape, *__: Shape) -> Kept:
    """Operands and result, and the logarithm of the sum of each row of scores."""
    return Kept(inputs=(0, 1, 2), output=True, extra=statistics(prod(out[:-1])))


@kept.rule(Elementwise)
def operands(_: Elementwise, __: Shape, *inputs: Shape) -> Kept:
    """All that it takes, from which the slope follows."""
    return Kept(inputs=tuple(range(len(inputs))))


@kept.rule(Variance)
def squared(_: Variance, __: Shape, ___: Shape) -> Kept:
    """The input: a square's slope is twice that."""
    return INPUT_KEPT


@kept.rule(Dropout)
def mask(_: Dropout, out: Shape, __: Shape) -> Kept:
    """Which elements stayed, scaled."""
    return Kept(extra=Extra(plain=prod(out)))


@kept.rule(MaxPool2d)
def positions_of_maxima(_: MaxPool2d, out: Shape, __: Shape) -> Kept:
    """The input and where each maximum was."""
    return Kept(inputs=(0,), extra=Extra(indices=prod(out)))


@kept.rule(Pool)
def pooled(_: Pool, __: Shape, ___: Shape) -> Kept:
    """The input, though only its shape is needed."""
    return INPUT_KEPT


@kept.rule(AdaptiveAvgPool2d)
def adaptively_averaged(op: AdaptiveAvgPool2d, _: Shape, __: Shape) -> Kept:
    """The input, unless the pool is global: that is a plain mean."""
    return NOTHING_KEPT if op.size == (1, 1) else INPUT_KEPT


@kept.rule(Statistic)
def compared(_: Statistic, __: Shape, ___: Shape) -> Kept:
    """Input and result: to find the maxima again, or the direction of a vector."""
    return Kept(inputs=(0,), output=True)


# Their gradients depend on shapes alone.
kept.nothing(Add, Mean, Movement, Scale, Shift, Source, Sum)


def kept_bytes(
    graph: Graph,
    storage: Sequence[int],
    sizes: Sequence[int],
    keeps: Sequence[Kept],
    extra: Sequence[int],
) -> list[int]:
    """For each operator the bytes that are kept because of it and were not kept already.

    Nothing is kept before the first weights: no gradient goes there.

    Args:
        graph: the network.
        storage: for each tensor the one that allocated its storage.
        sizes: bytes of each tensor.
        keeps: what each operator keeps.
        extra: bytes of what each computes besides.
    """
    fixed: set[int] = set()  # made without weights that train
    fresh = list(sizes)  # bytes of each storage, until it is kept
    fresh[0] = 0  # the input is the caller's
    result = [0] * len(storage)
    for i, (sources, keep) in enumerate(zip(graph.sources, keeps, strict=True)):
        if not sources or i - sources[0] in fixed:
            from_fixed = fixed.issuperset([i - back for back in sources])
            if from_fixed and not graph.calls[i].trains:
                fixed.add(i)
                continue
        if keep is NOTHING_KEPT:
            continue
        total = extra[i]
        for k in keep.inputs:
            if keep.factors and fixed.issuperset([i - b for j, b in enumerate(sources) if j != k]):
                continue  # nobody asks for the gradients of the others
            root = storage[i - sources[k]]
            total += fresh[root]
            fresh[root] = 0
        if keep.output:
            root = storage[i]
            total += fresh[root]
            fresh[root] = 0
        result[i] = total
    return result
