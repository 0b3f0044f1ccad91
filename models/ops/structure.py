"""Operators that move, join, drop or rename elements without computing anything."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from models.errors import ShapeError
from models.ops.base import Op, Shape
from models.ops.sizes import as_maps


@dataclass(frozen=True, slots=True)
class Concat(Op):
    """Tensors laid one after another along a dimension."""

    dim: int = 1

    label = "concat"

    def shape(self, *inputs: Shape) -> Shape:
        first, dim = inputs[0], self.dim
        for x in inputs:
            if (*x[:dim], *x[dim + 1 :]) != (*first[:dim], *first[dim + 1 :]):
                raise ShapeError(f"cannot concatenate {first} and {x} along dimension {dim}")
        return (*first[:dim], sum(x[dim] for x in inputs), *first[dim + 1 :])


@dataclass(frozen=True, slots=True)
class Subsample(Op):
    """Every ``stride``-th row and column, as a view: ``x[:, :, ::s, ::s]``."""

    stride: int

    label = "subsample"
    view = True

    def shape(self, *inputs: Shape) -> Shape:
        n, c, h, w = as_maps("subsampling", inputs[0])
        return n, c, -(-h // self.stride), -(-w // self.stride)

    @property
    def detail(self) -> str:
        return f"/{self.stride}"


@dataclass(frozen=True, slots=True)
class PadChannels(Op):
    """Appends ``extra`` channels of zeros."""

    extra: int

    label = "pad"

    def shape(self, *inputs: Shape) -> Shape:
        n, c, h, w = as_maps("padding", inputs[0])
        return n, c + self.extra, h, w

    @property
    def detail(self) -> str:
        return f"{self.extra} zero channels"


@dataclass(frozen=True, slots=True)
class Reshape(Op):
    """The same elements in the same order under another shape; the batch stays in front."""

    size: Shape

    label = "reshape"
    view = True

    def shape(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        if prod(x[1:]) != prod(self.size):
            raise ShapeError(f"cannot reshape {x[1:]} into {self.size}")
        return (x[0], *self.size)


@dataclass(frozen=True, slots=True)
class Flatten(Op):
    """(N, ...) -> (N, product of the rest)."""

    label = "flatten"
    view = True

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0][0], prod(inputs[0][1:])
