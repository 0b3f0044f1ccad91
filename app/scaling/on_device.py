"""What networks are fed, and the device that bounds their time."""

from abc import abstractmethod
from typing import Self

from pydantic import ConfigDict, model_validator

from archmeter.analyzers.devices import Peaks
from archmeter.analyzers.scaling.totals import ROOFLINE
from archmeter.app.roofline import Rate, RooflineQuery, granted
from archmeter.models.spec import InputSpec


class OnDevice(InputSpec):
    """What networks are fed, and on what they run."""

    model_config = ConfigDict(use_attribute_docstrings=True, frozen=True, extra="forbid")

    device: str | None = None
    """A device of `/v1/devices`, for `roofline_seconds`."""

    tf32: bool = True
    """Whether matrices of float32 are multiplied in TF32, where the device has units for it."""

    flops_per_s: Rate | None = None
    """Your own peak, in place of the device's matrix rate."""

    bytes_per_s: Rate | None = None
    """Your own bandwidth, in place of the device's."""

    @property
    @abstractmethod
    def read(self) -> tuple[str, ...]:
        """Every total that the question is about."""

    @property
    def peaks(self) -> Peaks | None:
        """Those of the device, if the time on it is among the totals.

        Raises:
            ArchmeterError: if it is and there is no such device.
        """
        if ROOFLINE not in self.read:
            return None
        query = RooflineQuery(
            device=self.device,
            tf32=self.tf32,
            flops_per_s=self.flops_per_s,
            bytes_per_s=self.bytes_per_s,
        )
        return granted(query, self.dtype)[1]

    @model_validator(mode="after")
    def _device_is_used(self) -> Self:
        named = self.device is not None or self.flops_per_s or self.bytes_per_s
        if named and ROOFLINE not in self.read:
            raise ValueError(f"a device is of use only where {ROOFLINE} is among the totals")
        return self
