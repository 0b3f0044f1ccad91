"""One pass over a graph: a row for each operator, roll-ups of blocks and stages, totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property, partial
from itertools import accumulate
from math import prod
from typing import Any, NamedTuple, TypeVar

from analyzers.compute import FLOP_KINDS, activations, flops, macs
from analyzers.inference_peak import inference_peak, workspace
from analyzers.params import COUNTER_BYTES, weights
from analyzers.receptive_field import receptive_fields, windows
from analyzers.saved_tensors import kept, kept_bytes
from analyzers.storage import storages
from models.errors import GraphTooLarge
from models.graph import MAX_EXACT, Graph, Scope
from models.ops import Pair, Shape
from models.spec import ITEM_SIZES, ArchitectureSpec, DType, InputSpec

T = TypeVar("T")

COUNTING_RULES = "1"
"""Version of all rules in this package that decide a figure; stored with every result."""


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


class RollUp(NamedTuple):
    """The sum of the rows of a stage or a block, and the shape it hands on."""

    path: str
    operators: int
    params: int
    buffers: int
    macs: int
    flops: int
    activations: int
    saved_bytes: int
    output_shape: Shape
    blocks: tuple[RollUp, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The roll-up as JSON; a block has no blocks of its own."""
        record = self._asdict()
        record["blocks"] = [block.as_dict() for block in self.blocks]
        if not self.blocks:
            del record["blocks"]
        return record


class Totals(NamedTuple):
    """Sums over all rows."""

    params: int
    trainable_params: int
    frozen_params: int
    buffers: int
    macs: int
    flops: int
    activations: int
    operators: int
    flops_by_kind: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """The totals as JSON."""
        return self._asdict()


class Memory(NamedTuple):
    """Bytes, for the batch and dtype asked for.

    Attributes:
        inference_peak_bytes: largest sum of live tensors, besides input and weights.
        inference_peak_path: the operator that runs at that moment.
        training_saved_bytes: what autograd keeps for backward, besides input and weights.
    """

    weights_bytes: int
    buffers_bytes: int
    input_bytes: int
    inference_peak_bytes: int
    inference_peak_path: str
    training_saved_bytes: int

    def as_dict(self) -> dict[str, Any]:
        """The figures as JSON."""
        return self._asdict()


class Profile:
    """What a network costs, for one batch and dtype.

    What follows from an operator and its shapes alone is read once for each call: totals weigh it
    by how often the call was made, columns of the layer table pick it by the call's number.

    Memory, rows and roll-ups are worked out when asked for: a search over many specs looks at the
    totals alone.

    Raises:
        GraphTooLarge: if a total is beyond integers that every reader of JSON keeps exact.
    """

    def __init__(self, graph: Graph, dtype: DType = "float32") -> None:
        self.graph = graph
        self.dtype = dtype
        self._item_size = ITEM_SIZES[dtype]
        calls = graph.calls
        self._numbers = [tensor.call.number for tensor in graph.tensors]
        self._again = [tensor for tensor in graph.tensors if tensor.reuses]
        self._owned = [weights(call) for call in calls]
        self._macs = macs.over(calls)
        self._other_flops = flops.over(calls)
        self._activations = activations.over(calls)
        self._sizes = [prod(call.shape) * self._item_size for call in calls]
        self.totals = self._totals()
        _refuse_inexact(self.totals.flops, self.totals.params)

    @property
    def input_shape(self) -> Shape:
        """(N, C, H, W) of the input."""
        return self.graph.input.shape

    @property
    def output_shape(self) -> Shape:
        """Shape of the first output."""
        return self.graph.outputs[0].shape

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The layer table, in the order of execution, without the input."""
        tensors, calls = self.graph.tensors, self.graph.calls
        columns = self._columns
        fields = receptive_fields(tensors, windows.over(calls))
        rows = zip(
            self.graph.paths(),
            self._pick([type(call.op).__name__ for call in calls]),
            self._pick([call.op.detail for call in calls]),
            self._pick([call.input_shapes for call in calls]),
            self._pick([call.shape for call in calls]),
            columns.params,
            self._pick_owned([owned.trainable for owned in self._owned]),
            columns.buffers,
            columns.macs,
            columns.flops,
            columns.activations,
            self._pick(self._sizes),
            columns.saved_bytes,
            [field.size for field in fields],
            [field.stride for field in fields],
            strict=True,
        )
        next(rows)  # the input is not a layer
        return tuple(map(_as_row, rows))

    @cached_property
    def stages(self) -> tuple[RollUp, ...]:
        """Stem, stages and head, each with its blocks; together they are the whole network."""
        sums = [list(accumulate(column, initial=0)) for column in self._columns]

        def roll_up(scope: Scope, blocks: tuple[RollUp, ...] = ()) -> RollUp:
            start, end = scope.start, scope.end
            params, buffers, macs, flops, activations, saved_bytes = [
                total[end] - total[start] for total in sums
            ]
            return RollUp(
                path=scope.path,
                operators=end - start,
                params=params,
                buffers=buffers,
                macs=macs,
                flops=flops,
                activations=activations,
                saved_bytes=saved_bytes,
                output_shape=self.graph.tensors[end - 1].shape,
                blocks=blocks,
            )

        return tuple(
            roll_up(stage, tuple(map(roll_up, stage.children)) if stage.is_stage else ())
            for stage in self.graph.root.children
        )

    @cached_property
    def memory(self) -> Memory:
        """Bytes, at inference and in training.

        Raises:
            GraphTooLarge: if they are too many to be exact.
        """
        item_size, graph = self._item_size, self.graph
        spaces = [space.bytes(item_size) for space in workspace.over(graph.calls)]
        peak = inference_peak(graph, self._storage, self._sizes, spaces)
        saved = sum(self._saved_bytes)
        _refuse_inexact(peak.size, saved)
        counters = self._counters
        return Memory(
            weights_bytes=self.totals.params * item_size,
            buffers_bytes=(self.totals.buffers - counters) * item_size + counters * COUNTER_BYTES,
            input_bytes=self._sizes[0],
            inference_peak_bytes=peak.size,
            inference_peak_path=graph.tensors[peak.at].path,
            training_saved_bytes=saved,
        )

    @cached_property
    def _storage(self) -> list[int]:
        return storages(self.graph)

    @cached_property
    def _saved_bytes(self) -> list[int]:
        keeps = kept.over(self.graph.calls)
        return kept_bytes(self.graph, self._storage, self._sizes, keeps, self._item_size)

    @cached_property
    def _columns(self) -> _Columns:
        others = self._other_flops
        return _Columns(
            params=self._pick_owned([owned.params for owned in self._owned]),
            buffers=self._pick_owned([owned.all_buffers for owned in self._owned]),
            macs=self._pick(self._macs),
            flops=self._pick(
                [2 * mac + count for mac, (_, count) in zip(self._macs, others, strict=True)]
            ),
            activations=self._pick(self._activations),
            saved_bytes=self._saved_bytes,
        )

    def _pick(self, by_call: list[T]) -> list[T]:
        """One entry for each operator, from one for each call."""
        return [by_call[number] for number in self._numbers]

    def _pick_owned(self, by_call: list[int]) -> list[int]:
        """The same for weights; an operator that uses those of another owns none."""
        column = self._pick(by_call)
        for tensor in self._again:
            column[tensor.index] = 0
        return column

    def _totals(self) -> Totals:
        times = Counter(self._numbers)
        owning = times.copy()
        owning.subtract(tensor.call.number for tensor in self._again)
        self._counters = _weighted([owned.counters for owned in self._owned], owning)
        by_kind: dict[str, int] = dict.fromkeys(("mac", *FLOP_KINDS), 0)
        by_kind["mac"] = 2 * _weighted(self._macs, times)
        for number, (kind, count) in enumerate(self._other_flops):
            by_kind[kind] += count * times[number]
        trainable = _weighted([owned.trainable for owned in self._owned], owning)
        frozen = _weighted([owned.frozen for owned in self._owned], owning)
        return Totals(
            params=trainable + frozen,
            trainable_params=trainable,
            frozen_params=frozen,
            buffers=_weighted([owned.all_buffers for owned in self._owned], owning),
            macs=by_kind["mac"] // 2,
            flops=sum(by_kind.values()),
            activations=_weighted(self._activations, times),
            operators=len(self._numbers) - 1,
            flops_by_kind=by_kind,
        )


class _Columns(NamedTuple):
    """Columns of the layer table that are also summed up, in the order of a `RollUp`."""

    params: list[int]
    buffers: list[int]
    macs: list[int]
    flops: list[int]
    activations: list[int]
    saved_bytes: list[int]


def _refuse_inexact(*totals: int) -> None:
    """Totals are stored and sent as integers that every reader of JSON keeps exact."""
    if max(totals) > MAX_EXACT:
        raise GraphTooLarge(f"a total of {max(totals):.3g} is beyond exact integers in JSON")


def _weighted(by_call: list[int], times: Mapping[int, int]) -> int:
    """The sum over operators of what is known for each call."""
    return sum([by_call[number] * count for number, count in times.items()])


def analyze(spec: ArchitectureSpec, input: InputSpec | None = None) -> Profile:  # noqa: A002
    """What an architecture costs.

    Raises:
        ShapeError: if its sizes do not fit together.
        GraphTooLarge: if there is too much of it.
    """
    how = input or InputSpec()
    return Profile(spec.graph(how.batch), how.dtype)
