"""Rows of a chart as a table that people read."""

from collections.abc import Sequence
from typing import NamedTuple

from archmeter.app import tables
from archmeter.app.tables import Row


class Table(NamedTuple):
    """Rows of a chart.

    Attributes:
        names: of the columns, as in tables for programs.
        numeric: those of numbers, which are set to the right.
        rows: cells in the order of the names.
    """

    names: list[str]
    numeric: set[str]
    rows: list[list[str]]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Table":
        """The table of some rows."""
        names = tables.columns(rows)
        cells = [[tables.cell_text(row.get(name)) for name in names] for row in rows]
        return cls(names, tables.numeric(rows), cells)
