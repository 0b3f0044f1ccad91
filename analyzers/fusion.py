"""Fusion: which operators run together as one kernel, and what it moves then.

By itself each operator that computes or moves anything is a kernel, and its result goes through
memory. Fused, an elementwise operator (activation, addition, product, constant, batch norm at
inference) joins the kernel that produces one of its operands, if

1. that operand has as many elements as the result, so that each element is at hand when it is
   needed: a gate that is broadcast does not qualify, the map it acts on does;
2. nothing else uses that operand, and it is no output of the network, so that nobody misses it.

Of several such operands it is the first. The kernel then reads the other operands, and neither
writes nor reads that one. Between the two may lie views of the whole operand and what does nothing
at inference. A kernel runs where its last operator stands: by then all other operands are computed,
for what is inside a kernel is used nowhere else.

Norms that take statistics of their input, reductions, pools and copies are kernels of their own,
which others may join. Nothing is fused into the kernel that reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import NamedTuple

from archmeter.analyzers.compute import flops, macs
from archmeter.analyzers.traffic import NOTHING_MOVED, Traffic, traffic
from archmeter.models.graph import Call, Graph, Tensor


class Cost(NamedTuple):
    """What one operator costs wherever it runs.

    Attributes:
        matrix_flops: two for each MAC.
        vector_flops: all others.
        weights: elements it owns and reads.
        traffic: what it moves when it runs by itself.
        size: elements of its result.
        passes: whether its result is its first input, all of it and unchanged.
        repeats: whether its result is its first input several times over, as a view.
    """

    matrix_flops: int
    vector_flops: int
    weights: int
    traffic: Traffic
    size: int
    passes: bool
    repeats: bool


class Kernel(NamedTuple):
    """Operators that run together.

    Attributes:
        operators: in the order of execution.
        reads: elements of other kernels' results, and of the input.
        weights: elements of weights.
        index_reads: int64 elements.
        writes: elements of the result.
    """

    operators: tuple[Tensor, ...]
    reads: int
    weights: int
    index_reads: int
    writes: int
    matrix_flops: int
    vector_flops: int


@lru_cache(16_384)
def cost(call: Call) -> Cost:
    """What follows from an operator and its shapes alone."""
    op = call.op
    size = prod(call.shape)
    seen = prod(call.input_shapes[0]) if op.view else 0
    return Cost(
        matrix_flops=2 * macs(call),
        vector_flops=flops(call)[1],
        weights=0
        if op.is_weight
        else sum([weight.size for weight in call.weights if weight.role != "counter"]),
        traffic=traffic(call),
        size=size,
        passes=size == seen or op.only_in_training,
        repeats=size > seen > 0,
    )


def kernels(graph: Graph, *, fused: bool) -> list[Kernel]:
    """The kernels of a network, in an order in which they can run.

    Args:
        graph: the network.
        fused: whether elementwise operators join the kernels that produce their operands.
    """
    tensors = graph.tensors
    costs = [cost(tensor.call) for tensor in tensors]
    places = _joined(graph, costs) if fused else list(range(len(tensors)))
    groups: dict[int, list[Tensor]] = {}
    for tensor, place in zip(tensors, places, strict=True):
        if costs[tensor.index].traffic is not NOTHING_MOVED:
            groups.setdefault(place, []).append(tensor)
    found = [_kernel(operators, places, costs, tensors) for operators in groups.values()]
    return sorted(found, key=_end) if fused else found


def _end(kernel: Kernel) -> int:
    return kernel.operators[-1].index


def _joined(graph: Graph, costs: Sequence[Cost]) -> list[int]:
    """For each operator the first one of the kernel that it runs in."""
    tensors = graph.tensors
    uses = [0] * len(tensors)
    for tensor in tensors:
        for x in dict.fromkeys(tensor.inputs):
            uses[x.index] += 1
    for output in graph.outputs:
        uses[output.index] += 1
    places = list(range(len(tensors)))
    for i, tensor in enumerate(tensors):
        known = costs[i]
        if known.passes:
            # What passes through is where it was; that it goes on to one user counts below.
            places[i] = places[tensor.inputs[0].index]
        if not known.traffic.elementwise:
            continue
        for x in tensor.inputs:
            if costs[x.index].size == known.size and _is_spare(x, uses, costs):
                places[i] = places[x.index]
                break
    return places


def _is_spare(x: Tensor, uses: Sequence[int], costs: Sequence[Cost]) -> bool:
    """Whether a tensor is computed for one user alone, by an operator of the network."""
    while uses[x.index] == 1:
        if not costs[x.index].passes:
            return costs[x.index].traffic is not NOTHING_MOVED
        x = x.inputs[0]
    return False


def _kernel(
    operators: Sequence[Tensor],
    places: Sequence[int],
    costs: Sequence[Cost],
    tensors: Sequence[Tensor],
) -> Kernel:
    first = operators[0]
    place = places[first.index]
    if len(operators) == len(first.inputs) == 1:
        x, known = first.inputs[0], costs[first.index]
        if not (costs[x.index].repeats or x.op.is_weight):  # the common case, and the quick one
            return Kernel(
                (first,),
                known.traffic.reads[0],
                known.weights,
                known.traffic.index_reads,
                known.traffic.writes,
                known.matrix_flops,
                known.vector_flops,
            )
    reads: dict[int, int] = {}
    weights = index_reads = matrix_flops = vector_flops = 0
    for tensor in operators:
        known = costs[tensor.index]
        weights += known.weights
        matrix_flops += known.matrix_flops
        vector_flops += known.vector_flops
        index_reads += known.traffic.index_reads
        for x, read in zip(tensor.inputs, known.traffic.reads, strict=True):
            source = x.index
            while costs[source].passes or costs[source].repeats:
                source = tensors[source].inputs[0].index
            if len(operators) > 1 and places[source] == place:
                continue  # handed on inside the kernel
            # However often it is used here: a kernel needs each element once.
            reads[source] = max(reads.get(source, 0), min(read, costs[source].size))
    taken = sum([read for source, read in reads.items() if tensors[source].op.is_weight])
    return Kernel(
        tuple(operators),
        sum(reads.values()) - taken,
        weights + taken,
        index_reads,
        costs[operators[-1].index].traffic.writes,
        matrix_flops,
        vector_flops,
    )
