"""Facts: everything the rules say about one operator, and columns of them for a whole network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import prod
from typing import Any, NamedTuple

from archmeter.analyzers.autocast import HALF, Run
from archmeter.analyzers.compute import FlopKind, activations, flops, macs
from archmeter.analyzers.inference_peak import workspace
from archmeter.analyzers.params import NO_WEIGHTS, weights
from archmeter.analyzers.reading import Rule, Survey
from archmeter.analyzers.receptive_field import Window, windows
from archmeter.analyzers.saved_tensors import NOTHING_KEPT, Kept, kept
from archmeter.analyzers.storage import NOTHING_EXTRA
from archmeter.models.graph import Call, Graph
from archmeter.models.ops import Op, Shape

SHOWN = 11
"""The first columns are shown in the layer table, in their order."""

MAX_KNOWN = 65_536
"""Calls of which the facts are remembered, for each size of an element."""


class Columns(NamedTuple):
    """What follows from each operator by itself, in the order of execution, the input first.

    Attributes:
        buffers: elements of all of them, ``counters`` included.
        size: bytes of the result; none of what is a weight itself.
        workspace: bytes taken while it runs at inference.
        kept_extra: bytes kept for backward besides tensors.
    """

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

    def running(self, runs: Sequence[Run]) -> Columns:
        """The same where each operator runs in a type of its own, of elements in half precision."""
        sizes = zip(self.size, runs, strict=True)
        return self._replace(
            size=[size // HALF * run.item_size for size, run in sizes],
            workspace=[run.workspace for run in runs],
            kept=[run.kept for run in runs],
            kept_extra=[run.kept.extra_bytes(run.inner_size) for run in runs],
        )


OWNED = ("params", "trainable", "buffers", "counters")
"""Columns of what belongs to an operator, rather than to the one whose weights it uses."""

Facts = tuple[Any, ...]
"""What follows from one call, and from the bytes that an element takes: an entry of each column."""

_survey = Survey(macs, flops, activations, workspace, kept, windows)
_known: dict[int, dict[Call, Facts]] = {}


def columns(graph: Graph, item_size: int) -> Columns:
    """Facts of every operator of a network.

    What is computed with the weights of another operator owns none.

    Args:
        graph: the network.
        item_size: bytes that an element takes.
    """
    found = Columns(*zip(*facts(graph.calls, item_size), strict=True))
    if not graph.reused:
        return found
    owned = {name: list(getattr(found, name)) for name in OWNED}
    for column in owned.values():
        for i in graph.reused:
            column[i] = 0
    return found._replace(**owned)


def facts(calls: Sequence[Call], item_size: int) -> list[Facts]:
    """Everything the rules say about calls, which many operators and networks share."""
    known = _known.setdefault(item_size, {})
    try:
        return list(map(known.__getitem__, calls))
    except KeyError:
        if len(known) > MAX_KNOWN:  # others may be reading it: it is given up, not emptied
            known = _known[item_size] = {}
    _work_out(calls, item_size, known)
    return list(map(known.__getitem__, calls))


def forget() -> None:
    """Start again with no facts, by the rules as they are now."""
    _known.clear()
    _of_kind.cache_clear()


def _work_out(calls: Sequence[Call], item_size: int, known: dict[Call, Facts]) -> None:
    """Add the facts of those calls that are not known."""
    otherwise, of_ops = _survey.otherwise, dict[int, tuple[Any, ...]]()
    for call in calls:
        if call in known:
            continue
        op, out, inputs = call.op, call.shape, call.input_shapes
        of_op = of_ops.get(id(op))
        if of_op is None:
            of_op = of_ops[id(op)] = _of_operator(op)
        operator, rules, owns, is_weight, detail, shares, shares_at_inference = of_op
        answers = otherwise.copy()
        if len(inputs) == 1:
            (x,) = inputs
            for i, rule in rules:
                answers[i] = rule(op, out, x)
        else:
            for i, rule in rules:
                answers[i] = rule(op, out, *inputs)
        mac, (kind, other), produced, space, keeps, window = answers
        trainable, frozen, buffers, counters = weights(call) if owns else NO_WEIGHTS
        known[call] = (
            operator,
            detail,
            inputs,
            out,
            trainable + frozen,
            trainable,
            buffers + counters,
            mac,
            2 * mac + other,
            produced,
            0 if is_weight else prod(out) * item_size,
            counters,
            kind,
            other,
            shares,
            shares_at_inference,
            0 if space is NOTHING_EXTRA else space.bytes(item_size),
            keeps,
            0 if keeps is NOTHING_KEPT else keeps.extra_bytes(item_size),
            window,
        )


def _of_operator(op: Op) -> tuple[Any, ...]:
    """What follows from an operator, whatever it is applied to."""
    shares = op.view or op.overwrites
    return (*_of_kind(type(op)), op.detail, shares, shares or op.only_in_training)


@cache
def _of_kind(kind: type[Op]) -> tuple[str, Sequence[tuple[int, Rule[Any]]], bool, bool]:
    """Name and rules of a class of operators; whether they own weights, or are weights."""
    return kind.__name__, _survey.rules(kind), kind.weights is not Op.weights, kind.is_weight
