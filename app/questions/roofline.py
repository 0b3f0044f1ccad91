"""Bound the time of a network on a device from below, and show which layers spend it.

A bound, and no forecast: each kernel takes at least its FLOPs at the peak rate or its bytes at the
peak bandwidth, whichever is longer, and kernels run one after another. Real ones reach a part of
the peak rates.
"""

from dataclasses import dataclass
from typing import Annotated

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.answers.units import duration, si, size
from archmeter.analyzers.devices import Device, Peaks
from archmeter.analyzers.roofline import (
    RooflineRow,
    TimeBound,
    TimeShare,
    floor,
    needed_bytes,
    roofline,
)
from archmeter.app.ask import AboutInput, Network, NetworkRequest, Printer, Question
from archmeter.app.ask.device import DeviceOptions

_NOTE = (
    "A bound, no forecast: every kernel at the peak rate or the peak bandwidth, one after another. "
    "SI units: 1 T = 10^12, 1 GB = 10^9 bytes."
)


class RooflineRequest(DeviceOptions, NetworkRequest):
    """A network, a device, and how the network runs there."""

    fused: bool = True
    """Whether rows are kernels with elementwise operators fused into them; otherwise each operator
    is a kernel of its own."""


@dataclass(frozen=True, slots=True)
class RooflineDevice(Peaks):
    """A device, at the rates that a network can have there at best."""

    name: str | None
    """Of `/v1/devices`; null for one that was described by its rates."""

    title: str
    memory_bytes: int | None
    """Size of its memory; null if that is not known."""

    ridge: float
    """FLOPs per byte at which computing matrices takes as long as moving; with fewer, moving takes
    longer."""


@dataclass(frozen=True)
class RooflineReport(AboutInput):
    """The least time that a network takes on a device: a bound, and no forecast."""

    device: RooflineDevice
    fused: bool
    """What the rows are: kernels with elementwise operators fused into them, or operators."""

    fused_bound: TimeBound
    """With elementwise operators fused into the kernels that produce their operands."""

    separate_bound: TimeBound
    """With each operator a kernel of its own, its operands and result in memory."""

    floor_seconds: float
    """What not even a cache that keeps every result can beat: only input, weights and outputs move,
    and all units are busy all the time."""

    needed_bytes: int
    """Weights, buffers, input and inference peak together."""

    fits: bool | None
    """Whether that is in the device's memory; null if its size is not known."""

    spent: Rows[TimeShare]
    """Which layers spend the bound that the rows sum to: by stage and kind, the largest first."""

    rows: Rows[RooflineRow]
    """Every kernel, in an order in which they can run."""


def answer(network: Network, request: RooflineRequest) -> RooflineReport:
    """Bound the time, with and without fusion."""
    device, peaks = request.resolve(network.input.dtype)
    profile = network.profile()
    fused, separate = (roofline(profile, peaks, fused=both) for both in (True, False))
    shown = fused if request.fused else separate
    needed = needed_bytes(profile)
    return RooflineReport.about(
        network,
        device=_described(device, peaks),
        fused=request.fused,
        fused_bound=fused.bound,
        separate_bound=separate.bound,
        floor_seconds=floor(profile, peaks),
        needed_bytes=needed,
        fits=needed <= device.memory_bytes if device else None,
        spent=Rows(shown.spent),
        rows=shown.rows,
    )


def _described(device: Device | None, peaks: Peaks) -> RooflineDevice:
    return peaks.beside(
        RooflineDevice,
        name=device.name if device else None,
        title=device.title if device else "a device of your own",
        memory_bytes=device.memory_bytes if device else None,
        ridge=peaks.matrix_flops_per_s / peaks.bytes_per_s,
    )


def show(
    answer: RooflineReport,
    out: Printer,
    *,
    layers: Annotated[int, "How many of the longest kernels to list."] = 10,
) -> None:
    """The bounds, what spends them, and the longest kernels."""
    device = answer.device
    out.heading(f"{answer.name} on {device.title}")
    out.line(
        f"{size(answer.input.shape)} {answer.input.dtype}; "
        f"{si(round(device.matrix_flops_per_s), 'FLOP/s')} for matrices, "
        f"{si(round(device.bytes_per_s), 'B/s')}; "
        f"{device.ridge:.1f} FLOPs per byte at the ridge"
    )
    out.rows(
        "stage {stage} | kind {kind} | bound by {limit} || kernels {kernels} | FLOPs {flops:flops} "
        "| bytes {bytes:bytes} | of FLOPs {flops_share:.1%} | of time {share:.1%} "
        "| time {seconds:seconds}",
        answer.spent,
    )
    if layers:
        out.rows(
            "longest kernels {path} | knobs {:knobs} | bound by {limit} || fused {fused:count} "
            "| FLOPs per byte {intensity:.2f} | of time {share:.1%} | time {seconds:seconds}",
            sorted(answer.rows, key=lambda row: -row.seconds)[:layers],
            knobs=lambda row: f"{row.operator} {row.detail}".strip(),
        )
    for label, bound in (("fused", answer.fused_bound), ("separate", answer.separate_bound)):
        out.line(f"{label:<12} {_bound(bound)}")
    out.line(f"{'floor':<12} {duration(answer.floor_seconds)}, were every result kept on the chip")
    out.line(f"{'memory':<12} {si(answer.needed_bytes, 'B')}{_fits(answer)}")
    out.note(_NOTE)


def _bound(bound: TimeBound) -> str:
    return (
        f"at least {duration(bound.seconds)}, at most {bound.images_per_second:,.0f} "
        f"images/s; {si(bound.bytes, 'B')} in {bound.kernels} kernels; "
        f"{bound.compute_share:.0%} of the time computing, {bound.bandwidth_share:.0%} moving"
    )


def _fits(answer: RooflineReport) -> str:
    if answer.fits is None or answer.device.memory_bytes is None:
        return ""
    held = si(answer.device.memory_bytes, "B")
    return f", which fits into {held}" if answer.fits else f", which does not fit into {held}"


QUESTION = Question(
    path="roofline",
    ask=answer,
    show=show,
    rows=lambda answer: answer.rows,
    link="device=h100",
    asked={"ResNet-50 on an H200": "resnet50 --device h200 --batch 32"},
)
