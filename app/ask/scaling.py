"""What questions about scaled networks share: totals that are read, rounding, and report heads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from archmeter.analyzers.answers import Answer, Number
from archmeter.analyzers.scaling.knobs import Base
from archmeter.analyzers.scaling.points import Lab
from archmeter.analyzers.scaling.sizes import Sizes
from archmeter.analyzers.scaling.totals import TOTALS, Ruler
from archmeter.app.ask.about import FedHead
from archmeter.app.ask.network import Network, inside_architecture
from archmeter.app.ask.request import Option
from archmeter.app.ask.totals_on_device import TotalsOnDevice
from archmeter.models.scaling import DepthRounding

LANE = "scaling"
"""Questions about scaled networks take up to seconds, and wait for each other."""

MAX_CURVES = 12
"""Laws or strategies of one question."""

Total = Annotated[str, Field(json_schema_extra={"enum": list(TOTALS)})]
"""The ruler refuses other names, with the nearest that there are."""

TotalNames = Annotated[tuple[Total, ...], Field(min_length=1, max_length=len(TOTALS))]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
PixelStep = Annotated[
    int,
    Field(ge=1, le=512),
    Option("--step", form="PIXELS", help="Scaled sides are multiples of so many pixels."),
]


class TotalsRequest(TotalsOnDevice):
    """A network, and what is read of it and of its scaled versions."""

    totals: Annotated[
        TotalNames,
        Option(
            "--total",
            form="TOTAL",
            help="What to read of every network, such as macs. roofline_seconds needs a device.",
        ),
    ] = ("macs", "params", "activations")
    """The totals that are read of every network; of these `roofline_seconds`, the least time of a
    batch on a device, needs a device."""

    @property
    def read(self) -> tuple[str, ...]:
        """The totals."""
        return self.totals

    def ruler(self, network: Network, more: Iterable[str] = ()) -> Ruler:
        """What reads the totals.

        Args:
            network: the one that is asked about.
            more: totals that are read besides.

        Raises:
            UnknownTotal: if there is no such total.
            ArchmeterError: if the time is among them and the device is not known.
        """
        dtype = network.input.dtype
        return Ruler((*self.read, *more), dtype=dtype, peaks=self.peaks(dtype))


class ScalingRequest(TotalsRequest):
    """A network, what is read of its scaled versions, and how scaled sizes are rounded."""

    resolution_step: PixelStep = 1
    """Scaled sides of the input are multiples of so many pixels."""

    depth_rounding: DepthRounding = "up"
    """Scaled depths are rounded `up`, as in EfficientNet, or to the `nearest` number of blocks,
    where the family can."""

    def lab(self, network: Network, more: Iterable[str] = ()) -> Lab:
        """The network as a base that is scaled.

        Args:
            network: the one at multipliers of 1.
            more: totals that are read besides.

        Raises:
            ArchmeterError: if a total cannot be read, or the network cannot be built.
        """
        ruler = self.ruler(network, more)
        with inside_architecture():
            base = Base(
                network.spec,
                resolution_step=self.resolution_step,
                depth_rounding=self.depth_rounding,
                batch=network.input.batch,
            )
            return Lab(base, ruler)


@dataclass(frozen=True, slots=True)
class ScaledBase(Answer):
    """The network at multipliers of 1."""

    sizes: Sizes
    totals: dict[str, Number]
    """What the network costs, by name: integers, but for times."""


@dataclass(frozen=True, kw_only=True)
class ScaledHead(FedHead):
    """The network that is scaled, what it was fed, and what it costs itself."""

    base: ScaledBase


def base_of(lab: Lab) -> ScaledBase:
    """What the network costs itself."""
    return ScaledBase(lab.base.sizes, dict(lab.totals))
