"""What a budget search answers: the networks that it found, and what the limits did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from archmeter.analyzers.answers import Answer, Number, Rows
from archmeter.analyzers.scaling.bounds import BoundCheck, Limit
from archmeter.analyzers.scaling.domains import KnobTrim
from archmeter.analyzers.scaling.examine import Refusal, Stop
from archmeter.analyzers.scaling.knobs import Adjustment
from archmeter.analyzers.scaling.sizes import Sizes

End = Literal["low", "high"]


@dataclass(frozen=True, slots=True)
class FoundNetwork(Answer):
    """A network that a search found."""

    name: str
    """The preset or family it is called after, and what differs from it."""

    space: int
    """Index of the space it is from, counted from 0."""

    values: dict[str, JsonValue]
    """Values of the knobs that moved."""

    architecture: dict[str, JsonValue]
    """The canonical spec."""

    sizes: Sizes
    """Blocks, channels and pixels as they were realised."""

    totals: dict[str, Number]
    """What it costs, by name, as far as it was counted."""

    checks: Rows[BoundCheck]
    """Each limit, and what it has there."""

    miss: float
    """The sum of the parts by which it breaks limits; 0 if it keeps them."""

    edges: dict[str, End]
    """Knobs at an end of their range, and which: more room there may help."""

    alike: int
    """How many other specs that were examined cost the same in every total."""

    adjustments: Rows[Adjustment]
    """Multipliers that could only be realised rounded, and to what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitPressure(Limit):
    """A limit, and what it does to a search."""

    counted: int
    """Networks whose total was counted."""

    kept: int
    """How many of these keep the limit."""

    lowest: Number | None
    """The least that one of them has."""

    highest: Number | None
    """The most that one of them has."""

    binding: bool
    """Whether it alone keeps out what is better; or the closest, if nothing is feasible."""

    relax: float | None
    """By which part it would have to give way, to let the nearest such network in."""

    gain: Number | None
    """What that nearest network has of the objective."""


@dataclass(frozen=True, slots=True)
class SearchedSpace(Answer):
    """A space that was searched."""

    name: str
    """Its architecture, before any knob moves."""

    combinations: int
    """How many values of its knobs there are together."""

    trims: Rows[KnobTrim]
    """Values that were rounded, or clipped at the knobs' bounds, and why."""


@dataclass(frozen=True, slots=True)
class Fit(Answer):
    """The best networks of a budget, and what stops better ones."""

    feasible: bool
    """Whether a network keeps all limits."""

    best: Rows[FoundNetwork]
    """Networks that keep all limits, the best first; of those that cost the same in all, one."""

    misses: Rows[FoundNetwork]
    """The nearest that keep not all, and would be better than the best."""

    binding: str | None
    """The limit that has to give way least for a better network; null if none does."""

    limits: Rows[LimitPressure]
    """What each limit does to the search."""

    spaces: Rows[SearchedSpace]
    """What was searched."""

    combinations: int
    """How many values of all knobs there are together, in all spaces."""

    exhaustive: bool
    """Whether each combination was examined."""

    stopped: Stop | None
    """Why not all were, if it was for the effort."""

    examined: int
    """How many specs were examined."""

    kept: int
    """How many of them keep all limits."""

    duplicates: int
    """Combinations that made a spec for the second time."""

    refusals: Rows[Refusal]
    """Combinations that are no network, and why."""
