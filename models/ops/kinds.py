"""Kinds: what operators have in common. Each operator is of exactly one.

A rule of ``analyzers`` may hold for a kind as a whole. An operator of it that differs says so by a
rule of its own; one that does not needs none.
"""

from __future__ import annotations

from dataclasses import dataclass

from archmeter.models.ops.base import Op, Shape
from archmeter.models.ops.sizes import broadcast


@dataclass(frozen=True, slots=True)
class Source(Op):
    """Takes nothing: a weight that is an operand by itself, or the input of the network."""

    is_weight = True


@dataclass(frozen=True, slots=True)
class Elementwise(Op):
    """Each element of the result takes one element of each input: the one at its position."""


@dataclass(frozen=True, slots=True)
class Unary(Elementwise):
    """f(x), element by element."""

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]


@dataclass(frozen=True, slots=True)
class Binary(Elementwise):
    """f(x, y), element by element, broadcast."""

    def shape(self, *inputs: Shape) -> Shape:
        return broadcast(*inputs)


@dataclass(frozen=True, slots=True)
class Norm(Op):
    """Sets each element against others of its tensor, whose shape stays."""

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]


@dataclass(frozen=True, slots=True)
class Reduction(Op):
    """Makes one element of many, without weights."""


@dataclass(frozen=True, slots=True)
class Statistic(Reduction):
    """One number of all elements over some dimensions, each kept with size 1."""

    dims: tuple[int, ...]

    def shape(self, *inputs: Shape) -> Shape:
        return tuple(1 if i in self.dims else size for i, size in enumerate(inputs[0]))

    @property
    def detail(self) -> str:
        known = {(1,): "over channels", (2, 3): "over the map"}
        return known.get(self.dims, f"over dims {self.dims}")


@dataclass(frozen=True, slots=True)
class Pool(Reduction):
    """Makes one element of each window of a map, channel by channel."""

    label = "pool"


@dataclass(frozen=True, slots=True)
class Movement(Op):
    """Moves, joins, drops, repeats or renames elements, and computes nothing."""


@dataclass(frozen=True, slots=True)
class View(Movement):
    """Moves nothing either: the result is another look at the storage of the input."""

    view = True


@dataclass(frozen=True, slots=True)
class Product(Op):
    """Sums of products: multiplies its input by weights, or activations by each other."""


KINDS: tuple[type[Op], ...] = (Source, Elementwise, Norm, Reduction, Movement, Product)
"""All of them, without those inside another."""
