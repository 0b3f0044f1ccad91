"""What a knob may be: listed values, or a range that is a grid to search and a law to draw from."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from archmeter.analyzers.answers import Answer
from archmeter.models.errors import ArchmeterError

MAX_VALUES = 20_000
"""Values of one knob that are listed."""

Law = Literal["uniform", "log_uniform"]
Number = Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]

_LEAST = 1e-9
"""Steps are no finer, and logarithmic scales begin no earlier."""

_SIGNIFICANT = 9
"""Digits of values between the ends of a range: a tenth thrice is 0.3."""


class ImpossibleKnob(ArchmeterError):
    """A knob was given values that it cannot have, or that contradict each other."""

    code = "impossible_knob"


class Range(BaseModel):
    """Numbers from low to high."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: Number = Field(description="The least value.")
    high: Number = Field(description="The largest value.")
    step: Annotated[float, Field(ge=_LEAST, le=1e12, allow_inf_nan=False)] | None = Field(
        default=None,
        description="Only values so many steps above the least; 1 where numbers are whole.",
    )
    count: Annotated[int, Field(ge=2, le=MAX_VALUES)] | None = Field(
        default=None, description="So many values, in place of a step."
    )
    law: Law = Field(
        default="uniform",
        description="How a count of values is spaced, and how samples are drawn: evenly, or "
        "evenly on a logarithmic scale.",
    )

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}"

    def at(self, share: float) -> float:
        """The value so far along the range, by its law; 0 is its beginning and 1 its end."""
        if self.law == "log_uniform":
            factor: float = (self.high / self.low) ** share
            return self.low * factor
        return self.low + (self.high - self.low) * share


Domain = Range | tuple[JsonValue, ...]
"""What a knob may be: a range, or listed values."""


@dataclass(frozen=True, slots=True)
class KnobTrim(Answer):
    """Values of a range that a knob cannot have as they were asked for."""

    knob: str
    """Path of the knob."""

    departure: Literal["rounded", "clipped"]
    """Rounded to what is possible, or clipped at a bound."""

    values: int
    """How many of the range's values."""

    reason: str
    """Why, with an example."""


class Knob:
    """A knob that moves: its path, and what it may be.

    Args:
        path: dotted path in the spec.
        domain: its values.
        now: the base's value, which says what kind of values there are.

    Attributes:
        values: all there are, in order; None for a range of real numbers without steps.
        rounded: what had to be rounded to get them.
        ordered: whether they are numbers in ascending order.

    Raises:
        ImpossibleKnob: if there are none, or too many.
    """

    def __init__(self, path: str, domain: Domain, now: object) -> None:
        self.path = path
        self.domain = domain
        self.values: Sequence[Any] | None
        self.rounded: KnobTrim | None = None
        if isinstance(domain, Range):
            self._check(domain, now)
            # One number stands for a square of pixels, or names a list of depths.
            self.values = self._whole(domain) if isinstance(now, int | list) else self._real(domain)
            self.ordered = True
            return
        if not domain:
            raise self.impossible("no value is listed", [], "at least one value")
        self.values = domain
        numbers = [v for v in domain if isinstance(v, int | float) and not isinstance(v, bool)]
        self.ordered = len(numbers) == len(domain) and all(a < b for a, b in pairwise(numbers))

    def draw(self, share: float) -> Any:  # noqa: ANN401 - whatever the knob takes
        """The value at a uniform random number from [0, 1), by the law of the range.

        Listed values and those of a count are equally likely. On a logarithmic scale, the value
        with a step that is nearest to the one drawn is taken.
        """
        domain, values = self.domain, self.values
        if not isinstance(domain, Range) or domain.count is not None:
            return (values or ())[int(share * len(values or ()))]
        if values is None:
            return _tidy(domain.at(share))
        if domain.law == "uniform":
            return values[int(share * len(values))]
        drawn = domain.at(share)
        above = min(bisect(values, drawn), len(values) - 1)
        return min(values[max(above - 1, 0) : above + 1], key=lambda value: abs(value - drawn))

    def impossible(
        self, message: str, value: object, accepted: str, *, part: str | int | None = None
    ) -> ImpossibleKnob:
        """An error about this knob, or a part of what it was given."""
        return ImpossibleKnob(
            f"{self.path}: {message}; accepted: {accepted}",
            field=f"knobs.{self.path}" if part is None else f"knobs.{self.path}.{part}",
            value=value,
            accepted=accepted,
        )

    def _check(self, domain: Range, now: object) -> None:
        if isinstance(now, bool) or not isinstance(now, int | float | list):
            message = f"a range of numbers, where the base has {now!r:.40}"
            raise self.impossible(message, str(domain), "a list of values")
        if domain.low > domain.high:
            message = f"an empty range, for {domain.low:g} is above {domain.high:g}"
            raise self.impossible(message, domain.low, f"at most {domain.high:g}", part="low")
        if domain.step is not None and domain.count is not None:
            message = "both a step and a count"
            raise self.impossible(message, domain.count, "one of them", part="count")
        if domain.law == "log_uniform" and domain.low < _LEAST:
            message = f"a logarithmic scale cannot begin at {domain.low:g}"
            raise self.impossible(message, domain.low, f"at least {_LEAST:g}", part="low")

    def _real(self, domain: Range) -> tuple[float, ...] | None:
        if domain.count is not None:
            ends = domain.count - 1
            return _different(domain.at(k / ends) for k in range(domain.count))
        if domain.step is None:
            return None
        length = floor((domain.high - domain.low) / domain.step + 1e-9) + 1
        if length > MAX_VALUES:
            accepted = f"a larger step, for at most {MAX_VALUES:,}"
            raise self.impossible(f"{length:,} values", domain.step, accepted, part="step")
        return _different(domain.low + k * domain.step for k in range(length))

    def _whole(self, domain: Range) -> Sequence[int]:
        low, high = ceil(domain.low), floor(domain.high)
        if low > high:
            raise self.impossible("no whole number is in it", str(domain), "a wider range")
        if domain.step is None and domain.count is None:
            return range(low, high + 1)
        if domain.step is not None and domain.step == int(domain.step) and low == domain.low:
            return range(low, high + 1, int(domain.step))
        ideal = self._real(domain) or ()
        moved = [(value, round(value)) for value in ideal if value != round(value)]
        if moved:
            (wanted, got), *_ = moved
            reason = f"to whole numbers, such as {wanted:.6g} to {got}"
            self.rounded = KnobTrim(self.path, "rounded", len(moved), reason)
        return tuple(dict.fromkeys(map(round, ideal)))


def _different(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(dict.fromkeys(map(_tidy, values)))


def _tidy(value: float) -> float:
    return float(f"{value:.{_SIGNIFICANT}g}")
