"""Facts: everything the rules say about one operator, and columns of them for a whole network."""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import NamedTuple

from analyzers.compute import FlopKind, activations, flops, macs
from analyzers.inference_peak import workspace
from analyzers.params import weights
from analyzers.receptive_field import Window, windows
from analyzers.saved_tensors import Kept, kept
from analyzers.storage import Extra
from models.graph import Call, Graph, Tensor
from models.ops import Parameter, Shape


class Facts(NamedTuple):
    """What follows from an operator and its shapes alone."""

    operator: str
    detail: str
    input_shapes: tuple[Shape, ...]
    shape: Shape
    trainable: int
    frozen: int
    buffers: int
    counters: int
    macs: int
    flops: int
    flop_kind: FlopKind
    other_flops: int
    activations: int
    elements: int
    shares_storage: bool
    shares_at_inference: bool
    workspace: Extra
    kept: Kept
    window: Window | None


@lru_cache(16_384)
def facts(call: Call) -> Facts:
    """Everything the rules say about one call, which many operators and networks share."""
    op = call.op
    mac = macs(call)
    kind, other = flops(call)
    shares = op.view or op.overwrites
    return Facts(
        type(op).__name__,
        op.detail,
        call.input_shapes,
        call.shape,
        *weights(call),
        mac,
        2 * mac + other,
        kind,
        other,
        activations(call),
        0 if isinstance(op, Parameter) else prod(call.shape),  # a weight, and counted as one
        shares,
        shares or op.only_in_training,
        workspace(call),
        kept(call),
        windows(call),
    )


class Columns(NamedTuple):
    """`Facts` of all operators in the order of execution: the same fields, a tuple of each."""

    operator: tuple[str, ...]
    detail: tuple[str, ...]
    input_shapes: tuple[tuple[Shape, ...], ...]
    shape: tuple[Shape, ...]
    trainable: tuple[int, ...]
    frozen: tuple[int, ...]
    buffers: tuple[int, ...]
    counters: tuple[int, ...]
    macs: tuple[int, ...]
    flops: tuple[int, ...]
    flop_kind: tuple[FlopKind, ...]
    other_flops: tuple[int, ...]
    activations: tuple[int, ...]
    elements: tuple[int, ...]
    shares_storage: tuple[bool, ...]
    shares_at_inference: tuple[bool, ...]
    workspace: tuple[Extra, ...]
    kept: tuple[Kept, ...]
    window: tuple[Window | None, ...]


def columns(graph: Graph) -> Columns:
    """Facts of every operator of a network, the input first."""
    return Columns(*zip(*map(_of, graph.tensors), strict=True))


def _of(tensor: Tensor) -> Facts:
    """Facts of one operator; with the weights of another it owns none."""
    known = facts(tensor.call)
    if tensor.reuses:
        return known._replace(trainable=0, frozen=0, buffers=0, counters=0)
    return known
