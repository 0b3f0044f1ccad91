"""List the devices that rooflines are drawn for, with their peak rates and their memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.answers.units import si
from archmeter.analyzers.devices import Device, devices
from archmeter.app.ask.question import Question
from archmeter.app.ask.request import Request

if TYPE_CHECKING:
    from archmeter.app.cli.printer import Printer

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
        fields = {name: getattr(device, name) for name in Device.__dataclass_fields__}
        return cls(**fields, links={"self": f"/v1/devices/{device.name}"})


@dataclass(frozen=True, slots=True)
class DeviceList(Answer):
    """Every device there is."""

    items: Rows[DeviceInfo]
    total: int
    """How many there are."""

    links: dict[str, str]


def catalogue(_: DevicesRequest) -> DeviceList:
    """Describe each."""
    items = Rows(map(DeviceInfo.of, devices().values()))
    return DeviceList(items, len(items), {"self": "/v1/devices"})


def show(answer: DeviceList, out: Printer) -> None:
    """One line for each device."""
    lines = (
        [
            device.name,
            device.title,
            si(device.memory_bytes, "B"),
            si(device.bytes_per_s, "B/s"),
            *(_rates(device, unit) for unit in _UNITS),
        ]
        for device in answer.items
    )
    heads = ["memory", "bandwidth", "float64", "float32", "TF32", "float16", "bfloat16"]
    out.table(["device", "title"], heads, lines)
    out.note(_RATES)


def _rates(device: Device, unit: str) -> str:
    """Of matrix and vector units; a dash where nothing is printed."""
    found = (device.matrix_flops_per_s.get(unit), device.vector_flops_per_s.get(unit))
    if found == (None, None):
        return "-"
    return " | ".join("-" if rate is None else si(rate) for rate in found)


QUESTION = Question(
    path="devices",
    request=DevicesRequest,
    answer=DeviceList,
    ask=catalogue,
    show=show,
    rows=lambda answer: answer.items,
    tag="catalogue",
    usage="",
)
