"""Devices: what networks run on, as their makers describe it."""

from fastapi import APIRouter

from archmeter.analyzers.devices import UnknownDevice, device
from archmeter.app.devices import DeviceInfo, DeviceList
from archmeter.app.problems import NotFound, problems

router = APIRouter(prefix="/v1/devices", tags=["catalogue"])


@router.get("")
async def list_devices() -> DeviceList:
    """List every device with its peak rates, its memory and where these are printed."""
    return DeviceList.catalogue()


@router.get("/{name}", responses=problems(404))
async def read_device(name: str) -> DeviceInfo:
    """Show one device."""
    try:
        return DeviceInfo.of(device(name))
    except UnknownDevice as error:
        raise NotFound(error) from error
