"""Devices as people see them: the catalogue, with links."""

from pydantic import create_model

from archmeter.analyzers.devices import Device, devices
from archmeter.app.schemas import Body, Derived, described

DeviceFigures = create_model(
    "DeviceFigures", __base__=Derived, __doc__=Device.__doc__, **described(Device)
)


class DeviceInfo(DeviceFigures):
    """A device by the figures its maker prints. Rates are dense, in FLOPs and bytes a second."""

    links: dict[str, str]

    @classmethod
    def of(cls, device: Device) -> "DeviceInfo":
        """Describe a device."""
        links = {"self": f"/v1/devices/{device.name}"}
        return cls.model_validate({**device.as_dict(), "links": links})


class DeviceList(Body):
    """Every device there is."""

    items: list[DeviceInfo]

    @classmethod
    def catalogue(cls) -> "DeviceList":
        """The body for all of them."""
        return cls(items=[DeviceInfo.of(device) for device in devices().values()])
