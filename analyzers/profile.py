"""One pass over a graph: a row for each operator, roll-ups of blocks and stages, totals."""

from __future__ import annotations

from functools import cached_property, partial
from itertools import accumulate
from operator import add
from typing import Any, NamedTuple

from analyzers.compute import FLOP_KINDS
from analyzers.facts import columns
from analyzers.inference_peak import inference_peak
from analyzers.params import COUNTER_BYTES
from analyzers.receptive_field import receptive_fields
from analyzers.saved_tensors import kept_bytes
from analyzers.storage import NOTHING_EXTRA, storages
from models.errors import GraphTooLarge
from models.graph import MAX_EXACT, Graph, Scope
from models.ops import Pair, Shape
from models.spec import ITEM_SIZES, ArchitectureSpec, DType, InputSpec

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

    Memory, rows and roll-ups are worked out when asked for: a search over many specs looks at the
    totals alone.

    Raises:
        GraphTooLarge: if a total is beyond integers that every reader of JSON keeps exact.
    """

    def __init__(self, graph: Graph, dtype: DType = "float32") -> None:
        self.graph = graph
        self.dtype = dtype
        self._item_size = ITEM_SIZES[dtype]
        self._columns = columns(graph)
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
        columns = self._columns
        rows = zip(
            self.graph.paths(),
            columns.operator,
            columns.detail,
            columns.input_shapes,
            columns.shape,
            self._params,
            columns.trainable,
            self._buffers,
            columns.macs,
            columns.flops,
            columns.activations,
            self._sizes,
            self._saved_bytes,
            *zip(*receptive_fields(self.graph.tensors, columns.window), strict=True),
            strict=True,
        )
        next(rows)  # the input is not a layer
        return tuple(map(_as_row, rows))

    @cached_property
    def stages(self) -> tuple[RollUp, ...]:
        """Stem, stages and head, each with its blocks; together they are the whole network."""
        columns = self._columns
        sums = [
            list(accumulate(column, initial=0))
            for column in (
                self._params,
                self._buffers,
                columns.macs,
                columns.flops,
                columns.activations,
                self._saved_bytes,
            )
        ]

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
                output_shape=columns.shape[end - 1],
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
        item_size, columns = self._item_size, self._columns
        spaces = [
            0 if space is NOTHING_EXTRA else space.bytes(item_size) for space in columns.workspace
        ]
        storage = storages(self.graph, columns.shares_at_inference)
        peak = inference_peak(self.graph, storage, self._sizes, spaces)
        saved = sum(self._saved_bytes)
        _refuse_inexact(peak.size, saved)
        return Memory(
            weights_bytes=self.totals.params * item_size,
            buffers_bytes=sum(columns.buffers) * item_size + sum(columns.counters) * COUNTER_BYTES,
            input_bytes=self._sizes[0],
            inference_peak_bytes=peak.size,
            inference_peak_path=self.graph.tensors[peak.at].path,
            training_saved_bytes=saved,
        )

    @cached_property
    def _params(self) -> list[int]:
        return list(map(add, self._columns.trainable, self._columns.frozen))

    @cached_property
    def _buffers(self) -> list[int]:
        return list(map(add, self._columns.buffers, self._columns.counters))

    @cached_property
    def _sizes(self) -> list[int]:
        item_size = self._item_size
        return [elements * item_size for elements in self._columns.elements]

    @cached_property
    def _saved_bytes(self) -> list[int]:
        columns = self._columns
        storage = storages(self.graph, columns.shares_storage)
        return kept_bytes(self.graph, storage, self._sizes, columns.kept, self._item_size)

    def _totals(self) -> Totals:
        columns = self._columns
        by_kind: dict[str, int] = dict.fromkeys(("mac", *FLOP_KINDS), 0)
        by_kind["mac"] = 2 * sum(columns.macs)
        for kind, count in zip(columns.flop_kind, columns.other_flops, strict=True):
            by_kind[kind] += count
        trainable, frozen = sum(columns.trainable), sum(columns.frozen)
        return Totals(
            params=trainable + frozen,
            trainable_params=trainable,
            frozen_params=frozen,
            buffers=sum(columns.buffers) + sum(columns.counters),
            macs=sum(columns.macs),
            flops=sum(columns.flops),
            activations=sum(columns.activations),
            operators=len(columns.operator) - 1,
            flops_by_kind=by_kind,
        )


def _refuse_inexact(*totals: int) -> None:
    """Totals are stored and sent as integers that every reader of JSON keeps exact."""
    if max(totals) > MAX_EXACT:
        raise GraphTooLarge(f"a total of {max(totals):.3g} is beyond exact integers in JSON")


def analyze(spec: ArchitectureSpec, input: InputSpec | None = None) -> Profile:  # noqa: A002
    """What an architecture costs.

    Raises:
        ShapeError: if its sizes do not fit together.
        GraphTooLarge: if there is too much of it.
    """
    how = input or InputSpec()
    return Profile(spec.graph(how.batch), how.dtype)
