"""Facts: everything the rules say about one operator, and columns of them for a whole network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import repeat
from math import prod
from typing import NamedTuple

from analyzers.compute import FlopKind, activations, flops, macs
from analyzers.inference_peak import workspace
from analyzers.params import weights
from analyzers.reading import Survey
from analyzers.receptive_field import Window, windows
from analyzers.saved_tensors import Kept, kept
from models.graph import Call, Graph
from models.ops import Shape

SHOWN = 11
"""The first facts are shown in the layer table, in their order."""


class Facts(NamedTuple):
    """What follows from an operator, its shapes, and the bytes that an element takes.

    Attributes:
        buffers: elements of all of them, ``counters`` included.
        size: bytes of the result; none of what is a weight itself.
        workspace: bytes taken while it runs at inference.
        kept_extra: bytes kept for backward besides tensors.
    """

    operator: str
    detail: str
    input_shapes: tuple[Shape, ...]
    shape: Shape
    params: int
    trainable: int
    buffers: int
    macs: int
    flops: int
    activations: int
    size: int
    counters: int
    flop_kind: FlopKind
    other_flops: int
    shares_storage: bool
    shares_at_inference: bool
    workspace: int
    kept: Kept
    kept_extra: int
    window: Window | None


_as_facts = partial(tuple.__new__, Facts)  # Facts._make, without counting the fields every time
_survey = Survey(macs, flops, activations, workspace, kept, windows)


@lru_cache(16_384)
def facts(call: Call, item_size: int) -> Facts:
    """Everything the rules say about one call, which many operators and networks share."""
    op = call.op
    trainable, frozen, buffers, counters = weights(call)
    mac, (kind, other), produced, space, keeps, window = _survey(call)
    elements = 0 if op.is_weight else prod(call.shape)  # counted with the weights
    shares = op.view or op.overwrites
    of_call = (
        type(op).__name__,
        op.detail,
        call.input_shapes,
        call.shape,
        trainable + frozen,
        trainable,
        buffers + counters,
        mac,
        2 * mac + other,
        produced,
        elements * item_size,
        counters,
        kind,
        other,
        shares,
        shares or op.only_in_training,
        space.bytes(item_size),
        keeps,
        keeps.extra_bytes(item_size),
        window,
    )
    return _as_facts(of_call)


class Columns(NamedTuple):
    """`Facts` of all operators in the order of execution: the same fields, a sequence of each."""

    operator: Sequence[str]
    detail: Sequence[str]
    input_shapes: Sequence[tuple[Shape, ...]]
    shape: Sequence[Shape]
    params: Sequence[int]
    trainable: Sequence[int]
    buffers: Sequence[int]
    macs: Sequence[int]
    flops: Sequence[int]
    activations: Sequence[int]
    size: Sequence[int]
    counters: Sequence[int]
    flop_kind: Sequence[FlopKind]
    other_flops: Sequence[int]
    shares_storage: Sequence[bool]
    shares_at_inference: Sequence[bool]
    workspace: Sequence[int]
    kept: Sequence[Kept]
    kept_extra: Sequence[int]
    window: Sequence[Window | None]


def columns(graph: Graph, item_size: int) -> Columns:
    """Facts of every operator of a network, the input first.

    What is computed with the weights of another operator owns none.
    """
    known = list(map(facts, graph.calls, repeat(item_size)))
    for i in graph.reused:
        known[i] = known[i]._replace(params=0, trainable=0, buffers=0, counters=0)
    return Columns(*zip(*known, strict=True))
