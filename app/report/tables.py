"""Tables in the width of the terminal, or as wide as needed."""

import sys
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

_UNWRAPPED = 10_000

BARS = "▁▂▃▄▅▆▇█"
"""A chart of one line: from the lowest to the highest."""


def console() -> Console:
    """Standard output: styled and fitted on a terminal, plain and never wrapped in a pipe."""
    if sys.stdout.isatty():
        return Console()
    return Console(width=_UNWRAPPED, force_terminal=False, color_system=None)


def table(names: Sequence[str], numbers: Sequence[str], notes: Sequence[str] = ()) -> Table:
    """An empty table: columns of names, of numbers, and of notes that may wrap."""
    empty = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in names:
        empty.add_column(name, no_wrap=True)
    for name in numbers:
        empty.add_column(name, justify="right", no_wrap=True)
    for name in notes:
        empty.add_column(name)
    return empty
