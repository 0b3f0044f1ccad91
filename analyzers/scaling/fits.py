"""What a budget search answers: the networks that it found, and what the limits did."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from archmeter.analyzers.scaling.bounds import Check, Sense
from archmeter.analyzers.scaling.examine import Refusal, Stop
from archmeter.analyzers.scaling.knobs import Adjustment
from archmeter.analyzers.scaling.sizes import Sizes

End = Literal["low", "high"]


class Found(NamedTuple):
    """A network that a search found.

    Attributes:
        name: the nearest preset, and what differs from it.
        space: index of the space it is from, counted from 0.
        values: of the knobs that moved.
        architecture: the whole spec.
        sizes: blocks, channels and pixels as they were realised.
        totals: what it costs, by name, as far as it was counted.
        checks: each limit, and what it has there.
        miss: the sum of the parts by which it breaks limits; 0 if it keeps them.
        edges: knobs at an end of their range, and which: more room there may help.
        alike: how many other specs that were examined cost the same in every total.
        adjustments: multipliers that could only be realised rounded, and to what.
    """

    name: str
    space: int
    values: dict[str, Any]
    architecture: dict[str, Any]
    sizes: Sizes
    totals: dict[str, float]
    checks: tuple[Check, ...]
    miss: float
    edges: dict[str, End]
    alike: int
    adjustments: tuple[Adjustment, ...]

    def as_dict(self) -> dict[str, Any]:
        """The network as JSON."""
        return {
            **self._asdict(),
            "sizes": self.sizes.as_dict(),
            "checks": [check.as_dict() for check in self.checks],
            "adjustments": [adjustment.as_dict() for adjustment in self.adjustments],
        }


class Pressure(NamedTuple):
    """A limit, and what it does to a search.

    Attributes:
        total: what is bounded.
        batch: images at once.
        sense: whether it may be at least or at most so much.
        amount: so much.
        counted: networks whose total was counted.
        kept: how many of these keep the limit.
        lowest: the least that one of them has.
        highest: the most that one of them has.
        binding: whether it alone keeps out what is better; or the closest, if nothing is feasible.
        relax: by which part it would have to give way, to let the nearest such network in.
        gain: what that one has of the objective.
    """

    total: str
    batch: int
    sense: Sense
    amount: float
    counted: int
    kept: int
    lowest: float | None
    highest: float | None
    binding: bool
    relax: float | None
    gain: float | None

    def as_dict(self) -> dict[str, Any]:
        """The pressure as JSON."""
        return self._asdict()


class Searched(NamedTuple):
    """A space that was searched.

    Attributes:
        name: its architecture, before any knob moves.
        combinations: of the values of its knobs.
        trims: values that were rounded, or clipped at the knobs' bounds, and why.
    """

    name: str
    combinations: int
    trims: tuple[dict[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """The space as JSON."""
        return self._asdict()


class Fit(NamedTuple):
    """The answer to a budget.

    Attributes:
        feasible: whether a network keeps all limits.
        best: those that do, the best first; of networks that cost the same in all, one.
        misses: the nearest that do not, and would be better than the best.
        binding: the limit that has to give way least for a better network; null if none does.
        limits: what each limit does to the search.
        spaces: what was searched.
        combinations: of the values of all knobs in all spaces.
        exhaustive: whether each of them was examined.
        stopped: why not, if it was for the effort.
        examined: how many specs were.
        kept: how many of them keep all limits.
        duplicates: combinations that made a spec for the second time.
        refusals: combinations that are no network, and why.
    """

    feasible: bool
    best: tuple[Found, ...]
    misses: tuple[Found, ...]
    binding: str | None
    limits: tuple[Pressure, ...]
    spaces: tuple[Searched, ...]
    combinations: int
    exhaustive: bool
    stopped: Stop | None
    examined: int
    kept: int
    duplicates: int
    refusals: tuple[Refusal, ...]

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON."""
        parts = ("best", "misses", "limits", "spaces", "refusals")
        return self._asdict() | {
            name: [part.as_dict() for part in getattr(self, name)] for name in parts
        }
