"""Sensitivity: by how many per cent each total grows when a knob grows by one per cent.

∂ log total / ∂ log knob. Networks are steps, not slopes: channels come in multiples, blocks in
whole numbers, maps in whole rows, and between two neighbouring values nothing changes, or one layer
in twenty. So the slope is that of the line of least squares through the network at several values
of the knob, from 1/√2 to √2 times its own, whole ones where it is whole. The resolution takes sizes
that are whole strides of the deepest maps away, so that all lie alike between their cliffs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import count, takewhile
from math import log, sqrt
from typing import Literal, NamedTuple

from pydantic import ValidationError

from archmeter.analyzers.answers import Answer, Number
from archmeter.analyzers.scaling.cliffs import Sides
from archmeter.analyzers.scaling.search_space import put, reached
from archmeter.analyzers.scaling.totals import Ruler
from archmeter.models.errors import ArchmeterError, GraphTooLarge
from archmeter.models.graph import Graph
from archmeter.models.spec import ArchitectureSpec

Outcome = Literal["central", "one_sided", "no_effect", "immovable"]

_REACH = sqrt(2)
"""How far values are from the knob's own, as a factor."""

_SAMPLES = 4
"""On each side of it."""

_BEYOND = 8
"""Whole numbers that are tried on a side where none within reach is valid."""

_USUAL_STRIDE = 32
"""Where the deepest maps' own cannot be seen because the next ones are beyond what can be built."""

_Totals = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Elasticity(Answer):
    """How the totals of a network follow one of its knobs."""

    knob: str
    """Path of the field, such as width_multiplier or depth.2."""

    value: Number
    """What it is; of the resolution the height."""

    outcome: Outcome
    """Central if there are networks on both sides, one_sided if on one only; no_effect if all cost
    the same; immovable if no other value that was tried is valid."""

    values: tuple[Number, ...]
    """Those whose networks were counted, the knob's own among them."""

    totals: Mapping[str, float | None]
    """∂ log total / ∂ log knob by total; null where a total is zero."""


class Sensitivities:
    """The elasticities of a network.

    Args:
        spec: the network.
        ruler: reads the totals.
        batch: images at once.

    Raises:
        ShapeError: if the network cannot be built.
        GraphTooLarge: if there is too much of it.
    """

    def __init__(self, spec: ArchitectureSpec, ruler: Ruler, *, batch: int = 1) -> None:
        self._spec = spec
        self._ruler = ruler
        self._batch = batch
        self._fields = spec.canonical()
        self._totals = ruler.read(spec.graph(batch))
        self._numbers = tuple(_numbers(self._fields))

    @property
    def knobs(self) -> tuple[str, ...]:
        """Paths of all knobs that are positive numbers, those in lists one by one."""
        return ("resolution", *self._numbers)

    def of(self, knob: str) -> Elasticity:
        """How the totals follow one of the knobs."""
        if knob == "resolution":
            return self._of_resolution()
        value = next(reached(self._fields, knob.split(".")))
        if isinstance(value, int):
            sides = [_whole(value, sign) for sign in (-1, 1)]
        else:
            sides = [_real(value, sign) for sign in (-1, 1)]
        return self._elasticity(knob, value, sides, lambda value: self._measured(knob, value))

    def _of_resolution(self) -> Elasticity:
        sides = Sides(self._spec, self._ruler, batch=self._batch)
        stride = sides.period or _USUAL_STRIDE

        def measured(side: float) -> _Totals | None:
            graph = sides.at(int(side))
            return _read(self._ruler, graph, spend=False) if graph else None

        around = [_strided(sides.height, sign * stride) for sign in (-1, 1)]
        return self._elasticity("resolution", sides.height, around, measured)

    def _measured(self, knob: str, value: float) -> _Totals | None:
        """What the network costs with another value; None if there is no such network."""
        fields = deepcopy(self._fields)
        put(fields, knob.split("."), value)
        try:
            graph = type(self._spec).model_validate(fields).graph(self._batch)
        except (ValidationError, ArchmeterError):
            return None
        return _read(self._ruler, graph)

    def _elasticity(
        self,
        knob: str,
        value: float,
        sides: Sequence[_Candidates],
        measured: Callable[[float], _Totals | None],
    ) -> Elasticity:
        found: dict[float, _Totals] = {value: self._totals}
        populated = 0
        for within, beyond in sides:
            valid = {moved: totals for moved in within if (totals := measured(moved))}
            if not valid:
                tried = ((moved, measured(moved)) for moved in beyond)
                valid = dict([(moved, totals) for moved, totals in tried if totals][:1])
            populated += bool(valid)
            found |= valid
        outcome: Outcome = ("immovable", "one_sided", "central")[populated]
        if populated and all(totals == self._totals for totals in found.values()):
            outcome = "no_effect"
        slopes = {name: _slope(found, name) for name in self._ruler.names}
        return Elasticity(knob, value, outcome, tuple(sorted(found)), slopes)


class _Candidates(NamedTuple):
    """Values on one side of a knob's own: within reach, and beyond if none of those is valid."""

    within: Sequence[float]
    beyond: Sequence[float]


def _real(value: float, sign: int) -> _Candidates:
    factors = [_REACH ** (sign * i / _SAMPLES) for i in range(1, _SAMPLES + 1)]
    return _Candidates([value * factor for factor in factors], ())


def _whole(value: int, sign: int) -> _Candidates:
    """The neighbour, others at about equal ratios, and what follows them."""
    rounded = [round(moved) for moved in _real(value, sign).within]
    within = [n for n in dict.fromkeys([value + sign, *rounded]) if 0 < n != value]
    last = max(within, default=value) if sign > 0 else min(within, default=value)
    further = (last + sign * i for i in range(1, _BEYOND + 1))
    return _Candidates(within, [n for n in further if n > 0])


def _strided(side: int, stride: int) -> _Candidates:
    """Sizes whole strides away; the first of them also where it is out of reach."""
    away = (side + i * stride for i in count(1))
    within = takewhile(lambda n: side / _REACH <= n <= side * _REACH, away)
    return _Candidates(list(within), [side + stride])


def _numbers(value: object, path: str = "") -> Iterator[str]:
    """Paths of the positive numbers inside a JSON document, in order, without the resolution."""
    match value:
        case bool():
            return
        case int() | float() if value > 0:
            yield path.removeprefix(".")
        case dict():
            for key, inner in value.items():
                if (path, key) != ("", "resolution"):
                    yield from _numbers(inner, f"{path}.{key}")
        case list():
            for i, inner in enumerate(value):
                yield from _numbers(inner, f"{path}.{i}")


def _read(ruler: Ruler, graph: Graph, *, spend: bool = True) -> _Totals | None:
    """The totals of a network; None if they are beyond exact integers."""
    if spend:
        ruler.spend(graph)
    try:
        return ruler.read(graph)
    except GraphTooLarge:
        return None


def _slope(found: Mapping[float, _Totals], total: str) -> float | None:
    """Of the line of least squares through log total over log value."""
    if len(found) == 1 or not all(totals[total] for totals in found.values()):
        return None
    points = [(log(value), log(totals[total])) for value, totals in found.items()]
    x_mean, y_mean = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    covariance = sum((x - x_mean) * (y - y_mean) for x, y in points)
    slope: float = covariance / sum((x - x_mean) ** 2 for x, _ in points)
    return slope + 0.0  # no negative zero
