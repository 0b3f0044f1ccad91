"""The layer table: a row for each operator of a network, in the order of execution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, overload

from archmeter.analyzers.answers import Answer, Table, maker
from archmeter.models.ops import Pair, Shape


@dataclass(frozen=True, slots=True)
class Layer(Answer):
    """One operator of a network."""

    path: str
    operator: str
    detail: str
    """Knobs of the operator."""

    input_shapes: tuple[Shape, ...]
    output_shape: Shape
    params: int
    trainable_params: int
    buffers: int
    macs: int
    flops: int
    """2 per MAC and whatever else it computes."""

    activations: int
    """Elements, if it is a convolution or a linear layer."""

    output_bytes: int
    """Size of its result."""

    saved_bytes: int
    """What autograd keeps because of it that was not kept already."""

    receptive_field: Pair
    """Pixels of the input that one element sees, (height, width)."""

    stride: Pair
    """Pixels of the input between neighbouring elements."""


_as_layer = maker(Layer)


class LayerTable(Table[Layer]):
    """Rows, kept in columns and put together when somebody looks at them.

    Args:
        columns: the fields of `Layer`, in their order, with an entry for each operator.
        start: index of the first row in them.
    """

    __slots__ = ("_columns", "_start")

    def __init__(self, columns: Sequence[Sequence[Any]], start: int = 0) -> None:
        self._columns = columns
        self._start = start

    def __len__(self) -> int:
        return len(self._columns[0]) - self._start

    def __iter__(self) -> Iterator[Layer]:
        return islice(map(_as_layer, *self._columns), self._start, None)

    @overload
    def __getitem__(self, place: int) -> Layer: ...
    @overload
    def __getitem__(self, place: slice) -> LayerTable: ...
    def __getitem__(self, place: int | slice) -> Layer | LayerTable:
        if isinstance(place, slice):
            chosen = range(self._start, len(self._columns[0]))[place]
            return LayerTable([[column[i] for i in chosen] for column in self._columns])
        index = range(self._start, len(self._columns[0]))[place]
        return Layer(*[column[index] for column in self._columns])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LayerTable) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # compared by what is in it, which takes its time

    def __repr__(self) -> str:
        return f"LayerTable({list(self)!r})"
