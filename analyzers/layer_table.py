"""The layer table: a row for each operator of a network, in the order of execution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, overload

from archmeter.models.ops import Pair, Shape


class Row(NamedTuple):
    """One operator of a network.

    Attributes:
        flops: 2 per MAC and whatever else it computes.
        activations: elements, if it is a convolution or a linear layer.
        saved_bytes: what autograd keeps because of it that was not kept already.
        receptive_field: pixels of the input that one element sees, (height, width).
        stride: pixels of the input between neighbouring elements.
    """

    path: str
    operator: str
    detail: str
    input_shapes: tuple[Shape, ...]
    output_shape: Shape
    params: int
    trainable_params: int
    buffers: int
    macs: int
    flops: int
    activations: int
    output_bytes: int
    saved_bytes: int
    receptive_field: Pair
    stride: Pair

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON."""
        return self._asdict()


_as_row = partial(tuple.__new__, Row)  # Row._make, without counting the columns of every row


class LayerTable(Sequence[Row]):
    """Rows, kept in columns and put together when somebody looks at them.

    Args:
        columns: the fields of `Row`, in their order, with an entry for each operator.
        start: index of the first row in them.
    """

    __slots__ = ("_columns", "_start")

    def __init__(self, columns: Sequence[Sequence[Any]], start: int = 0) -> None:
        self._columns = columns
        self._start = start

    def __len__(self) -> int:
        return len(self._columns[0]) - self._start

    def __iter__(self) -> Iterator[Row]:
        return islice(map(_as_row, zip(*self._columns, strict=True)), self._start, None)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> LayerTable: ...
    def __getitem__(self, place: int | slice) -> Row | LayerTable:
        if isinstance(place, slice):
            chosen = range(self._start, len(self._columns[0]))[place]
            return LayerTable([[column[i] for i in chosen] for column in self._columns])
        index = range(self._start, len(self._columns[0]))[place]
        return Row(*[column[index] for column in self._columns])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LayerTable) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # compared by what is in it, which takes its time

    def __repr__(self) -> str:
        return f"LayerTable({list(self)!r})"
