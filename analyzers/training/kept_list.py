"""Why autograd keeps what: a table for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzers.saved_tensors import kept
from analyzers.storage import INDEX_BYTES, Extra
from analyzers.training.step import TrainingStep


class KeptTensor(NamedTuple):
    """A tensor that outlives the forward pass for the sake of the backward pass.

    Attributes:
        path: the operator that made it.
        kept_by: the first operator that keeps it.
        reason: what that needs it for.
        dtype: of its elements.
        size_bytes: of its storage.
    """

    path: str
    kept_by: str
    reason: str
    dtype: str
    size_bytes: int


def kept_list(step: TrainingStep) -> list[KeptTensor]:
    """Everything kept in a training step, in the order in which it begins to be."""
    return list(_rows(step))


def _rows(step: TrainingStep) -> Iterator[KeptTensor]:
    profile = step.profile
    paths, tensors = profile.paths, profile.graph.tensors
    called_again = {segment.start: segment.path for segment in step.segments}
    for keeping in step.kept:
        by = paths[keeping.at]
        if keeping.root is None:
            for dtype, size in _parts(keeping.extra, profile.dtype, profile.item_size):
                yield KeptTensor(by, by, kept.reason(tensors[keeping.at].call), dtype, size)
            continue
        maker = paths[keeping.root]
        if keeping.argument:
            part = called_again[keeping.at]
            reason = "An argument of the part, which is called again."
            yield KeptTensor(maker, part, reason, profile.dtype, keeping.size)
        else:
            reason = kept.reason(tensors[keeping.at].call)
            yield KeptTensor(maker, by, reason, profile.dtype, keeping.size)


def _parts(extra: Extra, dtype: str, item_size: int) -> Iterator[tuple[str, int]]:
    """What is computed besides, by dtype."""
    if extra.plain:
        yield dtype, extra.plain * item_size
    if extra.statistics:
        double = "float64" if dtype == "float64" else "float32"
        yield double, Extra(statistics=extra.statistics).bytes(item_size)
    if extra.indices:
        yield "int64", extra.indices * INDEX_BYTES
