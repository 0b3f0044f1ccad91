"""Operators on each element by itself, or on pairs of elements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from archmeter.models.ops.base import Shape
from archmeter.models.ops.kinds import Binary, Unary
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
class Activation(Unary):
    """A nonlinearity applied to each element."""

    kind: ActivationKind
    inplace: bool = False

    label = "act"

    def __post_init__(self) -> None:
        if self.inplace and self.kind not in IN_PLACE_ACTIVATIONS:
            raise ValueError(f"{self.kind} cannot be computed in place")

    @property
    def overwrites(self) -> bool:
        return self.inplace

    @property
    def detail(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class Add(Binary):
    """x + y, broadcast; in place where the result may replace x."""

    inplace: bool = False

    label = "add"

    def shape(self, *inputs: Shape) -> Shape:
        return broadcast(*inputs, keep_first=self.inplace)

    @property
    def overwrites(self) -> bool:
        return self.inplace


@dataclass(frozen=True, slots=True)
class Mul(Binary):
    """x · y, broadcast."""

    label = "mul"


@dataclass(frozen=True, slots=True)
class Div(Binary):
    """x / y, broadcast."""

    label = "div"


@dataclass(frozen=True, slots=True)
class Maximum(Binary):
    """The larger of x and y, broadcast."""

    label = "maximum"


@dataclass(frozen=True, slots=True)
class Square(Unary):
    """x²."""

    label = "square"


@dataclass(frozen=True, slots=True)
class Rsqrt(Unary):
    """1 / √x."""

    label = "rsqrt"


@dataclass(frozen=True, slots=True)
class Exp(Unary):
    """e to the power of x."""

    label = "exp"


@dataclass(frozen=True, slots=True)
class AtMost(Unary):
    """The smaller of x and a constant."""

    constant: float

    label = "clamp"

    @property
    def detail(self) -> str:
        return f"<={self.constant:g}"


@dataclass(frozen=True, slots=True)
class Shift(Unary):
    """x + a constant."""

    constant: float

    label = "shift"

    @property
    def detail(self) -> str:
        return f"+{self.constant:g}"


@dataclass(frozen=True, slots=True)
class Scale(Unary):
    """x · a constant."""

    constant: float

    label = "scale"

    @property
    def detail(self) -> str:
        return f"x{self.constant:g}"


@dataclass(frozen=True, slots=True)
class Dropout(Unary):
    """Zeroes elements with probability ``rate`` while training; does nothing at inference."""

    rate: float

    label = "dropout"
    only_in_training = True

    @property
    def detail(self) -> str:
        return f"rate={self.rate:g}"
