"""Differences that are meant, with their reasons: ``tests/data/differences.csv``."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.differential.counterparts import Counterpart, Request

FILE = Path(__file__).parent.parent / "data" / "differences.csv"


class Difference(NamedTuple):
    """Figures that differ from a library's, and why.

    Attributes:
        families: of the networks.
        library: whose figures differ.
        knobs: of the networks, besides others; of a list, any value.
        figures: that may differ there; others may not. Every run shows the first of them, in the
            first of the families.
        reason: of the difference.
    """

    families: tuple[str, ...]
    library: str
    knobs: Request
    figures: tuple[str, ...]
    reason: str

    def concerns(self, request: Request) -> bool:
        """Whether figures of this network are meant to differ."""
        return all(_allows(value, request.get(name)) for name, value in self.knobs.items())


def _allows(expected: Any, value: Any) -> bool:
    return value in expected if isinstance(expected, list) else value == expected


def _read() -> Iterator[Difference]:
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            knobs, figures = json.loads(row["knobs"] or "{}"), tuple(row["figures"].split())
            yield Difference(
                tuple(row["families"].split()), row["library"], knobs, figures, row["reason"]
            )


DIFFERENCES = tuple(_read())


class Explanations:
    """The differences of a counterpart, and those that no network has shown yet.

    Args:
        counterpart: whose networks are compared.
        figures: that are.
    """

    def __init__(self, counterpart: Counterpart, *figures: str) -> None:
        self._known = [
            difference
            for difference in DIFFERENCES
            if counterpart.family in difference.families
            and counterpart.library == difference.library
        ]
        self.unseen = {
            difference.reason
            for difference in self._known
            if counterpart.family == difference.families[0] and difference.figures[0] in figures
        }

    def unexplained(self, request: Request, ours: Request, theirs: Request) -> Request:
        """What differs without a reason: (ours, theirs) by figure."""
        concerned = [difference for difference in self._known if difference.concerns(request)]
        unexplained = {}
        for figure, value in ours.items():
            if value == theirs[figure]:
                continue
            explaining = [difference for difference in concerned if figure in difference.figures]
            self.unseen -= {each.reason for each in explaining if figure == each.figures[0]}
            if not explaining:
                unexplained[figure] = (value, theirs[figure])
        return unexplained
