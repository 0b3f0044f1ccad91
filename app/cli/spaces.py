"""Options that describe a design space: knobs that move, bounds on totals."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archmeter.app.space_text import RANGES, NoAmount, amount_of, domain_of
from archmeter.models.errors import ArchmeterError

if TYPE_CHECKING:
    from archmeter.analyzers.scaling.examine import Progress

Moving = Annotated[
    list[str] | None,
    typer.Option(
        "--knob",
        metavar="KNOB=VALUES",
        help=f"A knob that moves: {RANGES}. Repeat for more.",
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

_BOUND = re.compile(r"(?P<total>\w+)(?:@(?P<batch>\d{1,9}))?=(?P<amount>.+)", re.ASCII)


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
            try:
                amount = amount_of(found["amount"]) if found else None
            except NoAmount:
                amount = None
            if found is None or amount is None:
                raise ArchmeterError(f"{option} takes TOTAL[@BATCH]=AMOUNT, got {text[:80]!r}")
            batch = {"batch": int(found["batch"])} if found["batch"] else {}
            bounds.append({"total": found["total"], sense: amount, **batch})
    return bounds


def given(**options: Any) -> dict[str, Any]:
    """The options that were given; the others keep their defaults."""
    return {name: value for name, value in options.items() if value not in (None, [], {})}


@contextmanager
def progress(what: str) -> Iterator["Progress"]:
    """A bar on standard error once the work has taken a second, moved on one by one."""
    from archmeter.app.cli.progress import slow_progress

    with slow_progress() as bar:
        steps: Iterator[Any] = iter(())

        def moved_on(done: int, total: int) -> None:
            nonlocal steps
            if done == 1:
                steps = iter(bar(range(total), what))
            next(steps, None)

        yield moved_on
