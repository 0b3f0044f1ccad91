"""Show one device: its peak rates, its memory, and where these are printed."""

from __future__ import annotations

from typing import Annotated

from archmeter.analyzers.devices import device, devices
from archmeter.app.ask.question import Question
from archmeter.app.ask.request import Known, Request
from archmeter.app.questions.devices import DeviceInfo


class DeviceRequest(Request):
    """One device."""

    name: Annotated[str, Known(devices)]
    """The name of the device, such as `h100`."""


def described(request: DeviceRequest) -> DeviceInfo:
    """Describe a device."""
    found = device(request.name)
    return DeviceInfo.of(found)


QUESTION = Question(
    path="devices/{name}",
    request=DeviceRequest,
    answer=DeviceInfo,
    ask=described,
    tag="catalogue",
    usage="h100",
)
