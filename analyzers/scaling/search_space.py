"""Search spaces: an architecture, and the knobs of it that may move.

A knob is any field of the family's spec, or a part of one by its dotted path: ``depth.2`` is the
third entry of a list of depths, ``stages.*.group_width`` one value that all stages of a composed
network share. It takes listed values, or those of a range.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from difflib import get_close_matches
from functools import cached_property
from itertools import combinations, pairwise
from typing import Any, NamedTuple, get_args

from pydantic import ValidationError
from pydantic_core.core_schema import ErrorType

from archmeter.analyzers.scaling.domains import MAX_VALUES, Domain, Knob, KnobTrim, Range
from archmeter.models import registry
from archmeter.models.errors import ArchmeterError
from archmeter.models.naming import describe
from archmeter.models.spec import ArchitectureSpec

_EVERY = "*"

_PROBES = 64
"""Values of a range that are tried, to see which of them a knob can have."""

_OF_ITSELF = frozenset(get_args(ErrorType)) - {"value_error", "assertion_error"}
"""Faults of a value whatever the other knobs are; the rest are found by validators of specs."""


class UnknownKnob(ArchmeterError):
    """The family has no such knob."""

    code = "unknown_knob"


class NothingToBuild(ArchmeterError):
    """No combination of the knobs' values is a network."""

    code = "nothing_to_build"


class Axis(NamedTuple):
    """A knob and the values that a search gives it.

    Attributes:
        ordered: whether the values are numbers in ascending order.
        trims: what became of values of its range that are not among them.
    """

    path: str
    values: Sequence[Any]
    ordered: bool
    trims: tuple[KnobTrim, ...]


class Space:
    """An architecture, and the knobs of it that may move.

    Args:
        architecture: a request: a family with knobs, or a preset with overrides.
        knobs: path of each knob that moves, and what it may be.
        increasing: paths with a ``*`` whose values must not fall from one item to the next, as the
            widths of stages in most design spaces.

    Raises:
        ArchmeterError: if there is no such architecture.
        pydantic.ValidationError: if its own knobs are out of bounds.
        UnknownKnob: if the family has no such knob.
        ImpossibleKnob: if values contradict each other.
    """

    def __init__(
        self,
        architecture: Mapping[str, Any],
        knobs: Mapping[str, Domain],
        increasing: Sequence[str] = (),
    ) -> None:
        self.architecture = dict(architecture)
        self.base = registry.resolve(architecture)
        self._asked = registry.preset_asked(architecture)
        self.increasing = tuple(increasing)
        self._canonical = self.base.canonical()
        self.knobs = tuple(
            [Knob(path, domain, self._now(path, "knobs")) for path, domain in knobs.items()]
        )
        self._routes = {path: path.split(".") for path in knobs}
        for path in increasing:
            self._now(path, "increasing")
        for one, other in combinations(self.knobs, 2):
            if _overlap(self._routes[one.path], self._routes[other.path]):
                message = f"moves what {one.path} moves"
                raise other.impossible(message, other.path, "knobs that share no values")

    def name_of(self, spec: ArchitectureSpec) -> str:
        """What a network of this space is called."""
        return describe(spec, self._asked)

    def spec(self, values: Mapping[str, Any]) -> ArchitectureSpec:
        """The architecture with some of its knobs at other values.

        Raises:
            pydantic.ValidationError: if the values do not go together.
        """
        changes: dict[str, Any] = {}
        for path, value in values.items():
            root, *steps = self._routes[path]
            if not steps:
                changes[root] = value
                continue
            if root not in changes:
                changes[root] = deepcopy(self._canonical[root])
            put(changes[root], steps, value)
        return registry.resolve({**self.architecture, **changes})

    def falling(self, spec: ArchitectureSpec) -> str | None:
        """The first path whose values must not fall and do; None if all are as they must be."""
        if not self.increasing:
            return None
        canonical = spec.canonical()
        for path in self.increasing:
            values = [*reached(canonical, path.split("."))]
            if any(a > b for a, b in pairwise(values)):
                return path
        return None

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The values of all knobs, as `axis` has them."""
        return tuple([self.axis(knob) for knob in self.knobs])

    def axis(self, knob: Knob) -> Axis:
        """The values of a knob that it can have by itself.

        Raises:
            ImpossibleKnob: if a listed value or a whole range is out of the knob's bounds, or there
                is no end of its values.
        """
        values = knob.values
        if values is None:
            accepted = "a step, a count, or a list of values"
            raise knob.impossible("no end of real numbers", str(knob.domain), accepted)
        if len(values) > MAX_VALUES:
            accepted = f"a larger step, for at most {MAX_VALUES:,}"
            raise knob.impossible(f"{len(values):,} values", str(knob.domain), accepted)
        trims = [knob.rounded] if knob.rounded else []
        if not isinstance(knob.domain, Range):
            for i, value in enumerate(values):
                if fault := self._fault(knob, value):
                    raise knob.impossible(f"{value!r:.80}", value, fault, part=i)
            return Axis(knob.path, values, knob.ordered, ())
        first, last = self._possible(knob, values)
        dropped = [*values[:first], *values[last + 1 :]]
        if dropped:
            fault = self._fault(knob, dropped[0]) or ""
            if len(dropped) == len(values):
                raise knob.impossible(f"{knob.domain}", str(knob.domain), fault)
            reason = f"{dropped[0]!r} is not {fault}"
            trims.append(KnobTrim(knob.path, "clipped", len(dropped), reason))
        return Axis(knob.path, values[first : last + 1], knob.ordered, tuple(trims))

    def _possible(self, knob: Knob, values: Sequence[Any]) -> tuple[int, int]:
        """Indices of the first and the last value that the knob can have; (0, -1) for none.

        Few values are all tried. Of many, those at equal distances, and then by bisection what is
        beside the outermost that are possible: bounds leave one run of values, if any.
        """

        def possible(i: int) -> bool:
            return self._fault(knob, values[i]) is None

        def outermost(inside: int, outside: int) -> int:
            """The value furthest from one that is possible, towards one that is not."""
            while abs(outside - inside) > 1:
                middle = (inside + outside) // 2
                inside, outside = (middle, outside) if possible(middle) else (inside, middle)
            return inside

        last = len(values) - 1
        probes = sorted({round(k * last / _PROBES) for k in range(_PROBES + 1)})
        found = [i for i in probes if possible(i)]
        if not found:
            return 0, -1
        low, high = found[0], found[-1]
        before = max((i for i in probes if i < low), default=None)
        after = min((i for i in probes if i > high), default=None)
        return (
            low if before is None else outermost(low, before),
            high if after is None else outermost(high, after),
        )

    def _fault(self, knob: Knob, value: object) -> str | None:
        """What a value would have to be, if it is none whatever the other knobs are."""
        try:
            self.spec({knob.path: value})
        except ValidationError as error:
            root = self._routes[knob.path][0]
            for fault in error.errors(include_url=False, include_input=False):
                if fault["loc"][:1] == (root,) and fault["type"] in _OF_ITSELF:
                    return fault["msg"].removeprefix("Input should be ")
        return None

    def _now(self, path: str, field: str) -> object:
        """The base's value of a knob."""
        try:
            found = [*reached(self._canonical, path.split("."))]
        except LookupError:
            found = []
        if not found or path.split(".", maxsplit=1)[0] == "family":
            raise self._unknown(path, field)
        return found[0]

    def _unknown(self, path: str, field: str) -> UnknownKnob:
        known = [name for name in self._canonical if name != "family"]
        root, *rest = path.split(".")
        if rest and root in known:
            inside = self._canonical[root]
            accepted = f"{root}, or parts of {inside!r:.120}"
        else:
            accepted = ", ".join(get_close_matches(path[:80], known, n=3, cutoff=0.6) or known)
        return UnknownKnob(
            f"{self.base.family} has no knob {path[:80]!r}; accepted: {accepted}",
            field=f"{field}.{path}" if field == "knobs" else field,
            value=path,
            accepted=accepted,
        )


def refusal(error: ValidationError | ArchmeterError) -> tuple[str, str]:
    """Why a spec is none or cannot be built: a stable code, and a sentence."""
    if isinstance(error, ArchmeterError):
        return error.code, str(error)
    fault = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, fault["loc"]))
    message = fault["msg"].replace("Input should be", "must be").removeprefix("Value error, ")
    return "invalid_spec", f"{where}: {message}" if where else message


def reached(document: Any, steps: Sequence[str]) -> Iterator[Any]:  # noqa: ANN401 - JSON
    """The values at a path; of every item where a step is ``*``.

    Raises:
        LookupError: if a step leads nowhere.
    """
    if not steps:
        yield document
        return
    first, *rest = steps
    for key in _keys(document, first):
        yield from reached(document[key], rest)


def put(document: Any, steps: Sequence[str], value: object) -> None:  # noqa: ANN401 - JSON
    """Put a value wherever a path leads."""
    *way, last = steps
    for around in reached(document, way):
        for key in _keys(around, last):
            around[key] = value


def _keys(document: object, step: str) -> list[Any]:
    match document:
        case list() if step == _EVERY:
            return [*range(len(document))]
        case list() if step.isdecimal() and int(step) < len(document):
            return [int(step)]
        case dict() if step in document:
            return [step]
    raise LookupError(step)


def _overlap(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two paths lead to the same values, or one to what holds the other's."""
    return all(a == b or _EVERY in (a, b) for a, b in zip(one, other, strict=False))
