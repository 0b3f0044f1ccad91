"""Operators on each element by itself, or on pairs of elements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from archmeter.models.ops.base import Op, Shape
from archmeter.models.ops.sizes import broadcast

ActivationKind = Literal[
    "relu",
    "relu6",
    "leaky_relu",
    "silu",
    "mish",
    "gelu",
    "gelu_tanh",
    "sigmoid",
    "tanh",
    "hardsigmoid",
    "hardswish",
]

IN_PLACE_ACTIVATIONS: frozenset[ActivationKind] = frozenset(
    {"relu", "relu6", "leaky_relu", "silu", "mish", "hardsigmoid", "hardswish"}
)
"""Those that torch offers to write over their input."""


@dataclass(frozen=True, slots=True)
class Activation(Op):
    """A nonlinearity applied to each element."""

    kind: ActivationKind
    inplace: bool = False

    label = "act"

    def __post_init__(self) -> None:
        if self.inplace and self.kind not in IN_PLACE_ACTIVATIONS:
            raise ValueError(f"{self.kind} cannot be computed in place")

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    @property
    def overwrites(self) -> bool:
        return self.inplace

    @property
    def detail(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class Add(Op):
    """x + y, broadcast; in place where the result may replace x."""

    inplace: bool = False

    label = "add"

    def shape(self, *inputs: Shape) -> Shape:
        return broadcast(*inputs, keep_first=self.inplace)

    @property
    def overwrites(self) -> bool:
        return self.inplace


@dataclass(frozen=True, slots=True)
class Mul(Op):
    """x · y, broadcast."""

    label = "mul"

    def shape(self, *inputs: Shape) -> Shape:
        return broadcast(*inputs)


@dataclass(frozen=True, slots=True)
class Div(Op):
    """x / y, broadcast."""

    label = "div"

    def shape(self, *inputs: Shape) -> Shape:
        return broadcast(*inputs)


@dataclass(frozen=True, slots=True)
class Maximum(Op):
    """The larger of x and y, broadcast."""

    label = "maximum"

    def shape(self, *inputs: Shape) -> Shape:
        return broadcast(*inputs)


@dataclass(frozen=True, slots=True)
class Square(Op):
    """x²."""

    label = "square"

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]


@dataclass(frozen=True, slots=True)
class Rsqrt(Op):
    """1 / √x."""

    label = "rsqrt"

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]


@dataclass(frozen=True, slots=True)
class Shift(Op):
    """x + a constant."""

    constant: float

    label = "shift"

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    @property
    def detail(self) -> str:
        return f"+{self.constant:g}"


@dataclass(frozen=True, slots=True)
class Scale(Op):
    """x · a constant."""

    constant: float

    label = "scale"

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    @property
    def detail(self) -> str:
        return f"x{self.constant:g}"


@dataclass(frozen=True, slots=True)
class Softmax(Op):
    """exp(x) / Σ exp(x) along a dimension."""

    dim: int

    label = "softmax"

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    @property
    def detail(self) -> str:
        return f"dim={self.dim}"


@dataclass(frozen=True, slots=True)
class Dropout(Op):
    """Zeroes elements with probability ``rate`` while training; does nothing at inference."""

    rate: float

    label = "dropout"
    only_in_training = True

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    @property
    def detail(self) -> str:
        return f"rate={self.rate:g}"
