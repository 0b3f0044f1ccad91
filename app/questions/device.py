"""Show one device: its peak rates, its memory, and where these are printed."""

from typing import Annotated

from archmeter.analyzers.devices import device, devices
from archmeter.app.ask import Known, Question, Request
from archmeter.app.questions.devices import DeviceInfo


class DeviceRequest(Request):
    """One device."""

    name: Annotated[str, Known(devices)]
    """The name of the device, such as `h100`."""


def described(request: DeviceRequest) -> DeviceInfo:
    """Describe a device."""
    found = device(request.name)
    return DeviceInfo.of(found)


QUESTION = Question(path="devices/{name}", ask=described, asked={"An H100": "h100"})
