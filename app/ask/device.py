"""The device that a network runs on: one of the catalogue, or one described by its rates."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from archmeter.analyzers.devices import Device, Peaks, device, devices
from archmeter.app.ask.request import Known, Request
from archmeter.models.errors import ArchmeterError
from archmeter.models.precision import DType

DEFAULT_DEVICE = "h100"
"""The device of charts and pages whose reader has not chosen one."""

DeviceName = Annotated[Annotated[str, Field(min_length=1, max_length=100)] | None, Known(devices)]
Rate = Annotated[float, Field(ge=1, le=1e24, allow_inf_nan=False)]


class NoDevice(ArchmeterError):
    """Neither a device nor the rates of one were given."""


class DeviceOptions(Request):
    """A device, by its name or by its rates."""

    device: DeviceName = None
    """A device of `/v1/devices`; it may be left out if both rates are given."""

    tf32: bool = True
    """Whether matrices of float32 are multiplied in TF32, where the device has units for it."""

    flops_per_s: Rate | None = None
    """A peak rate of your own, in place of the device's matrix rate; without a device, that of all
    FLOPs."""

    bytes_per_s: Rate | None = None
    """A bandwidth of your own, in place of that of the device's memory."""

    def resolve(self, dtype: DType) -> tuple[Device | None, Peaks]:
        """The device that is named, if one is, and its peak rates for a type.

        Raises:
            UnknownDevice: if no device has the name.
            UnknownRate: if it has no published rate for the type.
            NoDevice: if there is neither a device nor two rates.
        """
        if self.device is not None:
            found = device(self.device)
            printed = found.peaks(dtype, tf32=self.tf32)
            return found, replace(
                printed,
                matrix_flops_per_s=self.flops_per_s or printed.matrix_flops_per_s,
                bytes_per_s=self.bytes_per_s or printed.bytes_per_s,
            )
        if self.flops_per_s is None or self.bytes_per_s is None:
            raise NoDevice(
                "name a device, or give both flops_per_s and bytes_per_s",
                field="device",
                accepted=", ".join(devices()),
            )
        return None, Peaks(self.flops_per_s, self.flops_per_s, self.bytes_per_s)
