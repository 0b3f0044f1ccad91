"""What a command prints for people: headings, lines, and tables that fit the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from archmeter.analyzers.answers import Rows
from archmeter.app import tables
from archmeter.app.cells import columns_of
from archmeter.models.errors import ArchmeterError

if TYPE_CHECKING:  # every question imports this file, and few processes print: rich takes its time
    from rich.console import Console

_UNWRAPPED = 10_000
_NOTE_WIDTH = 16
"""Letters that a column of notes keeps, when a terminal is narrow."""

_BETWEEN = 3
"""Letters from one column to the next; the edges of a table together are one less."""

BARS = "▁▂▃▄▅▆▇█"
"""A chart of one line: from the lowest to the highest."""


class Bold(NamedTuple):
    """A line of a table that stands out."""

    cells: Sequence[str]


class Section(NamedTuple):
    """A rule between lines of a table."""


Line = Sequence[str] | Bold | Section


class Printer:
    """Prints to a terminal, styled and fitted; into a pipe or file plain and never wrapped."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def heading(self, text: str, rest: str = "") -> None:
        """What the answer is about."""
        from rich.text import Text

        self._console.print(Text(text, style="bold") + rest)

    def line(self, text: str) -> None:
        """A line as it is."""
        self._console.print(text, markup=False)

    def note(self, text: str) -> None:
        """A line that explains."""
        from rich.text import Text

        self._console.print(Text(text, style="dim"))

    def rows(
        self,
        columns: str,
        rows: Iterable[Any],
        total: Any = None,  # noqa: ANN401 - as rows
        **forms: Callable[[Any], str],
    ) -> None:
        """A table with a line for each row, and one for the total below a rule, if there is one.

        Args:
            columns: as `app.cells` tells them.
            rows: objects with attributes, or mappings.
            total: whose numbers are the last line.
            forms: what makes text of values, by words in the columns.
        """
        names, numbers, notes = columns_of(columns, forms)
        lines: list[Line] = [
            [column.cell(row) for column in (*names, *numbers, *notes)] for row in rows
        ]
        if total is not None:
            besides = [""] * (len(names) - 1)
            lines += [
                Section(),
                Bold(["total", *besides, *(column.cell(total) for column in numbers)]),
            ]
        heads = [[column.head for column in group] for group in (names, numbers, notes)]
        self.table(heads[0], heads[1], lines, heads[2])

    def table(
        self,
        names: Sequence[str],
        numbers: Sequence[str],
        lines: Iterable[Line],
        notes: Sequence[str] = (),
    ) -> None:
        """A table of names, numbers, and notes that may wrap.

        A terminal that is too narrow for all of it is shown fewer columns, never parts of numbers.
        """
        from rich.box import SIMPLE_HEAD
        from rich.table import Table
        from rich.text import Text

        found = list(lines)
        heads = [*names, *numbers, *notes]
        before_notes = len(names) + len(numbers)
        widths = _widths(heads, found, before_notes)
        shown = self._fitting(widths, len(names), before_notes)
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for i in shown:
            if len(names) <= i < before_notes:
                table.add_column(heads[i], justify="right", no_wrap=True, min_width=widths[i])
            elif i < len(names):
                table.add_column(heads[i], no_wrap=True, max_width=self._room(widths, shown))
            else:
                table.add_column(heads[i])
        for line in found:
            if isinstance(line, Section):
                table.add_section()
            else:
                cells, style = (line.cells, "bold") if isinstance(line, Bold) else (line, None)
                table.add_row(*(Text(cells[i]) for i in shown), style=style)
        self._console.print(table)
        left_out = [head for i, head in enumerate(heads) if i not in shown]
        if left_out:
            self.note(f"left out, for want of room: {', '.join(left_out)}")

    def _fitting(self, widths: Sequence[int], names: int, before_notes: int) -> list[int]:
        """The columns there is room for: notes may wrap, then the last numbers go first."""
        shown = list(range(len(widths)))
        droppable = [
            *range(len(widths) - 1, before_notes - 1, -1),
            *range(before_notes - 1, names, -1),
            *range(names - 1, 0, -1),
        ]
        for i in droppable:
            if sum(widths[j] + _BETWEEN for j in shown) - 1 <= self._console.width:
                break
            shown.remove(i)
        return shown

    def _room(self, widths: Sequence[int], shown: Sequence[int]) -> int | None:
        """Letters for a name, where it and one more column are left and may still be too wide."""
        if len(shown) > 2:  # noqa: PLR2004 - a name and one more
            return None
        besides = sum(widths[i] + _BETWEEN for i in shown[1:]) + _BETWEEN - 1
        return max(1, self._console.width - besides)


def _widths(heads: Sequence[str], lines: Sequence[Line], before_notes: int) -> list[int]:
    """Letters that columns need: names and numbers all of theirs, notes some."""
    from rich.cells import cell_len

    cells = [
        line.cells if isinstance(line, Bold) else line
        for line in lines
        if not isinstance(line, Section)
    ]
    whole = [
        max(cell_len(text) for text in (head, *(line[i] for line in cells)))
        for i, head in enumerate(heads)
    ]
    notes = (min(width, _NOTE_WIDTH) for width in whole[before_notes:])
    return [*whole[:before_notes], *notes]


def print_answer(
    answer: Any,  # noqa: ANN401 - of any question
    show: Callable[[Any, Printer], None] | None,
    output: str | None,
) -> None:
    """Print an answer as its question does, or in tables; to a file, if one is named."""
    if output is None:
        (show or generic)(answer, Printer(_console()))
        return
    try:
        Path(output).write_text(printed(answer, show), "utf-8")
    except OSError as error:
        raise ArchmeterError(f"cannot write {output}: {error.strerror}") from error


def printed(answer: Any, show: Callable[[Any, Printer], None] | None) -> str:  # noqa: ANN401
    """An answer as it would be printed into a pipe."""
    text = StringIO()
    (show or generic)(answer, Printer(_console(text)))
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def generic(answer: Any, out: Printer) -> None:  # noqa: ANN401 - of any question
    """An answer whose question does not say how: its figures, then its tables."""
    for name in answer.__dataclass_fields__:
        value = getattr(answer, name)
        if not isinstance(value, Rows) and isinstance(value, str | int | float | tuple):
            shown = tables.size_text(value) if isinstance(value, tuple) else tables.cell_text(value)
            out.line(f"{name.replace('_', ' '):<24} {shown}")
    for name in answer.__dataclass_fields__:
        value = getattr(answer, name)
        if isinstance(value, Rows) and value:
            rows = tables.flat_rows(value)
            heads, numbers = tables.columns(rows), tables.numeric(rows)
            ordered = [*(h for h in heads if h not in numbers), *(h for h in heads if h in numbers)]
            out.table(
                [head for head in ordered if head not in numbers],
                [head for head in ordered if head in numbers],
                [[tables.cell_text(row.get(head)) for head in ordered] for row in rows],
            )


def _console(text: StringIO | None = None) -> Console:
    from rich.console import Console

    if text is None and sys.stdout.isatty():
        return Console()
    return Console(file=text, width=_UNWRAPPED, force_terminal=False, color_system=None)
