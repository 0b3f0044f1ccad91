"""Points: scaled networks as they were wanted, as they became, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from archmeter.analyzers.answers import Answer, Number, Rows
from archmeter.analyzers.scaling.knobs import Adjustment, Base, Multipliers, Scaled
from archmeter.analyzers.scaling.sizes import Sizes
from archmeter.analyzers.scaling.totals import Ruler
from archmeter.models.errors import ArchmeterError
from archmeter.models.spec import ArchitectureSpec


@dataclass(frozen=True, slots=True)
class ScaledNetwork(Answer):
    """A scaled network: as it was wanted, as it became, and what it costs."""

    wanted: Multipliers
    """The ideal multipliers."""

    ideal: float
    """d·w²·r² of these: what MACs would be multiplied by."""

    changes: dict[str, JsonValue] | None
    """Knobs that differ from the base's architecture; null if there is no such spec."""

    sizes: Sizes | None
    """What was realised; null if the network cannot be built."""

    got: Multipliers | None
    """The multipliers that the sizes amount to."""

    totals: dict[str, Number] | None
    """What it costs, by name."""

    counted: float | None
    """Its MACs as a multiple of the base's."""

    deviation: float | None
    """counted ÷ ideal - 1: by which part the law misses the count."""

    adjustments: Rows[Adjustment]
    """Everything that was rounded, clipped or infeasible, and why."""


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

    def point(self, wanted: Multipliers) -> ScaledNetwork:
        """Scale the base and count what became of it.

        Raises:
            TooMuchWork: once the networks have too many operators together.
        """
        scaled = self.base.scaled(wanted)
        totals, adjustments = self._measured(scaled)
        counted = totals["macs"] / self.totals["macs"] if totals else None
        return ScaledNetwork(
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

    def _measured(self, scaled: Scaled) -> tuple[dict[str, float] | None, Rows[Adjustment]]:
        if scaled.graph is None:
            return None, scaled.adjustments
        self._ruler.spend(scaled.graph)
        try:
            return self._ruler.read(scaled.graph), scaled.adjustments
        except ArchmeterError as error:
            beyond = Adjustment(None, "infeasible", error.code, None, None, str(error))
            return None, Rows((*scaled.adjustments, beyond))

    def _changes(self, spec: ArchitectureSpec) -> dict[str, Any]:
        """What to change in the base's architecture to have this one."""
        return {
            name: value
            for name, value in spec.canonical().items()
            if value != self._canonical[name]
        }
