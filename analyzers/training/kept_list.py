"""Why autograd keeps what: a table for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.storage import INDEX_BYTES, Extra
from archmeter.analyzers.training.reasons import Part, copy_reason, reason
from archmeter.analyzers.training.step import TrainingStep


@dataclass(frozen=True, slots=True)
class KeptTensor(Answer):
    """A tensor that outlives the forward pass for the sake of the backward pass."""

    path: str
    """The operator that made it."""

    kept_by: str
    """The first operator that keeps it."""

    reason: str
    """What that needs it for."""

    dtype: str
    """Type of its elements."""

    size_bytes: int
    """Size of its storage."""


def kept_list(step: TrainingStep) -> Rows[KeptTensor]:
    """Everything kept in a training step, in the order in which it begins to be."""
    return Rows(_rows(step))


def _rows(step: TrainingStep) -> Iterator[KeptTensor]:
    profile = step.profile
    paths, tensors, storage = profile.paths, profile.graph.tensors, profile.storage
    precision = profile.precision
    called_again = {segment.start: segment.path for segment in step.segments}
    for keeping in step.kept:
        by, call = paths[keeping.at], tensors[keeping.at].call
        dtype = precision.type_of(keeping.item_size)
        if keeping.copy:
            why = copy_reason(call, keeping.copy, dtype)
            yield KeptTensor(by, by, why, dtype, keeping.size)
            continue
        if keeping.root is None:
            for part, kind, size in _parts(keeping.extra, dtype, keeping.item_size):
                yield KeptTensor(by, by, reason(call, part), kind, size)
            continue
        maker = paths[keeping.root]
        if keeping.argument:
            again = called_again[keeping.at]
            why = "An argument of the part, which is called again."
            yield KeptTensor(maker, again, why, dtype, keeping.size)
        else:
            # An operator that keeps its result in place of its input may have written over that.
            own = step.autograd.keeps[keeping.at].output and storage[keeping.at] == keeping.root
            why = reason(call, "result" if own else "input")
            yield KeptTensor(maker, by, why, dtype, keeping.size)


def _parts(extra: Extra, dtype: str, item_size: int) -> Iterator[tuple[Part, str, int]]:
    """What is computed besides, by dtype."""
    if extra.plain:
        yield "plain", dtype, extra.plain * item_size
    if extra.statistics:
        double = "float64" if dtype == "float64" else "float32"
        yield "statistics", double, Extra(statistics=extra.statistics).bytes(item_size)
    if extra.indices:
        yield "indices", "int64", extra.indices * INDEX_BYTES
