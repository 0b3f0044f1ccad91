"""Rooflines as people ask for them: on a device of the catalogue, or on one of their own."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from archmeter.analyzers.devices import Device, Peaks, device, devices
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.roofline import (
    Bound,
    RooflineRow,
    Spent,
    floor,
    needed_bytes,
    roofline,
)
from archmeter.app.schemas import AnalysisId, AnalysisInput, Body, Derived, described
from archmeter.models.errors import ArchmeterError
from archmeter.models.spec import DType

Rate = Annotated[float, Field(ge=1, le=1e24, allow_inf_nan=False)]


class NoDevice(ArchmeterError):
    """Neither a device nor the rates of one were given."""

    code = "no_device"


class RooflineQuery(BaseModel):
    """On what, and how the network runs there."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, frozen=True)

    device: str | None = None
    """A device of `/v1/devices`; may be left out if both rates are given."""

    fused: bool = True
    """Whether rows are kernels with elementwise operators fused into them; else operators."""

    tf32: bool = True
    """Whether matrices of float32 are multiplied in TF32, where the device has units for it."""

    flops_per_s: Rate | None = None
    """Your own peak, in place of the device's matrix rate; without a device, of all FLOPs."""

    bytes_per_s: Rate | None = None
    """Your own bandwidth, in place of that of the device's memory."""


RooflineFigures = create_model(
    "RooflineRow", __base__=Derived, __doc__=RooflineRow.__doc__, **described(RooflineRow)
)
SpentFigures = create_model("Spent", __base__=Derived, __doc__=Spent.__doc__, **described(Spent))
BoundFigures = create_model(
    "TimeBound", __base__=Derived, __doc__=Bound.__doc__, **described(Bound)
)
PeakFigures = create_model("Peaks", __base__=Derived, __doc__=Peaks.__doc__, **described(Peaks))


class RooflineDevice(PeakFigures):
    """The device, at the rates that this network is granted there."""

    name: str | None
    """Of `/v1/devices`; null for one that was described by its rates."""

    title: str
    memory_bytes: int | None
    """Size of its memory; null if that is not known."""

    ridge: float
    """FLOPs per byte at which computing matrices takes as long as moving: bound by less, below."""


class RooflineReport(Body):
    """The least time that a network takes on a device: a bound, and no forecast.

    Each kernel takes at least its FLOPs at the peak rate or its bytes at the peak bandwidth,
    whichever is longer, and kernels run one after another. Real ones reach a part of the peaks.
    """

    id: AnalysisId
    name: str
    input: AnalysisInput
    device: RooflineDevice
    fused: bool
    """What the rows are: kernels with elementwise operators fused into them, or operators."""

    fused_bound: BoundFigures
    """With elementwise operators fused into the kernels that produce their operands."""

    separate_bound: BoundFigures
    """With each operator a kernel of its own, its operands and result in memory."""

    floor_seconds: float
    """What not even a cache that keeps every result can beat: only input, weights and outputs move,
    and all units are busy all the time."""

    needed_bytes: int
    """Weights, buffers, input and inference peak together."""

    fits: bool | None
    """Whether that is in the device's memory; null if its size is not known."""

    spent: list[SpentFigures]
    """Which layers spend the bound that the rows sum to: by stage and kind, the largest first."""

    rows: list[RooflineFigures]
    """Every kernel, in an order in which they can run."""


def granted(query: RooflineQuery, dtype: DType) -> tuple[Device | None, Peaks]:
    """The device that was asked for, if it has a name, and its peaks for a type.

    Raises:
        UnknownDevice: if no device has the name.
        UnknownRate: if it has no published rate for the type.
        NoDevice: if there is neither a device nor two rates.
    """
    if query.device is not None:
        found = device(query.device)
        printed = found.peaks(dtype, tf32=query.tf32)
        return found, printed._replace(
            matrix_flops_per_s=query.flops_per_s or printed.matrix_flops_per_s,
            bytes_per_s=query.bytes_per_s or printed.bytes_per_s,
        )
    if query.flops_per_s is None or query.bytes_per_s is None:
        raise NoDevice(
            "name a device, or give both flops_per_s and bytes_per_s",
            field="device",
            accepted=", ".join(devices()),
        )
    return None, Peaks(query.flops_per_s, query.flops_per_s, query.bytes_per_s)


def report(key: str, name: str, profile: Profile, query: RooflineQuery) -> dict[str, Any]:
    """The body as `RooflineReport` describes it.

    Raises:
        ArchmeterError: as `granted`.
    """
    found, peaks = granted(query, profile.dtype)
    fused, separate = (roofline(profile, peaks, fused=both) for both in (True, False))
    shown = fused if query.fused else separate
    needed = needed_bytes(profile)
    return {
        "id": key,
        "name": name,
        "input": {
            "batch": profile.input_shape[0],
            "dtype": profile.dtype,
            "shape": profile.input_shape,
        },
        "device": {
            "name": found.name if found else None,
            "title": found.title if found else "a device of your own",
            "memory_bytes": found.memory_bytes if found else None,
            **peaks._asdict(),
            "ridge": peaks.matrix_flops_per_s / peaks.bytes_per_s,
        },
        "fused": query.fused,
        "fused_bound": fused.bound.as_dict(),
        "separate_bound": separate.bound.as_dict(),
        "floor_seconds": floor(profile, peaks),
        "needed_bytes": needed,
        "fits": needed <= found.memory_bytes if found else None,
        "spent": [spent.as_dict() for spent in shown.spent],
        "rows": [row.as_dict() for row in shown.rows],
    }
