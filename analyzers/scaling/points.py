"""Points: scaled networks as they were wanted, as they became, and what they cost."""

from __future__ import annotations

from typing import Any, NamedTuple

from archmeter.analyzers.scaling.knobs import Adjustment, Base, Multipliers, Scaled
from archmeter.analyzers.scaling.sizes import Sizes
from archmeter.analyzers.scaling.totals import Ruler
from archmeter.models.errors import ArchmeterError
from archmeter.models.spec import ArchitectureSpec


class Point(NamedTuple):
    """A scaled network.

    Attributes:
        wanted: the ideal multipliers.
        ideal: d·w²·r² of these: what MACs would be multiplied by.
        changes: knobs that differ from the base's architecture; null if there is no such spec.
        sizes: what was realised; null if the network cannot be built.
        got: the multipliers that the sizes amount to.
        totals: what it costs, by name.
        counted: its MACs as a multiple of the base's.
        deviation: counted ÷ ideal - 1.
        adjustments: everything that was rounded, clipped or infeasible, and why.
    """

    wanted: Multipliers
    ideal: float
    changes: dict[str, Any] | None
    sizes: Sizes | None
    got: Multipliers | None
    totals: dict[str, float] | None
    counted: float | None
    deviation: float | None
    adjustments: tuple[Adjustment, ...]

    def as_dict(self) -> dict[str, Any]:
        """The point as JSON."""
        return {
            **self._asdict(),
            "wanted": self.wanted.as_dict(),
            "sizes": self.sizes and self.sizes.as_dict(),
            "got": self.got and self.got.as_dict(),
            "adjustments": [adjustment.as_dict() for adjustment in self.adjustments],
        }


class Lab:
    """A base and a ruler: makes points of multipliers.

    Attributes:
        base: the network that is scaled.
        totals: what the base itself costs.

    Raises:
        GraphTooLarge: if the base costs more than is exact.
    """

    def __init__(self, base: Base, ruler: Ruler) -> None:
        self.base = base
        self.totals = ruler.read(base.graph)
        self._ruler = ruler
        self._canonical = base.spec.canonical()

    def point(self, wanted: Multipliers) -> Point:
        """Scale the base and count what became of it.

        Raises:
            TooMuchWork: once the networks have too many operators together.
        """
        scaled = self.base.scaled(wanted)
        totals, adjustments = self._measured(scaled)
        counted = totals["macs"] / self.totals["macs"] if totals else None
        return Point(
            wanted=wanted,
            ideal=wanted.ideal_cost,
            changes=self._changes(scaled.spec) if scaled.spec else None,
            sizes=scaled.sizes,
            got=scaled.got,
            totals=totals and {name: totals[name] for name in self._ruler.names},
            counted=counted,
            deviation=counted / wanted.ideal_cost - 1 if counted else None,
            adjustments=adjustments,
        )

    def _measured(self, scaled: Scaled) -> tuple[dict[str, float] | None, tuple[Adjustment, ...]]:
        if scaled.graph is None:
            return None, scaled.adjustments
        self._ruler.spend(scaled.graph)
        try:
            return self._ruler.read(scaled.graph), scaled.adjustments
        except ArchmeterError as error:
            beyond = Adjustment(None, "infeasible", error.code, None, None, str(error))
            return None, (*scaled.adjustments, beyond)

    def _changes(self, spec: ArchitectureSpec) -> dict[str, Any]:
        """What to change in the base's architecture to have this one."""
        return {
            name: value
            for name, value in spec.canonical().items()
            if value != self._canonical[name]
        }
