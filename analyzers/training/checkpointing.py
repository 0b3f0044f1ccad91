"""Activation checkpointing: parts that keep only what they were called with.

The backward pass calls such a part again, so memory is paid for with MACs (Chen et al. 2016,
arXiv:1604.06174). A part is a scope, which is one call of one module, so what it was called with
are the tensors from before that are used inside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from archmeter.models.errors import ArchmeterError
from archmeter.models.graph import Graph, Scope

NONE, BLOCKS, STAGES = "none", "block", "stage"


class UnknownPart(ArchmeterError):
    """What is to be computed again is no part of the network."""

    code = "unknown_part"


class Segment(NamedTuple):
    """A part that is computed again.

    Attributes:
        start: index of its first operator.
        end: index after its last.
        arguments: indexes of the tensors it is called with.
    """

    path: str
    start: int
    end: int
    arguments: tuple[int, ...]


def segments(graph: Graph, storage: Sequence[int], policy: str | Sequence[str]) -> list[Segment]:
    """The parts that a policy computes again, in order.

    A part that writes over what it was called with cannot be called again and is left out.

    Args:
        graph: the network.
        storage: for each tensor the one that allocated its storage.
        policy: ``none``, ``block`` (the parts of each stage), ``stage``, the label of parts
            anywhere, or paths.

    Raises:
        UnknownPart: if no part has such a label or path, or two paths overlap.
    """
    chosen = _chosen(graph, policy)
    found = [_segment(graph, scope) for scope in chosen]
    return [segment for segment in found if _repeats(graph, storage, segment)]


def policies(graph: Graph) -> tuple[str, ...]:
    """Policies by name that say something about a network, the finest parts last."""
    repeated = {
        scope.label
        for scope in _scopes(graph.root)
        if scope.depth > 2 and not scope.children  # noqa: PLR2004 - inside blocks
    }
    return (NONE, STAGES, BLOCKS, *sorted(repeated))


def _chosen(graph: Graph, policy: str | Sequence[str]) -> list[Scope]:
    if policy == NONE:
        return []
    stages = [scope for scope in graph.root.children if scope.is_stage]
    if policy == STAGES:
        return stages
    if policy == BLOCKS:
        return [block for stage in stages for block in stage.children]
    if isinstance(policy, str):
        found = list(_labelled(graph.root, policy))
        if not found:
            raise _unknown(graph, policy)
        return found
    by_path = {scope.path: scope for scope in _scopes(graph.root)}
    for path in policy:
        if path not in by_path:
            raise _unknown(graph, path)
    chosen = sorted({by_path[path] for path in policy}, key=lambda scope: scope.start)
    for before, after in pairwise(chosen):
        if after.start < before.end:
            raise UnknownPart(
                f"{before.path} and {after.path} overlap",
                field="checkpoint",
                value=after.path,
                accepted="parts that do not contain one another",
            )
    return chosen


def _unknown(graph: Graph, name: str) -> UnknownPart:
    return UnknownPart(
        f"there is no part {name!r:.80} to compute again",
        field="checkpoint",
        value=name,
        accepted=", ".join(policies(graph)) + ", or paths such as stage1",
    )


def _scopes(scope: Scope) -> Iterator[Scope]:
    for child in scope.children:
        yield child
        yield from _scopes(child)


def _labelled(scope: Scope, label: str) -> Iterator[Scope]:
    """The outermost scopes with a label."""
    for child in scope.children:
        if child.label == label:
            yield child
        else:
            yield from _labelled(child, label)


def _segment(graph: Graph, scope: Scope) -> Segment:
    used = (x.index for t in graph.tensors[scope.start : scope.end] for x in t.inputs)
    before = dict.fromkeys(index for index in used if index < scope.start)
    return Segment(scope.path, scope.start, scope.end, tuple(before))


def _repeats(graph: Graph, storage: Sequence[int], segment: Segment) -> bool:
    """Whether it can be called again: it leaves what it was called with as it was."""
    inside = range(segment.start, segment.end)
    return bool(inside) and not any(
        graph.tensors[i].op.overwrites and storage[i] < segment.start for i in inside
    )
