"""Rows of a chart as a table that people read."""

from collections.abc import Sequence
from typing import NamedTuple

from archmeter.app import tables
from archmeter.app.charts.labels import called
from archmeter.app.tables import Row


class Column(NamedTuple):
    """A column.

    Attributes:
        name: as in tables.
        title: in words, with its unit.
        numeric: set to the right.
    """

    name: str
    title: str
    numeric: bool


class Table(NamedTuple):
    """Rows of a chart."""

    columns: list[Column]
    rows: list[list[str]]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Table":
        """The table of some rows."""
        names, numeric = tables.columns(rows), tables.numeric(rows)
        columns = [Column(name, called(name), name in numeric) for name in names]
        return cls(columns, [[tables.cell_text(row.get(name)) for name in names] for row in rows])
