"""Bounds on totals: what a network may cost, and by how much one that is found misses that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from archmeter.analyzers import figures
from archmeter.analyzers.answers import Answer, Number
from archmeter.analyzers.scaling.totals import TOTALS
from archmeter.models.errors import ArchmeterError

Sense = Literal["at_least", "at_most"]
Amount = Annotated[float, Field(ge=1e-12, le=1e18, allow_inf_nan=False)]

CHEAP = frozenset(figures.TOTALS)
"""Totals that every profile has; the rest are worked out when asked for."""


def _known(name: str) -> str:
    if name not in TOTALS:
        raise ValueError("there is no such total")
    return name


TotalName = Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": list(TOTALS)})]


class ContradictoryBounds(ArchmeterError):
    """Bounds that no network can keep, or that bound nothing."""

    code = "contradictory_bounds"


class Bound(BaseModel):
    """What a total may be, for some images at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    total: TotalName = Field(description="What is bounded.")
    at_least: Amount | None = Field(default=None, description="The least it may be.")
    at_most: Amount | None = Field(default=None, description="The most it may be.")
    batch: Annotated[int, Field(ge=1, le=65_536)] | None = Field(
        default=None, description="Images at once; those of the whole request if left out."
    )


@dataclass(frozen=True, slots=True)
class Limit(Answer):
    """One end of a bound on a total."""

    total: str
    """What is bounded."""

    batch: int
    """Images at once."""

    sense: Sense
    """Whether it may be at least or at most so much."""

    amount: Number
    """How much it may be at least or at most."""

    def excess_of(self, value: float) -> float:
        """By which part of the limit a value breaks it; negative where there is room left."""
        beyond = value - self.amount if self.sense == "at_most" else self.amount - value
        return beyond / self.amount

    def __str__(self) -> str:
        sign = "≤" if self.sense == "at_most" else "≥"
        images = f" at batch {self.batch}" if self.batch > 1 else ""
        return f"{self.total}{images} {sign} {self.amount:,.10g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundCheck(Limit):
    """A limit, and what a network has there."""

    value: Number
    """What the network has of the total."""

    excess: float
    """By which part of the limit it breaks it; negative where there is room left."""

    kept: bool
    """Whether it keeps it."""


def limits(bounds: Sequence[Bound], batch: int) -> tuple[Limit, ...]:
    """Both ends of all bounds, each once; the tightest where several bound the same.

    Raises:
        ContradictoryBounds: if one bounds nothing, or together they leave nothing.
    """
    found: dict[tuple[str, int, Sense], tuple[float, int]] = {}
    for i, bound in enumerate(bounds):
        if bound.at_least is None and bound.at_most is None:
            raise ContradictoryBounds(
                f"the bound on {bound.total} has neither end",
                field=f"bounds.{i}",
                value=bound.total,
                accepted="at_least, at_most, or both",
            )
        images = bound.batch or batch
        if bound.at_least is not None:
            lower = (bound.at_least, i)
            key: tuple[str, int, Sense] = (bound.total, images, "at_least")
            found[key] = max(found.get(key, lower), lower)
        if bound.at_most is not None:
            upper = (bound.at_most, i)
            key = (bound.total, images, "at_most")
            found[key] = min(found.get(key, upper), upper)
    for (total, images, sense), (most, _) in found.items():
        if sense == "at_most":
            least, i = found.get((total, images, "at_least"), (0.0, 0))
            if least > most:
                raise ContradictoryBounds(
                    f"{total} cannot be at least {least:,.10g} and at most {most:,.10g}",
                    field=f"bounds.{i}.at_least",
                    value=least,
                    accepted=f"at most {most:,.10g}",
                )
    return tuple([Limit(*key, amount) for key, (amount, _) in found.items()])
