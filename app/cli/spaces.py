"""Options that describe a design space: knobs that move, bounds on totals."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.request import value_of
from models.errors import ArchmeterError

if TYPE_CHECKING:
    from analyzers.scaling.examine import Progress

Moving = Annotated[
    list[str] | None,
    typer.Option(
        "--knob",
        metavar="KNOB=VALUES",
        help="A knob that moves: values between commas, LOW:HIGH or LOW:HIGH:STEP, or "
        "LOW:HIGH/COUNT; with ~ in place of the first colon on a logarithmic scale. Repeat for "
        "more.",
    ),
]
Increasing = Annotated[
    list[str] | None,
    typer.Option(help="A path with a * whose values must not fall, as stages.*.width."),
]
AtMost = Annotated[
    list[str] | None,
    typer.Option(
        "--max",
        metavar="TOTAL[@BATCH]=AMOUNT",
        help="The most that a total may be, as macs=600M or training_bytes@128=16G.",
    ),
]
AtLeast = Annotated[
    list[str] | None,
    typer.Option("--min", metavar="TOTAL[@BATCH]=AMOUNT", help="The least that it may be."),
]
Device = Annotated[
    str | None, typer.Option(help="For roofline_seconds: one of `archmeter devices`.")
]
Seed = Annotated[int | None, typer.Option(help="The same seed gives the same answer.")]

_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_RANGE = re.compile(
    rf"(?P<low>{_NUMBER})(?P<law>[:~])(?P<high>{_NUMBER})"
    rf"(?::(?P<step>{_NUMBER})|/(?P<count>\d{{1,9}}))?",
    re.ASCII,
)
_BOUND = re.compile(
    rf"(?P<total>\w+)(?:@(?P<batch>\d{{1,9}}))?=(?P<amount>{_NUMBER})(?P<prefix>[kMGTP]?)B?",
    re.ASCII,
)
_PREFIXES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}


def knobs_of(texts: Iterable[str] | None) -> dict[str, Any]:
    """What the knobs may be: ``depth=12:28``, ``group_width=8,16``, ``width_multiplier=0.5~2/9``.

    Raises:
        ArchmeterError: if one is spelled otherwise, or given twice.
    """
    knobs: dict[str, Any] = {}
    for text in texts or ():
        path, equals, values = text.partition("=")
        if not (path and equals and values):
            raise ArchmeterError(f"--knob takes KNOB=VALUES, got {text[:80]!r}")
        if path in knobs:
            raise ArchmeterError(f"--knob {path[:80]} is given twice")
        knobs[path] = domain_of(values)
    return knobs


def domain_of(text: str) -> object:
    """A range, or a list of values."""
    found = _RANGE.fullmatch(text)
    if found is None:
        whole = value_of(text)
        # A list of lists is JSON; other lists need no brackets.
        return whole if isinstance(whole, list) else [value_of(one) for one in text.split(",")]
    given = {
        name: value_of(found[name]) for name in ("low", "high", "step", "count") if found[name]
    }
    return {**given, "law": "log_uniform"} if found["law"] == "~" else given


def bounds_of(
    at_most: Iterable[str] | None, at_least: Iterable[str] | None
) -> list[dict[str, Any]]:
    """Bounds on totals: ``macs=600M``, ``training_bytes@128=16GB``.

    Raises:
        ArchmeterError: if one is spelled otherwise.
    """
    bounds: list[dict[str, Any]] = []
    for option, sense, texts in (("--max", "at_most", at_most), ("--min", "at_least", at_least)):
        for text in texts or ():
            found = _BOUND.fullmatch(text)
            if found is None:
                raise ArchmeterError(f"{option} takes TOTAL[@BATCH]=AMOUNT, got {text[:80]!r}")
            batch = {"batch": int(found["batch"])} if found["batch"] else {}
            amount = float(found["amount"]) * _PREFIXES[found["prefix"]]
            bounds.append({"total": found["total"], sense: amount, **batch})
    return bounds


def given(**options: Any) -> dict[str, Any]:
    """The options that were given; the others keep their defaults."""
    return {name: value for name, value in options.items() if value not in (None, [], {})}


@contextmanager
def progress(what: str) -> Iterator["Progress"]:
    """A bar on standard error once the work has taken a second, moved on one by one."""
    from app.cli.progress import slow_progress

    with slow_progress() as bar:
        steps: Iterator[Any] = iter(())

        def moved_on(done: int, total: int) -> None:
            nonlocal steps
            if done == 1:
                steps = iter(bar(range(total), what))
            next(steps, None)

        yield moved_on
