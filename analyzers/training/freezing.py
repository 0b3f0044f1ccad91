"""Transfer learning: which weights train, and through which tensors gradients flow.

What is frozen takes no gradient and no optimizer state; what comes before the first weights that
train keeps nothing for the backward pass.
"""

from __future__ import annotations

from collections.abc import Sequence

from archmeter.models.errors import ArchmeterError
from archmeter.models.graph import Graph, Scope
from archmeter.models.ops import BatchNorm

NOTHING, BACKBONE, BATCH_NORM = "none", "backbone", "batch_norm"


class UnknownFreeze(ArchmeterError):
    """What is to be frozen is no part of the network."""

    code = "unknown_freeze"


def trained(graph: Graph, freeze: str = NOTHING) -> list[bool]:
    """For each operator whether the weights that it uses train.

    Args:
        graph: the network.
        freeze: ``none``; ``backbone``, all but the head; ``batch_norm``, which then keeps its
            statistics too, as in evaluation; or a part such as ``stage2``: up to and with it.
            Several between commas are frozen together.

    Raises:
        UnknownFreeze: if the network has no such part.
    """
    parts = {part.strip() for part in freeze.split(",")}
    norms_train = BATCH_NORM not in parts
    end = max((_end_of_frozen(graph, part) for part in parts - {NOTHING, BATCH_NORM}), default=0)
    # Weights used again belong to whoever used them first.
    owners = (tensor.reuses or tensor for tensor in graph.tensors)
    return [
        owner.call.trains
        and owner.index >= end
        and (norms_train or not isinstance(owner.op, BatchNorm))
        for owner in owners
    ]


def gradients_reach(graph: Graph, trains: Sequence[bool]) -> list[bool]:
    """For each tensor whether a gradient flows to it: weights that train come before, or there."""
    reached = [False] * len(trains)
    for i, tensor in enumerate(graph.tensors):
        reached[i] = trains[i] or any(reached[x.index] for x in tensor.inputs)
    return reached


def freezable(graph: Graph) -> tuple[str, ...]:
    """Every value that ``freeze`` may have for a network."""
    parts = _parts(graph)
    head = (BACKBONE,) if any(part.label == "head" for part in parts) else ()
    return (NOTHING, *head, BATCH_NORM, *(part.path for part in parts if part.label != "head"))


def _end_of_frozen(graph: Graph, freeze: str) -> int:
    """Index of the first operator that is not frozen."""
    for part in _parts(graph):
        if freeze == BACKBONE and part.label == "head":
            return part.start
        if freeze == part.path:
            return part.end
    raise UnknownFreeze(
        f"there is no part {freeze!r:.80} to freeze up to",
        field="freeze",
        value=freeze,
        accepted=f"one or more of {', '.join(freezable(graph))}, between commas",
    )


def _parts(graph: Graph) -> list[Scope]:
    """Stem, stages and head; auxiliary heads are no step on the way."""
    return [scope for scope in graph.root.children if not scope.label.startswith("aux")]
