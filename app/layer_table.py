"""The layer table in the formats people paste: CSV for programs, Markdown for documents."""

import csv
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from io import StringIO
from typing import get_type_hints

from archmeter.analyzers import Row, Totals

_NUMERIC = {name for name, hint in get_type_hints(Row).items() if hint is int}
_SUMMED = ("params", "trainable_params", "buffers", "macs", "flops", "activations")


class Format(StrEnum):
    """A representation of the layer table."""

    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


MEDIA_TYPES: dict[Format, str] = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.MARKDOWN: "text/markdown",
}


def to_csv(rows: Iterable[Row]) -> str:
    """One header, one line for each operator; sizes as ``1x64x112x112``.

    Lines end in a bare newline, which every reader of CSV takes and every Unix tool needs.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Row._fields)
    writer.writerows(map(_cells, rows))
    return text.getvalue()


def to_markdown(rows: Iterable[Row], totals: Totals) -> str:
    """A GitHub table with a totals row; exact integers, grouped by thousands."""
    lines = [
        _line(Row._fields),
        _line("---:" if name in _NUMERIC else "---" for name in Row._fields),
        *(_line(_cells(row, number="{:,}".format)) for row in rows),
        _line(_total_cell(name, totals) for name in Row._fields),
    ]
    return "\n".join(lines) + "\n"


def _cells(row: Row, *, number: Callable[[int], str] = str) -> list[str]:
    return [_cell(value, number) for value in row]


def _cell(value: object, number: Callable[[int], str]) -> str:
    match value:
        case int():
            return number(value)
        case tuple() | list():
            return size_text(value)
        case _:
            return str(value)


def size_text(value: Sequence[object]) -> str:
    """``1x64x56x56``; several inputs are set apart by a space."""
    if any(isinstance(part, tuple | list) for part in value):
        return " ".join(size_text(part) for part in value if isinstance(part, tuple | list))
    return "x".join(map(str, value))


def _total_cell(name: str, totals: Totals) -> str:
    if name == "path":
        return "**total**"
    return f"**{getattr(totals, name):,}**" if name in _SUMMED else ""


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
