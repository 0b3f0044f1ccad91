"""Specs examined one by one: each counted once, judged by its limits, or refused with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from pydantic import JsonValue, ValidationError

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.devices import Peaks
from archmeter.analyzers.scaling.bounds import CHEAP, Limit
from archmeter.analyzers.scaling.search import Objective
from archmeter.analyzers.scaling.search_space import Space, refusal
from archmeter.analyzers.scaling.totals import Ruler
from archmeter.models.errors import ArchmeterError, GraphTooLarge
from archmeter.models.graph import MAX_OPERATORS
from archmeter.models.precision import DType
from archmeter.models.spec import ArchitectureSpec

_COSTLY = 3
"""Memory takes about so many times as long as totals."""

Progress = Callable[[int, int], None]
"""Called with how many were examined, and how many will be at most."""

Stop = Literal["max_specs", "max_operators"]


MOST_MACS = Objective("macs", "most")
"""What is best if nothing else is said."""


class Spent(Exception):
    """As many specs or operators as allowed were counted."""


class Judged(NamedTuple):
    """What is known of a network.

    Attributes:
        space: index of the space it is from.
        values: of the knobs that moved.
        spec: the whole description.
        totals: those that were counted, by name and images at once.
        excesses: of the limits whose totals were counted, by the limit's index.
        complete: whether all were; what is too large in the cheap totals is looked at no further.
    """

    space: int
    values: Mapping[str, Any]
    spec: ArchitectureSpec
    totals: Mapping[tuple[str, int], float]
    excesses: Mapping[int, float]
    complete: bool

    @property
    def broken(self) -> list[int]:
        """Indices of the limits that it breaks, as far as they are known."""
        return [i for i, excess in self.excesses.items() if excess > 0]

    @property
    def miss(self) -> float:
        """The sum of the parts by which it breaks limits."""
        return sum(excess for excess in self.excesses.values() if excess > 0)

    @property
    def feasible(self) -> bool:
        """Whether it keeps all limits."""
        return self.complete and not self.broken


@dataclass(frozen=True, slots=True)
class Refusal(Answer):
    """Combinations of values that are no network, for one reason."""

    code: str
    """The reason, for programs."""

    specs: int
    """How many combinations."""

    reason: str
    """The reason for the first of them, for people."""

    values: dict[str, JsonValue]
    """Values of the knobs in the first of them."""


class Judge:
    """Counts networks and holds them against limits: cheap totals first, others if those are kept.

    Args:
        limits: what to keep.
        objective: what is best.
        also: totals that are counted besides, of networks that keep the limits.
        batch: images at once, of the objective and of these.
        dtype: of weights and activations.
        peaks: of a device, if the time on it is among the totals.
    """

    def __init__(
        self,
        limits: Sequence[Limit],
        objective: Objective = MOST_MACS,
        *,
        also: Iterable[str] = (),
        batch: int = 1,
        dtype: DType = "float32",
        peaks: Peaks | None = None,
    ) -> None:
        self.limits = tuple(limits)
        self.objective = objective
        self.batch = batch
        self.dtype: DType = dtype
        self.peaks = peaks
        wanted = {(limit.total, limit.batch) for limit in limits}
        wanted |= {(total, batch) for total in (objective.total, *also)}
        # All cheap totals of one batch: they tell networks from each other.
        self._cheap = self._rulers({*wanted, *((total, batch) for total in CHEAP)}, cheap=True)
        self._costly = self._rulers(wanted, cheap=False)

    def judge(self, space: int, values: Mapping[str, Any], spec: ArchitectureSpec) -> Judged:
        """Count a network as far as it takes to know whether it keeps the limits.

        Raises:
            ArchmeterError: if it cannot be built or counted.
        """
        found = Judged(space, values, spec, self._count(spec, self._cheap), {}, complete=False)
        found = self._held_against_limits(found)
        return found if found.broken and self._costly else self.completed(found)

    def completed(self, judged: Judged) -> Judged:
        """Count what was left out.

        Raises:
            GraphTooLarge: if a total is beyond exact integers.
        """
        if judged.complete:
            return judged
        totals = {**judged.totals, **self._count(judged.spec, self._costly)}
        return self._held_against_limits(judged._replace(totals=totals, complete=True))

    def aim(self, judged: Judged) -> float | None:
        """What a network has of the objective; None if that was not counted."""
        return judged.totals.get((self.objective.total, self.batch))

    def work(self, judged: Judged) -> int:
        """Operators counted for what is known; what is not cheap takes as long as three times."""
        builds = len(self._cheap) + (_COSTLY * len(self._costly) if judged.complete else 0)
        return builds * int(judged.totals["operators", self.batch])

    def fingerprint(self, judged: Judged) -> tuple[float, ...]:
        """Equal for networks that cost the same in every cheap total."""
        return tuple([judged.totals[total, self.batch] for total in sorted(CHEAP)])

    def order(self, judged: Judged) -> tuple[bool, float, float]:
        """What sorts the best first: feasible ones by the objective, others by what they miss."""
        aim = self.aim(judged)
        rank = 0.0 if aim is None else self.rank(aim)
        return (False, rank, 0.0) if judged.feasible else (True, judged.miss, rank)

    def rank(self, aim: float) -> float:
        """What is least for the best of the objective."""
        return aim if self.objective.sense == "least" else -aim

    def _held_against_limits(self, judged: Judged) -> Judged:
        excesses = {
            i: limit.excess_of(judged.totals[limit.total, limit.batch])
            for i, limit in enumerate(self.limits)
            if (limit.total, limit.batch) in judged.totals
        }
        return judged._replace(excesses=excesses)

    def _rulers(self, wanted: Iterable[tuple[str, int]], *, cheap: bool) -> dict[int, Ruler]:
        names: dict[int, list[str]] = {}
        for total, batch in sorted(wanted):
            if (total in CHEAP) is cheap:
                names.setdefault(batch, []).append(total)
        return {
            batch: Ruler(totals, dtype=self.dtype, peaks=self.peaks)
            for batch, totals in names.items()
        }

    @staticmethod
    def _count(spec: ArchitectureSpec, rulers: Mapping[int, Ruler]) -> dict[tuple[str, int], float]:
        return {
            (total, batch): value
            for batch, ruler in rulers.items()
            for total, value in ruler.read(spec.graph(batch)).items()
            if total in ruler.names
        }


class Examiner:
    """Examines combinations of knobs' values, each spec once, until as many as allowed were.

    Args:
        spaces: where the combinations come from.
        judge: counts the specs they make.
        max_specs: specs to examine at most, those that turn out to be no networks included.
        max_operators: operators to count at most, in all networks together.
        progress: told how far it got.

    Attributes:
        judged: every network, in the order in which they were examined.
        examined: how many specs were.
        duplicates: combinations that made a spec examined before.
        stopped: why nothing more will be examined.
    """

    def __init__(
        self,
        spaces: Sequence[Space],
        judge: Judge,
        *,
        max_specs: int,
        max_operators: int,
        progress: Progress | None = None,
    ) -> None:
        self.spaces = tuple(spaces)
        self.judge = judge
        self.judged: list[Judged] = []
        self.examined = 0
        self.duplicates = 0
        self.stopped: Stop | None = None
        self._seen: dict[ArchitectureSpec, Judged | None] = {}
        self._refusals: dict[str, Refusal] = {}
        self._max_specs = max_specs
        self._operators_left = max_operators
        self._progress = progress

    @property
    def refusals(self) -> Rows[Refusal]:
        """What was no network, the most frequent reason first."""
        return Rows(sorted(self._refusals.values(), key=lambda refused: -refused.specs))

    def examine(self, space: int, values: Mapping[str, Any]) -> Judged | None:
        """Judge what the values make of a space; None if that is no network.

        Raises:
            Spent: if no more may be examined.
        """
        try:
            spec = self.spaces[space].spec(values)
        except ValidationError as error:
            self._enter()
            self._refuse(*refusal(error), values)
            return None
        if spec in self._seen:
            self.duplicates += 1
            return self._seen[spec]
        self._enter()
        self._seen[spec] = found = self._judged(space, values, spec)
        return found

    def _judged(
        self, space: int, values: Mapping[str, Any], spec: ArchitectureSpec
    ) -> Judged | None:
        falling = self.spaces[space].falling(spec)
        if falling is not None:
            self._refuse("not_increasing", f"{falling} falls", values)
            return None
        try:
            found = self.judge.judge(space, values, spec)
        except ArchmeterError as error:
            if isinstance(error, GraphTooLarge):
                self._operators_left -= MAX_OPERATORS
            self._refuse(*refusal(error), values)
            return None
        self._operators_left -= self.judge.work(found)
        self.judged.append(found)
        return found

    def _enter(self) -> None:
        if self.examined >= self._max_specs:
            self.stopped = "max_specs"
            raise Spent
        if self._operators_left <= 0:
            self.stopped = "max_operators"
            raise Spent
        self.examined += 1
        if self._progress:
            self._progress(self.examined, self._max_specs)

    def _refuse(self, code: str, reason: str, values: Mapping[str, Any]) -> None:
        known = self._refusals.get(code)
        self._refusals[code] = (
            replace(known, specs=known.specs + 1)
            if known
            else Refusal(code, 1, reason, dict(values))
        )
