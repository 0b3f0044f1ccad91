"""One pass over a graph: a row for each operator, roll-ups of blocks and stages, totals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, TypeVar

from pydantic import Field

from archmeter.analyzers.answers import Answer, Rows, maker
from archmeter.analyzers.autocast import Run, runs
from archmeter.analyzers.compute import FLOP_KINDS
from archmeter.analyzers.facts import SHOWN, Columns, columns
from archmeter.analyzers.folding import Folded, fold
from archmeter.analyzers.inference_peak import inference_peak
from archmeter.analyzers.layer_table import LayerTable
from archmeter.analyzers.params import COUNTER_BYTES
from archmeter.analyzers.quantized import quantized_bytes
from archmeter.analyzers.receptive_field import receptive_fields
from archmeter.analyzers.saved_tensors import kept_bytes
from archmeter.analyzers.storage import storages
from archmeter.analyzers.training.freezing import trained
from archmeter.analyzers.training.kept_tensors import Autograd
from archmeter.models.errors import GraphTooLarge
from archmeter.models.graph import MAX_EXACT, Graph, Scope
from archmeter.models.ops import Shape
from archmeter.models.precision import PRECISIONS, DType
from archmeter.models.spec import ArchitectureSpec, InputSpec

COUNTING_RULES = "5"
"""Version of all rules in this package that decide a figure; stored with every result."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Block(Answer):
    """A block of a stage: the sums over its operators, and the shape it hands on."""

    path: str
    operators: int
    params: int
    buffers: int
    macs: int
    flops: int
    activations: int
    saved_bytes: int
    """What autograd keeps because of it that was not kept already."""

    output_shape: Shape
    """Shape that it hands on."""


@dataclass(frozen=True, slots=True)
class Stage(Block):
    """A stage, stem or head: the sums over its operators, and the same for each of its blocks."""

    blocks: Annotated[Rows[Block], Field(exclude_if=lambda blocks: not blocks)] = field(
        default_factory=Rows
    )
    """Its blocks in order; left out where it has none."""


_block, _stage = maker(Block), maker(Stage)


@dataclass(frozen=True, slots=True)
class Totals(Answer):
    """What a network costs: the sums over all of its operators."""

    params: int
    trainable_params: int
    frozen_params: int
    buffers: int
    macs: int
    flops: int
    """2 per MAC and whatever else is computed."""

    activations: int
    """Elements that convolutions and linear layers make."""

    operators: int
    flops_by_kind: dict[str, int]
    """FLOPs by what they are for; they sum to `flops`."""


@dataclass(frozen=True, slots=True)
class Memory(Answer):
    """The bytes that a network needs, for the batch and dtype asked for."""

    weights_bytes: int
    buffers_bytes: int
    input_bytes: int
    inference_peak_bytes: int
    """Largest sum of live tensors, besides input and weights; under autocast copies of weights are
    among them."""

    inference_peak_path: str
    """The operator that runs at that moment."""

    training_saved_bytes: int
    """What autograd keeps for backward, besides input and weights; under autocast copies of weights
    are among it. Nothing of a network that only infers: quantised, or with norms folded."""


class Profile:
    """What a network costs, for one batch and dtype.

    What follows from each operator is kept in columns, with an entry for each, the input first.
    Memory, rows and roll-ups are worked out when asked for: a search over many specs looks at the
    totals alone.

    Raises:
        GraphTooLarge: if a total is beyond integers that every reader of JSON keeps exact.
    """

    def __init__(self, graph: Graph, dtype: DType = "float32") -> None:
        self.graph = graph
        self.dtype = dtype
        self.precision = PRECISIONS[dtype]
        self.item_size = self.precision.item_size
        lists = self.precision.autocast
        # Copies of weights add up from block to block: none of these stands for another.
        self._folded = Folded(graph) if lists else fold(graph)
        self._folded_columns = columns(self._folded.graph, self.item_size)
        self.runs: Sequence[Run] | None = None
        """How each operator runs under autocast."""
        if lists:
            self.runs = runs(graph, lists)
            self._folded_columns = self._folded_columns.running(self.runs)
        self.totals = self._totals()
        largest = max(self._folded_columns.size) // self.item_size
        _refuse_inexact(self.totals.flops, self.totals.params, largest)

    @property
    def input_shape(self) -> Shape:
        """(N, C, H, W) of the input."""
        return self.graph.input.shape

    @property
    def output_shape(self) -> Shape:
        """Shape of the first output."""
        return self.graph.outputs[0].shape

    @cached_property
    def paths(self) -> list[str]:
        """Dotted names of the operators, the input first."""
        return self.graph.paths()

    @cached_property
    def columns(self) -> Columns:
        """What follows from each operator by itself."""
        unfold, folded = self._folded.unfold, self._folded_columns
        return Columns(*self._shown, *map(unfold, folded[len(self._shown) :]))

    @property
    def sizes(self) -> Sequence[int]:
        """Bytes of the result of each operator; none of what is a weight itself."""
        return self.columns.size

    @property
    def spaces(self) -> Sequence[int]:
        """Bytes that each operator takes while it runs at inference."""
        return self.columns.workspace

    @property
    def made(self) -> Sequence[int]:
        """The same with copies of weights, which stay to the end of a forward pass."""
        if self.runs is None:
            return self.sizes
        return [size + run.copies.weights for size, run in zip(self.sizes, self.runs, strict=True)]

    @property
    def trains(self) -> bool:
        """Whether it can be trained as it stands: not quantised, nor with norms folded."""
        return self.precision.bits is None and not self.graph.norms_folded

    @cached_property
    def storage(self) -> list[int]:
        """For each tensor the one that allocated its storage, in training."""
        return storages(self.graph, self.columns.shares_storage)

    @cached_property
    def storage_at_inference(self) -> list[int]:
        """For each tensor the one that allocated its storage, at inference."""
        return storages(self.graph, self.columns.shares_at_inference)

    @cached_property
    def rows(self) -> LayerTable:
        """The layer table, in the order of execution, without the input."""
        folded = self._folded
        windows = folded.unfold(self._folded_columns.window)
        seen = receptive_fields(self.graph, windows, folded.runs)
        columns = [self.paths, *self._shown, self._saved_bytes, *seen]
        return LayerTable(columns, start=1)  # the input is not a layer

    @cached_property
    def stages(self) -> Rows[Stage]:
        """Stem, stages and head, each with its blocks; together they are the whole network."""
        _, _, _, shapes, params, _, buffers, macs, flops, activations, _ = self._shown
        saved, added = self._saved_bytes, (params, buffers, macs, flops, activations)
        known: dict[Scope, list[int]] = {}

        def roll_up(make: Callable[..., T], scope: Scope, *more: object) -> T:
            start, end = scope.start, scope.end
            sums = known.get(scope.like)
            if sums is None:
                sums = known[scope.like] = [sum(column[start:end]) for column in added]
            kept = sum(saved[start:end])  # the first block may keep more than those like it
            return make(scope.path, end - start, *sums, kept, shapes[end - 1], *more)

        def blocks(stage: Scope) -> Rows[Block]:
            inside = stage.children if stage.is_stage else ()
            return Rows([roll_up(_block, block) for block in inside])

        stages = self.graph.root.children
        return Rows([roll_up(_stage, stage, blocks(stage)) for stage in stages])

    @cached_property
    def memory(self) -> Memory:
        """Bytes, at inference and in training.

        Raises:
            GraphTooLarge: if they are too many to be exact.
        """
        folded, columns, precision = self._folded, self._folded_columns, self.precision
        storage = self._folded_storage
        if columns.shares_at_inference != columns.shares_storage:
            storage = storages(folded.graph, columns.shares_at_inference)
        made = self.made if self.runs else columns.size
        peak = inference_peak(folded.graph, storage, columns.size, columns.workspace, made)
        saved = sum(self._saved_bytes)
        _refuse_inexact(peak.size, saved)
        counters = sum(folded.gather(columns.counters))
        size, buffers = precision.weight_size, self.totals.buffers - counters
        quantized = quantized_bytes(self.graph, precision) if precision.bits else None
        return Memory(
            weights_bytes=self.totals.params * size if quantized is None else quantized,
            buffers_bytes=buffers * size + counters * COUNTER_BYTES,
            input_bytes=columns.size[0],
            inference_peak_bytes=peak.size,
            inference_peak_path=self.graph.path(folded.unfold_index(peak.at)),
            training_saved_bytes=saved,
        )

    @cached_property
    def _shown(self) -> list[Sequence[Any]]:
        """Those columns that the layer table shows: the first ones."""
        return list(map(self._folded.unfold, self._folded_columns[:SHOWN]))

    @cached_property
    def _saved_bytes(self) -> Sequence[int]:
        folded, columns = self._folded, self._folded_columns
        if not self.trains:
            return [0] * len(self.graph.calls)
        if self.runs:
            return Autograd.of(self, trained(self.graph)).kept_by_operator()
        kept, extra, storage = columns.kept, columns.kept_extra, self._folded_storage
        return folded.unfold(kept_bytes(folded.graph, storage, columns.size, kept, extra))

    @cached_property
    def _folded_storage(self) -> list[int]:
        return storages(self._folded.graph, self._folded_columns.shares_storage)

    def _totals(self) -> Totals:
        columns, gather = self._folded_columns, self._folded.gather
        macs, params = sum(gather(columns.macs)), sum(gather(columns.params))
        trainable = sum(gather(columns.trainable))
        by_kind: dict[str, int] = dict.fromkeys(("mac", *FLOP_KINDS), 0)
        by_kind["mac"] = 2 * macs
        for kind, count in zip(columns.flop_kind, gather(columns.other_flops), strict=True):
            by_kind[kind] += count
        return Totals(
            params=params,
            trainable_params=trainable,
            frozen_params=params - trainable,
            buffers=sum(gather(columns.buffers)),
            macs=macs,
            flops=sum(gather(columns.flops)),
            activations=sum(gather(columns.activations)),
            operators=len(self.graph.calls) - 1,
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
