"""Cardinality against width: the width of a path that keeps the cost when there are more paths.

A bottleneck of inner width C·d has C paths of width d. More paths of the same cost are narrower:
1 x 64d, 2 x 40d, 4 x 24d, 8 x 14d, 32 x 4d; Xie, Girshick, Dollár, Tu, He 2016 (arXiv:1611.05431),
Table 2. Found here by counting networks, or a block of them, on both sides of what is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.profile import Block, Profile, Totals
from archmeter.analyzers.scaling.knobs import bounds
from archmeter.analyzers.scaling.search_space import refusal
from archmeter.models.errors import ArchmeterError
from archmeter.models.spec import ArchitectureSpec

Kept = Literal["params", "macs"]
Outcome = Literal["equal", "rounded", "clipped", "infeasible"]

CARDINALITY, GROUP_WIDTH = "cardinality", "group_width"

_NARROW = 256
"""Widths from the least that are tried for a first network."""

_Counted = Block | Totals


class NoCardinality(ArchmeterError):
    """The family does not have both knobs."""

    code = "no_cardinality"


class UnknownPart(ArchmeterError):
    """The network has no such stage or block."""

    code = "unknown_part"


class NoPaths(ArchmeterError):
    """A part of the network costs the same however wide its paths are."""

    code = "no_paths"


@dataclass(frozen=True, slots=True)
class PathCost(Answer):
    """What a network, or a part of it, costs at a group width."""

    group_width: int
    """Channels of a path in the first stage."""

    params: int
    """Of the part, or of the network if there is none."""

    macs: int
    """Of the same."""

    ratio: float
    """What is to be kept, as a multiple of what the base has."""


@dataclass(frozen=True, slots=True)
class CardinalityTrade(Answer):
    """A number of paths, and the width of a path that keeps the cost."""

    cardinality: int
    """How many paths."""

    group_width: int | None
    """Channels of a path in the first stage that keep the cost best; null if none."""

    inner_width: int | None
    """Channels of all paths together."""

    ideal: float | None
    """The group width, were it a real number: between those below and above."""

    cost: PathCost | None
    """What the network costs at that group width."""

    below: PathCost | None
    """The cost at the largest group width that is no dearer than the base."""

    above: PathCost | None
    """The cost at the smallest group width that is no cheaper."""

    outcome: Outcome
    """Equal to the base, rounded to a whole width, clipped at a bound, or infeasible."""

    reason: str | None
    """What was rounded or clipped, or why it is infeasible."""


@dataclass(frozen=True, slots=True)
class Trades(Answer):
    """Cardinalities, each with the group width that keeps the cost of a network."""

    keep: Kept
    """Which total is kept."""

    part: str | None
    """The stage or block whose total it is; null for the network."""

    base: PathCost
    """What the network itself has there."""

    cardinality: int
    """Paths of the network itself."""

    trades: Rows[CardinalityTrade]
    """One for each cardinality that was asked for."""


def trades(
    spec: ArchitectureSpec,
    cardinalities: Sequence[int],
    *,
    keep: Kept = "params",
    part: str | None = None,
) -> Trades:
    """For each cardinality, the group width that keeps params or MACs nearest to the base's.

    Args:
        spec: the base, of a family with both knobs.
        cardinalities: to go to.
        keep: what is to stay as it is.
        part: a stage or block of the layer table, such as stage1.bottleneck2; None for all.

    Raises:
        NoCardinality: if the family lacks a knob.
        UnknownPart: if the base has no such part.
        NoPaths: if that part has no paths.
        ArchmeterError: if the base cannot be built.
    """
    missing = [name for name in (CARDINALITY, GROUP_WIDTH) if name not in type(spec).model_fields]
    if missing:
        raise NoCardinality(
            f"the family {spec.family} has no {' and no '.join(missing)}",
            field="family",
            value=spec.family,
            accepted="a family with cardinality and group_width",
        )
    return _Solver(spec, keep, part).trades(cardinalities)


class _Solver:
    """Finds group widths by bisection: cost does not fall as paths grow wider."""

    def __init__(self, spec: ArchitectureSpec, keep: Kept, part: str | None) -> None:
        self._spec = spec
        self._keep: Kept = keep
        self._part = part
        self._low, self._high = map(int, bounds(type(spec), GROUP_WIDTH))
        self._fields = {name: getattr(spec, name) for name in type(spec).model_fields}
        base = self._parts(spec)
        if part is not None and part not in base:
            raise UnknownPart(
                f"the network has no stage or block {part[:80]!r}",
                field="part",
                value=part,
                accepted=", ".join(filter(None, base))[:400],
            )
        if part is not None and not self._has_paths(base):
            raise NoPaths(
                f"{part} costs the same at every group width",
                field="part",
                value=part,
                accepted="a stage or block with grouped convolutions",
            )
        self._target = int(getattr(base[part], keep))
        self._base = self._cost(self._fields[GROUP_WIDTH], base)

    def trades(self, cardinalities: Sequence[int]) -> Trades:
        """The answer."""
        return Trades(
            self._keep,
            self._part,
            self._base,
            self._fields[CARDINALITY],
            Rows([self._trade(cardinality) for cardinality in cardinalities]),
        )

    def _trade(self, cardinality: int) -> CardinalityTrade:
        paths = _Paths(lambda width: self._at(cardinality, width), self._low, self._high)
        below, above = paths.bracket()
        if below is None and above is None:
            why = paths.refused
            return CardinalityTrade(
                cardinality, None, None, None, None, None, None, "infeasible", why
            )
        best = min(filter(None, (below, above)), key=lambda cost: abs(cost.ratio - 1))
        outcome, reason = _outcome(best, below, above)
        return CardinalityTrade(
            cardinality,
            best.group_width,
            cardinality * best.group_width,
            _ideal(below, above),
            best,
            below,
            above,
            outcome,
            reason,
        )

    def _at(self, cardinality: int, group_width: int) -> PathCost:
        """What a part costs with other paths."""
        changed = {CARDINALITY: cardinality, GROUP_WIDTH: group_width}
        spec = type(self._spec).model_validate({**self._fields, **changed})
        return self._cost(group_width, self._parts(spec))

    def _has_paths(self, base: Mapping[str | None, _Counted]) -> bool:
        """Whether the part is another where the paths of the network are twice or half as wide."""
        now = self._fields[GROUP_WIDTH]
        for width in (2 * now, now // 2):
            with suppress(ValidationError, ArchmeterError):
                changed = type(self._spec).model_validate({**self._fields, GROUP_WIDTH: width})
                other = self._parts(changed)[self._part]
                return (other.params, other.macs) != (
                    base[self._part].params,
                    base[self._part].macs,
                )
        return True

    def _cost(self, group_width: int, parts: Mapping[str | None, _Counted]) -> PathCost:
        counted = parts[self._part]
        ratio = getattr(counted, self._keep) / self._target if self._target else 1.0
        return PathCost(group_width, counted.params, counted.macs, ratio)

    def _parts(self, spec: ArchitectureSpec) -> dict[str | None, _Counted]:
        """What every stage and block costs by its path, and the network by None."""
        profile = Profile(spec.graph())
        parts: dict[str | None, _Counted] = {None: profile.totals}
        for stage in profile.stages if self._part is not None else ():
            parts |= {stage.path: stage, **{block.path: block for block in stage.blocks}}
        return parts


class _Paths:
    """Paths of one cardinality, by their width; not every width need be a network.

    Args:
        count: a network with paths of some width, beside the base.
        low: the least width.
        high: the largest.

    Attributes:
        refused: why the first width that is no network is none.
    """

    def __init__(self, count: Callable[[int], PathCost], low: int, high: int) -> None:
        self._count = count
        self._low = low
        self._high = high
        self.refused: str | None = None

    def bracket(self) -> tuple[PathCost | None, PathCost | None]:
        """Costs of the widest paths no dearer than the base, and of the narrowest no cheaper."""
        widths = range(self._low, min(self._low + _NARROW, self._high + 1))
        below = next(filter(None, map(self._try, widths)), None)
        if below is None or below.ratio > 1:
            return None, below
        above, top = None, self._high + 1
        # Doubling first: the widest paths that the knob allows are too wide to be counted.
        while 2 * below.group_width < top:
            wider = self._try(2 * below.group_width)
            if wider is None or wider.ratio > 1:
                above, top = wider, 2 * below.group_width
            else:
                below = wider
        while middle := self._between(below.group_width, top):
            if middle.ratio > 1:
                above, top = middle, middle.group_width
            else:
                below = middle
        return below, below if below.ratio == 1 else above

    def _between(self, low: int, top: int) -> PathCost | None:
        """A network with paths between two widths, as near the middle as there is one."""
        if top - low <= 1:
            return None
        middle = (low + top) // 2
        widths = (*range(middle, top), *range(middle - 1, low, -1))
        return next(filter(None, map(self._try, widths)), None)

    def _try(self, width: int) -> PathCost | None:
        try:
            return self._count(width)
        except (ValidationError, ArchmeterError) as error:
            self.refused = self.refused or refusal(error)[1]
            return None


def _outcome(
    best: PathCost, below: PathCost | None, above: PathCost | None
) -> tuple[Outcome, str | None]:
    """What became of the wish for equal cost, and why."""
    if best.ratio == 1:
        return "equal", None
    if below and above:
        sides = (f"{cost.group_width} channels: {cost.ratio - 1:+.2%}" for cost in (below, above))
        return "rounded", "; ".join(sides)
    end = "least" if above else "most"
    return "clipped", f"{best.group_width} is the {end} there may be: {best.ratio - 1:+.2%}"


def _ideal(below: PathCost | None, above: PathCost | None) -> float | None:
    """Where the straight line through two costs meets the base's."""
    if below is None or above is None:
        return None
    rise = above.ratio - below.ratio
    share = (1 - below.ratio) / rise if rise else 0.0
    return round(below.group_width + share * (above.group_width - below.group_width), 3)
