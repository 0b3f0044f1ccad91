"""Design spaces as people ask for them: knobs that may move, bounds on totals, and what is best.

Each can be typed: what a knob may be as ``12:28`` or ``8,16,24``, a bound as ``macs<=600M`` or
``training_bytes@128<=16G``, the best as ``least params``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, JsonValue

from archmeter.analyzers.scaling.bounds import Amount, Bound, TotalName
from archmeter.analyzers.scaling.domains import Range
from archmeter.analyzers.scaling.search import Sense
from archmeter.analyzers.scaling.search_space import Space
from archmeter.analyzers.scaling.totals import TOTALS
from archmeter.app.ask.about import About
from archmeter.app.ask.request import Option, Request
from archmeter.app.ask.spelling import RANGES, NoAmount, Spelled, amount_of, domain_of, pair_of
from archmeter.models.errors import ArchmeterError

MAX_EXAMINED = 20_000
"""Specs of one search, draws of one sample."""

MAX_OPERATORS = 5_000_000
"""Operators of all networks of one question together."""

LANE = "design spaces"
"""Questions about them take seconds, and wait for each other."""

KNOB = "KNOB=VALUES"
BOUND = "TOTAL[@BATCH]=AMOUNT"

_BOUNDED = re.compile(r"(?P<total>\w+)(?:@(?P<batch>\d{1,9}))?", re.ASCII)
_SIGNS = {"<=": "at_most", ">=": "at_least"}


def knob_of(text: str) -> tuple[str, object]:
    """A knob and what it may be: ``depth=12:28``, ``group_width=8,16``.

    Raises:
        ArchmeterError: if it is spelled otherwise.
    """
    path, values = pair_of(text, KNOB)
    return path, domain_of(values)


def axis_of(text: str) -> dict[str, object]:
    """The same as an object.

    Raises:
        ArchmeterError: if it is spelled otherwise.
    """
    path, values = knob_of(text)
    return {"knob": path, "values": values}


def bound_of(text: str) -> dict[str, object]:
    """A bound on a total: ``macs<=600M``, ``training_bytes@128<=16G``, ``macs>=300M``.

    Raises:
        ArchmeterError: if it is spelled otherwise.
    """
    sign = "<=" if "<=" in text else ">="
    return _bound(text, sign, _SIGNS[sign], "TOTAL[@BATCH]<=AMOUNT, or >=")


def at_most(text: str) -> dict[str, object]:
    """A bound from above: ``macs=600M``, ``training_bytes@128=16GB``.

    Raises:
        ArchmeterError: if it is spelled otherwise.
    """
    return _bound(text, "=", "at_most", BOUND)


def at_least(text: str) -> dict[str, object]:
    """A bound from below: ``macs=300M``.

    Raises:
        ArchmeterError: if it is spelled otherwise.
    """
    return _bound(text, "=", "at_least", BOUND)


def _bound(text: str, sign: str, end: str, form: str) -> dict[str, object]:
    subject, _, limit = text.partition(sign)
    bounded = _BOUNDED.fullmatch(subject.strip())
    amount = _number_of(limit)
    if bounded is None or isinstance(amount, str):
        raise ArchmeterError(f"takes {form}, got {text[:80]!r}", value=text, accepted=form)
    batch = {"batch": int(bounded["batch"])} if bounded["batch"] else {}
    return {"total": bounded["total"], end: amount, **batch}


def objective_of(usual: Sense) -> Callable[[str], dict[str, str]]:
    """Reads ``least params``: a total and which way is better, the usual one if none is named."""

    def read(text: str) -> dict[str, str]:
        sense, _, total = text.strip().rpartition(" ")
        return {"total": total, "sense": sense or usual}

    return read


def wants(sense: Sense, what: str) -> Option:
    """The option ``--most TOTAL``, or ``--least TOTAL``."""
    return Option(
        f"--{sense}",
        form="TOTAL",
        help=what,
        read=lambda total: {"total": total, "sense": sense},
    )


def _number_of(text: str) -> object:
    """An amount; what is none is left to the type to refuse."""
    try:
        return amount_of(text)
    except NoAmount:
        return text


Path = Annotated[str, Field(min_length=1, max_length=100)]
Values = Annotated[tuple[JsonValue, ...], Field(min_length=1, max_length=1_000)]
KnobValues = Annotated[Range | Values, Spelled(domain_of, "VALUES")]
Knobs = dict[Path, KnobValues]
SpelledBound = Annotated[Bound, Spelled(bound_of, "TOTAL[@BATCH]<=AMOUNT")]
SpelledAmount = Annotated[Amount, Spelled(_number_of, "AMOUNT")]
Totals = Annotated[tuple[TotalName, ...], Field(min_length=1, max_length=len(TOTALS))]
Seed = Annotated[int, Field(ge=0, le=2**53)]

MOVING = Option(
    "--knob", form=KNOB, help=f"A knob that moves: {RANGES}. Repeat it for more.", read=knob_of
)
Bounds = Annotated[
    tuple[SpelledBound, ...],
    Field(max_length=16),
    Option(
        "--max",
        form=BOUND,
        help="The most that a total may be, as macs=600M or training_bytes@128=16G.",
        read=at_most,
    ),
    Option(
        "--min",
        form=BOUND,
        help="The least that a total may be, as macs=300M.",
        read=at_least,
    ),
]


class MovingKnobs(Request):
    """Knobs of an architecture that may move."""

    knobs: Annotated[Knobs, MOVING] = Field({}, max_length=32)
    """The knobs that move, each with what it may be: a list of values, a range, or either as text
    such as `8,16,24` and `12:28`.

    A knob is a field of the family, or a part of one by its path: `depth.2` is the third entry of
    its list of depths, `stages.*.width` one width for all stages.
    """

    increasing: Annotated[tuple[Path, ...], Field(max_length=8)] = ()
    """Paths with a `*` whose values must not fall from one item to the next, as in
    `stages.*.width`."""

    def space(self, architecture: Mapping[str, Any]) -> Space:
        """The networks among which the knobs of an architecture choose."""
        return Space(architecture, self.knobs, self.increasing)


class SpaceRequest(MovingKnobs):
    """An architecture, and the knobs of it that may move."""

    architecture: dict[str, Any] = Field(
        description="What the knobs are of: a family with its knobs, or a preset with overrides."
    )


class ObjectiveRequest(Request):
    """A total, and which way is better."""

    total: TotalName = "macs"
    """The total that the best network has most or least of."""

    sense: Sense = "most"
    """Whether the best network has most or least of it."""


Best = Annotated[
    ObjectiveRequest,
    Spelled(objective_of("most"), "most|least TOTAL"),
    wants("most", "What the best network has most of; MACs if left out."),
    wants("least", "What the best network has least of."),
]


@dataclass(frozen=True)
class SearchAbout(About):
    """What was counted, and how."""

    counting_rules: str
    """Version of the rules behind the figures; another version may count otherwise."""

    batch: int
    """Images at once, where a bound does not say otherwise."""

    dtype: str
    """Types of weights and activations."""
