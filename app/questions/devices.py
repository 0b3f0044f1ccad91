"""List the devices that rooflines are drawn for, with their peak rates and their memory."""

from dataclasses import dataclass
from functools import partial
from typing import Self

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.answers.units import si
from archmeter.analyzers.devices import Device, devices
from archmeter.app.ask import Printer, Question, Request
from archmeter.app.ask.listing import Listing

_RATES = "Dense peaks in FLOPs a second, as printed; matrix units | vector units. SI units."
_UNITS = ("float64", "float32", "tf32", "float16", "bfloat16")


class DevicesRequest(Request):
    """All devices."""


@dataclass(frozen=True, slots=True)
class DeviceInfo(Device):
    """A device by the figures its maker prints. Rates are dense, in FLOPs and bytes a second."""

    links: dict[str, str]

    @classmethod
    def of(cls, device: Device) -> Self:
        """Describe a device."""
        return device.beside(cls, links={"self": f"/v1/devices/{device.name}"})


@dataclass(frozen=True)
class DeviceList(Listing):
    """Every device there is."""

    items: Rows[DeviceInfo]


def catalogue(request: DevicesRequest) -> DeviceList:
    """Describe each."""
    return DeviceList.at("/v1/devices", request, Rows(map(DeviceInfo.of, devices().values())))


def show(answer: DeviceList, out: Printer) -> None:
    """One line for each device."""
    out.rows(
        "device {name} | title {title} || memory {memory_bytes:bytes} "
        "| bandwidth {bytes_per_s:bytes}/s | float64 {:float64} | float32 {:float32} "
        "| TF32 {:tf32} | float16 {:float16} | bfloat16 {:bfloat16}",
        answer.items,
        **{unit: partial(_rates, unit) for unit in _UNITS},
    )
    out.note(_RATES)


def _rates(unit: str, device: Device) -> str:
    """Of matrix and vector units; a dash where nothing is printed."""
    found = (device.matrix_flops_per_s.get(unit), device.vector_flops_per_s.get(unit))
    if found == (None, None):
        return "-"
    return " | ".join("-" if rate is None else si(rate) for rate in found)


QUESTION = Question(path="devices", ask=catalogue, show=show, rows=lambda answer: answer.items)
