"""The one way to make a network larger or smaller: multipliers for any spec, and what they realise.

Multipliers are ideal; networks are not. Blocks come in whole numbers, channels in multiples, images
in pixels, knobs within bounds, and some sizes do not fit together. `Base.scaled` says what becomes
of multipliers: the spec, the sizes it has, and every way in which they are not the ideal ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf, isclose, prod, sqrt
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.scaling.sizes import Sizes, sizes
from archmeter.models.errors import ArchmeterError
from archmeter.models.graph import Graph
from archmeter.models.scaling import DepthRounding
from archmeter.models.spec import MAX_SIDE, ArchitectureSpec

Knob = Literal["depth", "width", "resolution", "group_width"]
Departure = Literal["rounded", "clipped", "infeasible"]

_EXACT = 1e-9
"""Relative difference below which a size is the ideal one: the error of a few float products."""


@dataclass(frozen=True, slots=True)
class Multipliers(Answer):
    """How much larger each dimension of a network is than that of its base."""

    depth: float = 1.0
    """Growth of the blocks of every stage."""

    width: float = 1.0
    """Growth of the channels of every layer."""

    resolution: float = 1.0
    """Growth of height and width of the input."""

    group_width: float | None = None
    """Growth of the channels of a group; null for the same as the width."""

    @property
    def ideal_cost(self) -> float:
        """d·w²·r²: how MACs would grow if nothing was rounded and every layer grew alike."""
        return self.depth * self.width**2 * self.resolution**2


@dataclass(frozen=True, slots=True)
class Adjustment(Answer):
    """One way in which a scaled network is not the ideal one."""

    knob: Knob | None
    """What could not be had as it was wanted; null for the network as a whole."""

    departure: Departure
    """Rounded to what is possible, clipped at a bound, or infeasible."""

    code: str
    """Why, for programs."""

    wanted: float | None
    """The multiplier that was asked for, if it is about one."""

    got: float | None
    """The multiplier that there is in its place; null if there is none."""

    reason: str
    """Why, for people."""


class Plan(NamedTuple):
    """A spec with multipliers applied; nothing has been built.

    Attributes:
        spec: the scaled spec, within its bounds; None if there is none.
        aim: the multipliers after clipping.
        adjustments: what was clipped, or is infeasible already.
    """

    spec: ArchitectureSpec | None
    aim: Multipliers
    adjustments: Rows[Adjustment]


class Scaled(NamedTuple):
    """A scaled network.

    Attributes:
        wanted: the ideal multipliers.
        spec: what they make of the base; None if that is no valid spec.
        graph: its network; None if it cannot be built.
        sizes: those of the network.
        got: the multipliers that its sizes amount to, as `ratios` has them.
        adjustments: every way in which it is not ideal; none if it is.
    """

    wanted: Multipliers
    spec: ArchitectureSpec | None
    graph: Graph | None
    sizes: Sizes | None
    got: Multipliers | None
    adjustments: Rows[Adjustment]


class Base:
    """A network to be scaled.

    Args:
        spec: the network at multipliers of 1.
        resolution_step: scaled sides are multiples of so many pixels.
        depth_rounding: scaled depths are rounded up, as in EfficientNet, or to the nearest, in the
            families that can.
        batch: images at once, in the graphs of scaled networks.

    Raises:
        ShapeError: if the base itself cannot be built.
        GraphTooLarge: if there is too much of it.
    """

    def __init__(
        self,
        spec: ArchitectureSpec,
        *,
        resolution_step: int = 1,
        depth_rounding: DepthRounding = "up",
        batch: int = 1,
    ) -> None:
        self.spec = spec
        self.batch = batch
        self.graph = spec.graph(batch)
        self.sizes = sizes(self.graph)
        self._step = resolution_step
        self._rounding = depth_rounding
        self._fields = {name: getattr(spec, name) for name in type(spec).model_fields}

    def plan(self, wanted: Multipliers) -> Plan:
        """Apply multipliers to the spec."""
        found: list[Adjustment] = []
        changes: dict[str, Any] = {}
        depth = self._multiply("depth_multiplier", "depth", wanted.depth, changes, found)
        width = self._multiply("width_multiplier", "width", wanted.width, changes, found)
        resolution = self._resolution(wanted.resolution, changes, found)
        group_width = self._group_width(wanted, changes, found)
        if wanted.depth != 1 and self._rounding == "nearest":
            self._round_to_nearest(changes, found)
        aim = Multipliers(depth, width, resolution, group_width)
        if any(adjustment.departure == "infeasible" for adjustment in found):
            return Plan(None, aim, Rows(found))
        try:
            spec = type(self.spec).model_validate({**self._fields, **changes})
        except ValidationError as error:
            found += _refusals(error)
            return Plan(None, aim, Rows(found))
        return Plan(spec, aim, Rows(found))

    def scaled(self, wanted: Multipliers) -> Scaled:
        """Apply multipliers, build the network and see what became of them."""
        spec, aim, found = self.plan(wanted)
        if spec is None:
            return Scaled(wanted, None, None, None, None, found)
        try:
            graph = spec.graph(self.batch)
        except ArchmeterError as error:
            misfit = Adjustment(None, "infeasible", error.code, None, None, str(error))
            return Scaled(wanted, spec, None, None, None, Rows((*found, misfit)))
        there = sizes(graph)
        got = ratios(there, self.sizes)
        return Scaled(
            wanted, spec, graph, there, got, Rows((*found, *self._rounded(aim, there, got)))
        )

    def _multiply(
        self,
        field: str,
        knob: Knob,
        wanted: float,
        changes: dict[str, Any],
        found: list[Adjustment],
    ) -> float:
        """Multiply a field within its bounds; says by how much it was."""
        value = float(self._fields[field])
        low, high = bounds(type(self.spec), field)
        clipped = min(max(value * wanted, low), high)
        changes[field] = clipped
        if clipped == value * wanted:
            return wanted
        reason = f"{field} may be {low:g} to {high:g}, not {value * wanted:.6g}"
        found.append(Adjustment(knob, "clipped", "bounds", wanted, clipped / value, reason))
        return clipped / value

    def _resolution(self, wanted: float, changes: dict[str, Any], found: list[Adjustment]) -> float:
        """Multiply both sides, as multiples of the step; says by how much before rounding."""
        step, before = self._step, self.sizes.resolution
        if wanted == 1:
            return 1.0
        largest = MAX_SIDE // step * step
        aim = min(wanted, largest / max(before))
        changes["resolution"] = tuple(max(1, round(side * aim / step)) * step for side in before)
        if aim < wanted:
            reason = f"a side may have {largest} pixels, not {max(before) * wanted:.6g}"
            found.append(Adjustment("resolution", "clipped", "bounds", wanted, aim, reason))
        return aim

    def _group_width(
        self, wanted: Multipliers, changes: dict[str, Any], found: list[Adjustment]
    ) -> float | None:
        """Multiply the channels of a group, which the width multiplier multiplies already."""
        # A depthwise convolution keeps groups of one channel however wide it is.
        ungrouped = max(self.sizes.group_widths, default=0) <= 1
        if wanted.group_width is None or (ungrouped and wanted.group_width == 1):
            return None
        beside = wanted.group_width / wanted.width
        for field in ("group_width_multiplier", "group_width"):
            if field in self._fields:
                got = self._multiply(field, "group_width", beside, changes, found)
                if isinstance(self._fields[field], int):
                    changes[field] = round(changes[field])
                return got * wanted.width
        reason = f"the family {self.spec.family} has no group width"
        found.append(
            Adjustment(
                "group_width", "infeasible", "no_such_knob", wanted.group_width, None, reason
            )
        )
        return None

    def _round_to_nearest(self, changes: dict[str, Any], found: list[Adjustment]) -> None:
        if "depth_rounding" in self._fields:
            changes["depth_rounding"] = "nearest"
            return
        reason = f"the family {self.spec.family} rounds depths up, never to the nearest"
        found.append(Adjustment("depth", "rounded", "no_such_knob", None, None, reason))

    def _rounded(self, aim: Multipliers, there: Sizes, got: Multipliers) -> Iterator[Adjustment]:
        """Which sizes are not the base's times their multipliers."""
        before = self.sizes
        groups = aim.width if aim.group_width is None else aim.group_width
        checks: tuple[tuple[Knob, str, float, Sequence[int], Sequence[int]], ...] = (
            ("depth", "blocks", aim.depth, before.depths, there.depths),
            ("width", "channels", aim.width, before.widths, there.widths),
            ("resolution", "pixels", aim.resolution, before.resolution, there.resolution),
            ("group_width", "channels", groups, before.group_widths, there.group_widths),
        )
        for knob, unit, factor, old, new in checks:
            if knob == "group_width" and max(old, default=0) <= 1:
                continue
            ideal = [size * factor for size in old]
            if not all(map(_same, ideal, new)):
                reason = f"{unit}: {_listed(ideal)} became {_listed(new)}"
                amount = getattr(got, knob)
                yield Adjustment(knob, "rounded", f"whole_{unit}", factor, amount, reason)


def ratios(there: Sizes, base: Sizes) -> Multipliers:
    """What the sizes of a network amount to as multipliers of another's.

    Of all blocks; of the sum of the stages' channels; of the square root of the pixels; of the sum
    of the group widths. A network without stages is 1 in what it has none of.
    """

    def ratio(new: Sequence[int], old: Sequence[int]) -> float:
        return sum(new) / sum(old) if sum(old) else 1.0

    return Multipliers(
        depth=ratio(there.depths, base.depths),
        width=ratio(there.widths, base.widths),
        resolution=sqrt(prod(there.resolution) / prod(base.resolution)),
        group_width=ratio(there.group_widths, base.group_widths),
    )


@cache
def bounds(spec: type[ArchitectureSpec], field: str) -> tuple[float, float]:
    """The least and the largest value that a numeric field of a spec accepts."""
    low, high = -inf, inf
    for constraint in spec.model_fields[field].metadata:
        low = max(low, getattr(constraint, "ge", low))
        high = min(high, getattr(constraint, "le", high))
    return low, high


def _refusals(error: ValidationError) -> Iterator[Adjustment]:
    """Why a spec does not validate, one reason to a field."""
    for fault in error.errors(include_url=False):
        where = ".".join(map(str, fault["loc"]))
        reason = f"{where}: {fault['msg']}" if where else fault["msg"]
        yield Adjustment(None, "infeasible", "invalid_spec", None, None, reason)


def _same(ideal: float, size: int) -> bool:
    return isclose(ideal, size, rel_tol=_EXACT)


def _listed(values: Sequence[float]) -> str:
    return ", ".join([f"{value:.6g}" for value in values])
