"""What every operator has: a shape rule, weights, and a relation to its input's storage."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Literal, NamedTuple

Shape = tuple[int, ...]
Pair = tuple[int, int]

WeightRole = Literal["trainable", "frozen", "buffer", "counter"]


class Weight(NamedTuple):
    """A tensor owned by an operator.

    Its role is that of a parameter (trainable, or frozen), or of state that is kept but not
    trained: a buffer of the network's dtype, or int64 counters (or indices) whatever that dtype.
    """

    name: str
    shape: Shape
    role: WeightRole = "trainable"

    @property
    def size(self) -> int:
        """Number of elements."""
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class Op(ABC):
    """Base of all operators.

    ``label`` names the operator in paths (``stage1.bottleneck2.conv1``). The result of a ``view``
    shares the storage of its input and leaves it as it was; see also `overwrites`. What happens
    ``only_in_training`` hands on its input at inference. Where the result ``is_weight`` itself,
    it is there anyway, and not an activation.
    """

    label: ClassVar[str]
    view: ClassVar[bool] = False
    only_in_training: ClassVar[bool] = False
    is_weight: ClassVar[bool] = False

    @abstractmethod
    def shape(self, *inputs: Shape) -> Shape:
        """Shape of the result.

        Raises:
            ShapeError: naming the sizes that do not fit.
        """

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:  # noqa: ARG002 - most own none
        """Weights the operator owns when it is applied to inputs of these shapes."""
        return ()

    @property
    def overwrites(self) -> bool:
        """Whether the result replaces the content of the first input, in its storage."""
        return False

    @property
    def detail(self) -> str:
        """The knobs in a few words, for tables: ``3x3 /2 groups=32``."""
        return ""
