"""The sizes of a network, read from its graph: blocks and channels of each stage, resolution."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from archmeter.analyzers.answers import Answer
from archmeter.models.graph import Graph, Scope
from archmeter.models.ops import Conv2d, LayerNorm, Linear, Pair, Permute

_MAP_DIMENSIONS = 4


@dataclass(frozen=True, slots=True)
class Sizes(Answer):
    """How deep and wide each stage of a network is, and how large its input."""

    depths: tuple[int, ...]
    """Blocks of each stage; layers with weights where it has no blocks."""

    widths: tuple[int, ...]
    """Channels that each stage hands on."""

    group_widths: tuple[int, ...]
    """Channels of a group of each stage's first grouped convolution; 0 for none."""

    resolution: Pair
    """Height and width of the input in pixels."""


def sizes(graph: Graph) -> Sizes:
    """What a graph says of its own sizes."""
    stages = [scope for scope in graph.root.children if scope.is_stage]
    return Sizes(
        depths=tuple([_blocks(graph, stage) for stage in stages]),
        widths=tuple([channels(graph, stage.end - 1) for stage in stages]),
        group_widths=tuple([_group_width(graph, stage) for stage in stages]),
        resolution=(graph.input.shape[2], graph.input.shape[3]),
    )


def channels(graph: Graph, index: int) -> int:
    """Channels an operator makes: of maps (N, C, H, W) or (N, H, W, C), of tokens (N, L, C)."""
    return graph.calls[index].shape[channel_dimension(graph, index)]


def _blocks(graph: Graph, stage: Scope) -> int:
    """How often a stage repeats its block; what stands there once may be a downsampling."""
    counts = Counter([child.label for child in stage.children])
    repeated = max(counts.values(), default=0)
    if repeated <= 1:
        # Dense and cross-stage blocks are one scope around a chain of layers or blocks.
        chains = [child.children for child in stage.children if _is_chain(graph, child.children)]
        repeated = max(map(len, chains), default=repeated)
    return repeated or sum(bool(call.weights) for call in graph.calls[stage.start : stage.end])


def _is_chain(graph: Graph, scopes: Sequence[Scope]) -> bool:
    """Whether scopes have one name and each reads what there is only since the one before it."""

    def reads(scope: Scope, before: Scope) -> bool:
        return any(
            before.start <= index - back < scope.start
            for index in range(scope.start, scope.end)
            for back in graph.sources[index]
        )

    return len({scope.label for scope in scopes}) == 1 and all(
        reads(later, earlier) for earlier, later in pairwise(scopes)
    )


def channel_dimension(graph: Graph, index: int) -> int:
    """Where the channels are: the operator that made a result says it, or one before that."""
    calls = graph.calls
    while len(calls[index].shape) == _MAP_DIMENSIONS and graph.sources[index]:
        op = calls[index].op
        if isinstance(op, LayerNorm | Linear):
            return -1
        if isinstance(op, Conv2d):
            return 1
        operands = [index - back for back in graph.sources[index]]
        # Of several maps the one that was made last: another may come from an earlier stage. What
        # weighs the channels of a map is none.
        maps = [operand for operand in operands if len(calls[operand].shape) == _MAP_DIMENSIONS]
        index = max(maps or operands, key=lambda i: (prod(calls[i].shape), i))
        if isinstance(op, Permute):
            return op.dims.index(channel_dimension(graph, index) % len(op.dims))
    return 1 if len(calls[index].shape) == _MAP_DIMENSIONS else -1


def _group_width(graph: Graph, stage: Scope) -> int:
    for call in graph.calls[stage.start : stage.end]:
        if isinstance(call.op, Conv2d) and call.op.groups > 1:
            return call.input_shapes[0][1] // call.op.groups
    return 0
