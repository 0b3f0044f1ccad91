"""Multiply-accumulates, floating-point operations and activations.

A MAC is one multiply-accumulate of a convolution, a linear layer or a matrix product; biases are
not MACs. A FLOP is one arithmetic operation: ``flops = 2 macs + bias + norm + activation + pool +
elementwise + softmax``, each kind counted on its own. All are those of one inference.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from types import MappingProxyType
from typing import Literal, get_args

from archmeter.analyzers.reading import Reading
from archmeter.models.ops import (
    Activation,
    ActivationKind,
    Amax,
    AvgPool2d,
    BatchNorm,
    BlurPool2d,
    Conv1d,
    Conv2d,
    Dropout,
    Elementwise,
    Linear,
    LocalResponseNorm,
    MatMul,
    Mean,
    Movement,
    Norm,
    Pool,
    Pool2d,
    Product,
    Reduction,
    Rsqrt,
    ScaledDotProductAttention,
    Shape,
    Softmax,
    Source,
    UnitLength,
    Variance,
    VectorNorm,
)

FlopKind = Literal["bias", "norm", "activation", "pool", "elementwise", "softmax"]
FLOP_KINDS: tuple[FlopKind, ...] = get_args(FlopKind)
"""What is counted besides the two operations of each MAC."""

ACTIVATION_FLOPS: Mapping[ActivationKind, int] = MappingProxyType(
    {
        "relu": 1,  # max(x, 0)
        "relu6": 2,  # min(max(x, 0), 6)
        "leaky_relu": 2,  # max(x, 0.1 x)
        "hardsigmoid": 4,  # relu6(x + 3) / 6
        "hardswish": 5,  # x * hardsigmoid(x)
        "sigmoid": 4,  # 1 / (1 + exp(-x))
        "silu": 5,  # x * sigmoid(x)
        "mish": 5,  # x * tanh(log(1 + exp(x)))
        "tanh": 1,
        "gelu": 5,  # x * 0.5 * (1 + erf(x / sqrt 2))
        "gelu_tanh": 9,  # x * 0.5 * (1 + tanh(0.798 * (x + 0.0447 * x * x * x)))
    }
)
"""Operations per element; exp, erf and tanh are one operation each."""

BATCH_NORM_FLOPS = 2  # at inference the four numbers of a channel fold into scale and shift
SOFTMAX_FLOPS = 5  # maximum, subtract, exp, sum, divide
RESPONSE_NORM_FLOPS = 5  # square, scale, shift, power, divide; and a sum over the neighbours
VARIANCE_FLOPS = 4  # sum, subtract, square, sum
GROUP_NORM_FLOPS = 7  # sum, subtract, square, sum, multiply by 1/sqrt(var + eps), scale, shift

macs = Reading("macs", 0)
flops = Reading[tuple[FlopKind, int]]("flops", ("elementwise", 0))
activations = Reading("activations", 0)


@macs.rule(Conv2d)
def conv_macs(op: Conv2d, out: Shape, x: Shape) -> int:
    """One dot product per output element over its group's window."""
    return prod(out) * (x[1] // op.groups) * op.kernel[0] * op.kernel[1]


@macs.rule(Conv1d)
def conv1d_macs(op: Conv1d, out: Shape, x: Shape) -> int:
    """One dot product per output element over its window."""
    return prod(out) * x[1] * op.kernel


@macs.rule(Linear)
def linear_macs(_: Linear, out: Shape, x: Shape) -> int:
    """One dot product over the input features per output."""
    return prod(out) * x[-1]


@macs.rule(BlurPool2d)
def blur_macs(op: BlurPool2d, out: Shape, _: Shape) -> int:
    """A depthwise convolution, though nobody trained it."""
    return prod(out) * op.kernel * op.kernel


@macs.rule(MatMul)
def matmul_macs(_: MatMul, out: Shape, x: Shape, __: Shape) -> int:
    """One dot product per output element."""
    return prod(out) * x[-1]


@macs.rule(ScaledDotProductAttention)
def attention_macs(
    _: ScaledDotProductAttention, out: Shape, __: Shape, k: Shape, ___: Shape
) -> int:
    """Queries by keys, and their scores by values."""
    return 2 * prod(out) * k[-2]


macs.nothing(Elementwise, Movement, Norm, Reduction, Source)


@flops.rule(Conv2d, Linear)
def bias_flops(op: Conv2d | Linear, out: Shape, _: Shape) -> tuple[FlopKind, int]:
    """One addition per output element where there is a bias."""
    return "bias", prod(out) if op.bias else 0


@flops.rule(BatchNorm)
def batch_norm_flops(_: BatchNorm, out: Shape, __: Shape) -> tuple[FlopKind, int]:
    """Scale and shift."""
    return "norm", BATCH_NORM_FLOPS * prod(out)


@flops.rule(Norm)
def norm_flops(_: Norm, out: Shape, __: Shape) -> tuple[FlopKind, int]:
    """Statistics of the image itself, then scale and shift."""
    return "norm", GROUP_NORM_FLOPS * prod(out)


@flops.rule(LocalResponseNorm)
def response_norm_flops(op: LocalResponseNorm, out: Shape, _: Shape) -> tuple[FlopKind, int]:
    """A sum of squares over the neighbouring channels, and what is done with it."""
    return "norm", (op.neighbours + RESPONSE_NORM_FLOPS) * prod(out)


@flops.rule(Softmax)
def softmax_flops(_: Softmax, out: Shape, __: Shape) -> tuple[FlopKind, int]:
    """Numerically safe: the maximum is subtracted first."""
    return "softmax", SOFTMAX_FLOPS * prod(out)


@flops.rule(ScaledDotProductAttention)
def attention_flops(
    _: ScaledDotProductAttention, out: Shape, __: Shape, k: Shape, ___: Shape
) -> tuple[FlopKind, int]:
    """A softmax of the scores, and the queries scaled; how the kernel goes about it is its own."""
    return "softmax", SOFTMAX_FLOPS * prod(out[:-1]) * k[-2] + prod(out)


@flops.rule(Activation)
def activation_flops(op: Activation, out: Shape, _: Shape) -> tuple[FlopKind, int]:
    """As many operations per element as its formula has."""
    return "activation", ACTIVATION_FLOPS[op.kind] * prod(out)


@flops.rule(Pool2d)
def pool_flops(op: Pool2d, out: Shape, _: Shape) -> tuple[FlopKind, int]:
    """k² - 1 comparisons a window; for a mean one division more."""
    window = op.kernel[0] * op.kernel[1]
    return "pool", (window if isinstance(op, AvgPool2d) else window - 1) * prod(out)


@flops.rule(Pool, Mean)
def mean_flops(_: Pool | Mean, __: Shape, x: Shape) -> tuple[FlopKind, int]:
    """n - 1 additions and a division for each mean of n elements."""
    return "pool", prod(x)


@flops.rule(Amax)
def max_flops(_: Amax, out: Shape, x: Shape) -> tuple[FlopKind, int]:
    """n - 1 comparisons for each maximum of n elements."""
    return "pool", prod(x) - prod(out)


@flops.rule(Reduction)
def reduction_flops(_: Reduction, out: Shape, x: Shape) -> tuple[FlopKind, int]:
    """n - 1 additions for each sum of n elements."""
    return "elementwise", prod(x) - prod(out)


@flops.rule(Variance)
def variance_flops(_: Variance, __: Shape, x: Shape) -> tuple[FlopKind, int]:
    """Sum, subtract, square, sum: four operations per element."""
    return "norm", VARIANCE_FLOPS * prod(x)


@flops.rule(UnitLength)
def unit_flops(_: UnitLength, out: Shape, __: Shape) -> tuple[FlopKind, int]:
    """n squares, n - 1 additions, a root and a maximum for each vector, and n divisions."""
    return "norm", 3 * prod(out) + prod(out[:-1])


@flops.rule(VectorNorm)
def length_flops(_: VectorNorm, __: Shape, x: Shape) -> tuple[FlopKind, int]:
    """n squares, n - 1 additions and a root for each."""
    return "norm", 2 * prod(x)


@flops.rule(Rsqrt)
def rsqrt_flops(_: Rsqrt, out: Shape, __: Shape) -> tuple[FlopKind, int]:
    """A root and a division."""
    return "elementwise", 2 * prod(out)


@flops.rule(Elementwise)
def elementwise_flops(_: Elementwise, out: Shape, *__: Shape) -> tuple[FlopKind, int]:
    """One operation per element."""
    return "elementwise", prod(out)


# Sums of products are MACs, movements compute nothing, dropout does nothing at inference.
flops.nothing(Dropout, Movement, Product, Source)


@activations.rule(Product)
def produced(_: Product, out: Shape, *__: Shape) -> int:
    """Elements that a convolution, linear layer or matrix product writes.

    Radosavovic et al. 2020 count convolutions; fused attention writes no scores.
    """
    return prod(out)


activations.nothing_where(macs)
activations.nothing(ScaledDotProductAttention)
