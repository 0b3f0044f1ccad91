"""Questions about totals of networks: the least time is one of them, and needs a device."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Self

from pydantic import model_validator

from archmeter.analyzers.devices import Peaks
from archmeter.analyzers.scaling.bounds import Limit
from archmeter.analyzers.scaling.examine import MOST_MACS, Judge
from archmeter.analyzers.scaling.search import Objective
from archmeter.analyzers.scaling.totals import ROOFLINE
from archmeter.app.ask.device import DeviceName, DeviceOptions
from archmeter.app.ask.network import Network, NetworkRequest
from archmeter.models.precision import DType


class TotalsOnDevice(DeviceOptions, NetworkRequest):
    """A network, totals of it, and the device that its time is bounded on."""

    device: DeviceName = None
    """The device of `/v1/devices` that `roofline_seconds` is the least time on; it may be left out
    if both rates are given, and where no time is asked for."""

    @property
    @abstractmethod
    def read(self) -> tuple[str, ...]:
        """Every total that the question is about."""

    def peaks(self, dtype: DType) -> Peaks | None:
        """The peak rates of the device for a type, if the time on it is among the totals.

        Raises:
            UnknownDevice: if no device has the name.
            UnknownRate: if it has no published rate for the type.
            NoDevice: if there is neither a device nor two rates.
        """
        return self.resolve(dtype)[1] if ROOFLINE in self.read else None

    def judge(
        self,
        network: Network,
        limits: Sequence[Limit] = (),
        objective: Objective = MOST_MACS,
        *,
        also: Sequence[str] = (),
    ) -> Judge:
        """What counts networks that are fed as this one is, and says which is better.

        Args:
            network: the one that is asked about.
            limits: what totals may be.
            objective: what the best network has most or least of.
            also: totals that are read besides.
        """
        fed = network.input
        return Judge(
            limits,
            objective,
            also=also,
            batch=fed.batch,
            dtype=fed.dtype,
            peaks=self.peaks(fed.dtype),
        )

    @model_validator(mode="after")
    def _device_is_used(self) -> Self:
        named = self.device is not None or self.flops_per_s or self.bytes_per_s
        if named and ROOFLINE not in self.read:
            raise ValueError(f"a device is of use only where {ROOFLINE} is among the totals")
        return self
