"""Rooflines: how long a network takes on a device at least, and which layers spend it.

A kernel cannot be quicker than its multiplications at the matrix rate, its other operations at the
vector rate, or its bytes at the bandwidth of memory; Williams, Waterman & Patterson 2009,
doi:10.1145/1498765.1498785. Kernels run one after another, and each reads its operands from memory
and writes its result there. So the sum over kernels is a bound and no forecast: real kernels reach
a part of the peaks. What beats it is a cache that keeps a whole tensor from one kernel to the next;
the floor is what not even that beats.

Every convolution is granted the matrix rate, a depthwise one too, although it has no use for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Literal

from archmeter.analyzers.answers import Answer, Rows, maker
from archmeter.analyzers.compute import flops, macs
from archmeter.analyzers.devices import TIME, Peaks
from archmeter.analyzers.fusion import Kernel, kernels
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.storage import INDEX_BYTES
from archmeter.models.graph import Call
from archmeter.models.ops import Conv2d
from archmeter.models.precision import ITEM_SIZES, float_type

Limit = Literal["compute", "bandwidth"]
LayerKind = Literal[
    "convolution",
    "pointwise convolution",
    "grouped convolution",
    "depthwise convolution",
    "matrix product",
    "norm",
    "activation",
    "pool",
    "elementwise",
    "softmax",
    "copy",
]


@dataclass(frozen=True, slots=True)
class RooflineRow(Answer):
    """A kernel: one operator, and those that are fused into it."""

    path: str
    """Path of the first operator."""

    stage: str
    """The part of the network that it belongs to."""

    operator: str
    """Class of the first operator."""

    kind: LayerKind
    """What sort of layer the first operator is."""

    detail: str
    """Knobs of the first operator."""

    fused: tuple[str, ...]
    """Paths of the operators that run in the same kernel, in order."""

    output_shape: tuple[int, ...]
    """Shape of the last operator's result."""

    matrix_flops: int
    """FLOPs of matrix units: two for each MAC."""

    vector_flops: int
    """FLOPs of all other operations."""

    read_bytes: int
    """Bytes of other kernels' results, and of the input."""

    weight_bytes: int
    """Bytes of weights, each read once."""

    written_bytes: int
    """Bytes of the result."""

    bytes: int
    """All bytes that are moved."""

    intensity: float
    """FLOPs per byte."""

    limit: Limit
    """Whether computing or moving takes longer."""

    compute_seconds: float
    """The larger of both kinds of FLOPs at their rates."""

    memory_seconds: float
    """Bytes at the bandwidth."""

    seconds: float
    """The larger of compute and memory."""

    share: float
    """Part of the seconds of all kernels."""


_as_row = maker(RooflineRow)


@dataclass(frozen=True, slots=True)
class TimeShare(Answer):
    """What the layers of one kind in one stage take of the bound."""

    stage: str
    """The stem, stage or head that the layers are in."""

    kind: LayerKind
    """What sort of layer it is."""

    kernels: int
    """How many kernels."""

    flops: int
    """FLOPs of matrix and vector units."""

    bytes: int
    """All bytes that they move."""

    seconds: float
    """What they take of the bound."""

    flops_share: float
    """Part of the network's FLOPs."""

    share: float
    """Part of the network's bound."""

    limit: Limit
    """Where most of these seconds go, computing or moving."""


@dataclass(frozen=True, slots=True)
class TimeBound(Answer):
    """The least time of some kernels: no run of them, one after another, is quicker."""

    kernels: int
    """How many kernels."""

    flops: int
    """FLOPs of matrix and vector units."""

    bytes: int
    """All bytes that they move."""

    intensity: float
    """FLOPs per byte."""

    seconds: float
    """What one batch takes at least."""

    images_per_second: float
    """Images a second at most."""

    compute_share: float
    """Part of the seconds in kernels that are bound by computing."""

    bandwidth_share: float
    """Part of the seconds in kernels that are bound by memory."""


@dataclass(frozen=True, slots=True)
class Roofline(Answer):
    """The least time that one network takes on one device, kernel by kernel."""

    rows: Rows[RooflineRow]
    """One for each kernel, in an order in which they can run."""

    bound: TimeBound
    """The least time of all of them together."""

    @property
    def spent(self) -> Rows[TimeShare]:
        """Seconds by stage and kind of layer, the largest share first."""
        return _spent(self.rows)


def roofline(profile: Profile, peaks: Peaks, *, fused: bool = True) -> Roofline:
    """The least time that a network takes on a device.

    Args:
        profile: the network with its batch and dtype.
        peaks: of the device, for that dtype.
        fused: whether elementwise operators run in the kernels that produce their operands; see
            `analyzers.fusion`.

    Raises:
        UnsupportedDType: if weights and activations are of several types.
    """
    item_size = ITEM_SIZES[float_type(profile.dtype, TIME)]
    paths = profile.graph.paths()
    timed = [
        (kernel, *_seconds(kernel, item_size, peaks))
        for kernel in kernels(profile.graph, fused=fused)
    ]
    total = sum([max(compute, memory) for _, compute, memory in timed])
    rows = Rows([_row(*one, item_size, paths, total) for one in timed])
    return Roofline(rows, _bound(rows, total, profile.input_shape[0]))


def floor(profile: Profile, peaks: Peaks) -> float:
    """Seconds that nothing can beat: all results stay on the chip, all units are always busy.

    Only the input, the weights and the outputs go through memory.
    """
    graph, totals = profile.graph, profile.totals
    given = prod(profile.input_shape) + sum(prod(output.shape) for output in graph.outputs)
    weights = sum(
        weight.size
        for tensor in graph.tensors
        if not tensor.reuses
        for weight in tensor.call.weights
        if weight.role != "counter"
    )
    moved = (given + weights) * ITEM_SIZES[float_type(profile.dtype, TIME)]
    return max(
        2 * totals.macs / peaks.matrix_flops_per_s,
        (totals.flops - 2 * totals.macs) / peaks.vector_flops_per_s,
        moved / peaks.bytes_per_s,
    )


def needed_bytes(profile: Profile) -> int:
    """What the device's memory has to hold at once: weights, buffers, input and the peak."""
    memory = profile.memory
    return (
        memory.weights_bytes
        + memory.buffers_bytes
        + memory.input_bytes
        + memory.inference_peak_bytes
    )


@lru_cache(16_384)
def kind(call: Call) -> LayerKind:
    """What sort of layer an operator is."""
    op = call.op
    if isinstance(op, Conv2d):
        if op.groups > 1:
            alone = op.groups == call.input_shapes[0][1]
            return "depthwise convolution" if alone else "grouped convolution"
        return "pointwise convolution" if op.kernel == (1, 1) else "convolution"
    if macs(call):
        return "matrix product"
    what, count = flops(call)
    if not count:
        return "copy"
    return "elementwise" if what == "bias" else what


def _moved(kernel: Kernel, item_size: int) -> tuple[int, int, int]:
    """Bytes read of tensors and of weights, and written."""
    return (
        kernel.reads * item_size,
        kernel.weights * item_size + kernel.index_reads * INDEX_BYTES,
        kernel.writes * item_size,
    )


def _seconds(kernel: Kernel, item_size: int, peaks: Peaks) -> tuple[float, float]:
    """Time to compute, both kinds of units side by side, and time to move."""
    compute = max(
        kernel.matrix_flops / peaks.matrix_flops_per_s,
        kernel.vector_flops / peaks.vector_flops_per_s,
    )
    return compute, sum(_moved(kernel, item_size)) / peaks.bytes_per_s


def _row(
    kernel: Kernel,
    compute: float,
    memory: float,
    item_size: int,
    paths: Sequence[str],
    total: float,
) -> RooflineRow:
    first, last = kernel.operators[0], kernel.operators[-1]
    read, weights, written = _moved(kernel, item_size)
    moved = read + weights + written
    path = paths[first.index]
    seconds = max(compute, memory)
    return _as_row(
        path,
        path.partition(".")[0],
        type(first.op).__name__,
        kind(first.call),
        first.op.detail,
        tuple([paths[tensor.index] for tensor in kernel.operators[1:]]),
        last.shape,
        kernel.matrix_flops,
        kernel.vector_flops,
        read,
        weights,
        written,
        moved,
        (kernel.matrix_flops + kernel.vector_flops) / moved,
        "compute" if compute > memory else "bandwidth",
        compute,
        memory,
        seconds,
        seconds / total,
    )


def _bound(rows: Sequence[RooflineRow], seconds: float, images: int) -> TimeBound:
    computed = sum([row.matrix_flops + row.vector_flops for row in rows])
    moved = sum([row.bytes for row in rows])
    computing = sum([row.seconds for row in rows if row.limit == "compute"])
    return TimeBound(
        kernels=len(rows),
        flops=computed,
        bytes=moved,
        intensity=computed / moved,
        seconds=seconds,
        images_per_second=images / seconds,
        compute_share=computing / seconds,
        bandwidth_share=1 - computing / seconds,
    )


def _spent(rows: Sequence[RooflineRow]) -> Rows[TimeShare]:
    groups: dict[tuple[str, LayerKind], list[RooflineRow]] = {}
    for row in rows:
        groups.setdefault((row.stage, row.kind), []).append(row)
    all_flops = _flops(rows)
    found = [
        TimeShare(
            stage=stage,
            kind=what,
            kernels=len(group),
            flops=_flops(group),
            bytes=sum(row.bytes for row in group),
            seconds=sum(row.seconds for row in group),
            flops_share=_flops(group) / all_flops,
            share=sum(row.share for row in group),
            limit=_mostly(group),
        )
        for (stage, what), group in groups.items()
    ]
    return Rows(sorted(found, key=lambda spent: -spent.seconds))


def _flops(rows: Iterable[RooflineRow]) -> int:
    return sum(row.matrix_flops + row.vector_flops for row in rows)


def _mostly(rows: Sequence[RooflineRow]) -> Limit:
    """Where most of the seconds of some kernels go."""
    computing = sum(row.seconds for row in rows if row.limit == "compute")
    return "compute" if 2 * computing > sum(row.seconds for row in rows) else "bandwidth"
