"""Width against depth: all pairs of two knobs at equal cost, and what they do to everything else.

Zagoruyko & Komodakis 2016 (arXiv:1605.07146) traded depth for width at equal parameters; here any
total is the one kept equal. Every pair of the two knobs' values is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from pydantic import JsonValue

from archmeter.analyzers.answers import Answer, Number, Rows
from archmeter.analyzers.scaling.beam import size
from archmeter.analyzers.scaling.domains import KnobTrim
from archmeter.analyzers.scaling.examine import Examiner, Judge, Judged, Progress, Refusal, Spent
from archmeter.analyzers.scaling.knobs import Adjustment
from archmeter.analyzers.scaling.realised import departures
from archmeter.analyzers.scaling.search_space import Axis, NothingToBuild, Space
from archmeter.analyzers.scaling.sizes import Sizes, sizes
from archmeter.analyzers.scaling.totals import Ruler, TooMuchWork
from archmeter.models.graph import Graph

MAX_PAIRS = 2_000
"""Pairs of values that are counted for one question."""

_MANY_TIMES = 9.0
"""From here on a deviation is told as a factor."""

Outcome = Literal["met", "rounded", "clipped", "infeasible"]


@dataclass(frozen=True, slots=True)
class IsoCostPair(Answer):
    """A depth and a width at the cost that was wanted."""

    depth: JsonValue
    """Value of the knob for depth."""

    width: JsonValue
    """Value of the knob for width; of values that make the same network, the first."""

    alike: tuple[JsonValue, ...]
    """The other values that do."""

    name: str
    """The preset or family it is called after, and what differs from it."""

    architecture: dict[str, JsonValue]
    """The canonical spec."""

    sizes: Sizes
    """Blocks, channels and pixels as they were realised."""

    totals: dict[str, Number]
    """What it costs, by name."""

    ratios: dict[str, float | None]
    """The same as multiples of the base's; null where that has none."""

    deviation: float
    """By which part the cost differs from the one wanted."""

    adjustments: Rows[Adjustment]
    """Multipliers that could only be realised rounded, and to what."""


@dataclass(frozen=True, slots=True)
class IsoCostLine(Answer):
    """All widths at one depth, and how near to the cost they come."""

    depth: JsonValue
    """Value of the knob for depth."""

    pairs: int
    """How many networks have the cost that was wanted."""

    nearest: JsonValue
    """The width that comes nearest to it; null if none is a network."""

    deviation: float | None
    """By which part that width differs from the cost wanted."""

    outcome: Outcome
    """Met, or widths step over the cost, end before it, or are no networks."""

    reason: str | None
    """Why it was not met."""


@dataclass(frozen=True, slots=True)
class IsoCost(Answer):
    """Pairs of depth and width at one cost."""

    base: str
    """Name of the network that the ratios are to."""

    total: str
    """The total that is equal."""

    wanted: Number
    """How much of that total is wanted."""

    tolerance: float
    """By which part it may differ."""

    totals: dict[str, Number]
    """What the base costs, by name."""

    pairs: Rows[IsoCostPair]
    """Networks at that cost, by depth, then width."""

    lines: Rows[IsoCostLine]
    """One for each depth."""

    combinations: int
    """How many depths and widths there are together."""

    examined: int
    """Different networks among them, and what is none."""

    refusals: Rows[Refusal]
    """Combinations that are no network, and why."""

    trims: Rows[KnobTrim]
    """Values that were rounded, or clipped at the knobs' bounds, and why."""


def iso_cost(
    space: Space,
    judge: Judge,
    *,
    wanted: float | None = None,
    tolerance: float = 0.05,
    shown: Sequence[str] = (),
    max_operators: int,
    progress: Progress | None = None,
) -> IsoCost:
    """All values of a space's two knobs, depth and width in this order, at equal cost.

    Args:
        space: the base, with a knob for depth and one for width.
        judge: its objective is the total that is equal; it has no limits.
        wanted: how much of it; what the base has if left out.
        tolerance: by which part it may differ.
        shown: totals to count of the pairs besides.
        max_operators: operators to count, in all networks together.
        progress: told how far it got.

    Raises:
        ImpossibleKnob: if a knob cannot have its values.
        TooMuchWork: if there are more pairs or operators than are counted.
        NothingToBuild: if no pair is a network.
        ArchmeterError: if the base cannot be built.
    """
    depths, widths = space.axes
    combinations = size((depths, widths))
    if combinations > MAX_PAIRS:
        raise TooMuchWork(
            f"{len(depths.values):,} x {len(widths.values):,} pairs are more than {MAX_PAIRS:,}",
            field="width",
            value=len(widths.values),
            accepted=f"at most {MAX_PAIRS:,} pairs, by larger steps or shorter ranges",
        )
    names = tuple(dict.fromkeys((judge.objective.total, *shown)))
    ruler = Ruler(names, dtype=judge.dtype, peaks=judge.peaks)
    base = _read(ruler, space.base.graph(judge.batch))
    examiner = Examiner(
        [space], judge, max_specs=combinations, max_operators=max_operators, progress=progress
    )
    rows = _rows(examiner, depths, widths)
    if not examiner.judged:
        raise NothingToBuild(
            f"none of {combinations:,} pairs is a network: {examiner.refusals[0].reason}",
            field="depth",
            accepted="values of the knobs that go together",
        )
    aim = base[judge.objective.total] if wanted is None else wanted
    nets = [_different(row, judge, aim) for row in rows]
    return IsoCost(
        base=space.name_of(space.base),
        total=judge.objective.total,
        wanted=aim,
        tolerance=tolerance,
        totals=base,
        pairs=Rows(
            _pair(depth, net, ruler, base, space.name_of(net.judged.spec), judge.batch)
            for depth, row in zip(depths.values, nets, strict=True)
            for net in row
            if abs(net.deviation) <= tolerance
        ),
        lines=Rows(
            [_line(depth, row, tolerance) for depth, row in zip(depths.values, nets, strict=True)]
        ),
        combinations=combinations,
        examined=examiner.examined,
        refusals=examiner.refusals,
        trims=Rows(trim for axis in (depths, widths) for trim in axis.trims),
    )


class _Net(NamedTuple):
    """A network of one depth, and the widths that make it."""

    widths: tuple[Any, ...]
    judged: Judged
    deviation: float


def _rows(examiner: Examiner, depths: Axis, widths: Axis) -> list[list[tuple[Any, Judged]]]:
    """For each depth, the widths at which there is a network."""
    rows: list[list[tuple[Any, Judged]]] = []
    try:
        for depth in depths.values:
            row = [
                (width, examiner.examine(0, {depths.path: depth, widths.path: width}))
                for width in widths.values
            ]
            rows.append([(width, judged) for width, judged in row if judged is not None])
    except Spent:
        raise TooMuchWork(
            "the networks have more operators together than are counted for one question",
            field="width",
            accepted="fewer pairs, or smaller networks",
        ) from None
    return rows


def _different(row: Sequence[tuple[Any, Judged]], judge: Judge, aim: float) -> list[_Net]:
    """The networks of one depth; what costs the same in every total is one."""
    found: dict[tuple[float, ...], _Net] = {}
    for width, judged in row:
        fingerprint = judge.fingerprint(judged)
        known = found.get(fingerprint)
        if known:
            found[fingerprint] = known._replace(widths=(*known.widths, width))
            continue
        value = judge.aim(judged) or 0.0
        found[fingerprint] = _Net((width,), judged, value / aim - 1)
    return list(found.values())


def _pair(
    depth: JsonValue, net: _Net, ruler: Ruler, base: dict[str, float], name: str, batch: int
) -> IsoCostPair:
    spec = net.judged.spec
    graph = spec.graph(batch)
    totals = _read(ruler, graph)
    width, *alike = net.widths
    return IsoCostPair(
        depth=depth,
        width=width,
        alike=tuple(alike),
        name=name,
        architecture=spec.canonical(),
        sizes=sizes(graph),
        totals=totals,
        ratios={name: totals[name] / base[name] if base[name] else None for name in totals},
        deviation=net.deviation,
        adjustments=departures(spec),
    )


def _line(depth: JsonValue, nets: Sequence[_Net], tolerance: float) -> IsoCostLine:
    if not nets:
        return IsoCostLine(depth, 0, None, None, "infeasible", "no width makes a network")
    nearest = min(nets, key=lambda net: abs(net.deviation))
    met = sum(abs(net.deviation) <= tolerance for net in nets)
    width, deviation = nearest.widths[0], nearest.deviation
    if met:
        return IsoCostLine(depth, met, width, deviation, "met", None)
    under = max((net for net in nets if net.deviation < 0), key=_deviation, default=None)
    over = min((net for net in nets if net.deviation > 0), key=_deviation, default=None)
    ends = [f"{net.widths[0]}: {_differs(net.deviation)}" for net in (under, over) if net]
    if under and over:
        return IsoCostLine(
            depth, 0, width, deviation, "rounded", f"between widths {'; '.join(ends)}"
        )
    end = "cheapest" if over else "dearest"
    return IsoCostLine(depth, 0, width, deviation, "clipped", f"the {end} width is {ends[0]}")


def _differs(deviation: float) -> str:
    return f"{deviation:+.2%}" if deviation < _MANY_TIMES else f"{1 + deviation:.4g} times as much"


def _deviation(net: _Net) -> float:
    return net.deviation


def _read(ruler: Ruler, graph: Graph) -> dict[str, float]:
    totals = ruler.read(graph)
    return {name: totals[name] for name in ruler.names}
