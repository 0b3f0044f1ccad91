"""What stands in the cells of a printed table, told by one text for the whole table.

    stage {stage} | kind {kind} || kernels {kernels} | bytes {bytes:bytes} || why {reason}

Columns are names, then numbers, then notes: two bars stand between these. Each is its heading and,
as `str.format` has it, what of a row stands below: ``{cost.params:,}``, ``{totals[macs]:macs}``. A
word after the colon is a form of `_FORMS` or of the table's own, or a figure, whose unit is printed
(`units.amount`); after a truth it is what stands there if it is true. A form of the table's own may
be given the whole row: ``{:verdict}``. Where something is missing, there is a dash.
"""

import re
from collections.abc import Callable, Mapping
from string import Formatter
from typing import Any, NamedTuple

from archmeter.analyzers.answers.units import amount, size

_STEP = re.compile(r"\.?(\w+)|\[([^\]]*)\]")


def value_text(value: object) -> str:
    """A knob's value in a table."""
    match value:
        case None:
            return "-"
        case float():
            return f"{value:.6g}"
        case list() | tuple():
            return ",".join(map(str, value))
    return str(value)


def _side(resolution: tuple[int, int]) -> str:
    height, width = resolution
    return str(height) if height == width else f"{height}×{width}"


_FORMS: Mapping[str, Callable[[Any], str]] = {
    "count": lambda value: str(len(value)),
    "ends": lambda value: f"{value[0]}…{value[-1]}" if value else "-",
    "side": _side,
    "size": size,
    "sum": lambda value: str(sum(value)),
    "value": value_text,
    "words": lambda value: " ".join(map(str, value)),
}
"""``4``, ``64…512``, ``224`` or ``224×320``, ``1×64×56×56``, ``16``, ``3,4,6,3``, ``3 4 6 3``."""


class _Missing(Exception):
    pass


class _Cell(Formatter):
    def __init__(self, forms: Mapping[str, Callable[[Any], str]]) -> None:
        self._forms = {**_FORMS, **forms}

    def get_field(self, field_name: str, args: Any, _: Any) -> tuple[Any, str]:  # noqa: ANN401
        (value,) = args
        for name, key in _STEP.findall(field_name) if field_name != "0" else ():
            inside = isinstance(value, Mapping)
            value = value.get(name or key) if inside else getattr(value, name)
            if value is None:
                raise _Missing
        return value, field_name

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401
        if format_spec in self._forms:
            return self._forms[format_spec](value)
        if isinstance(value, bool):
            return format_spec if value else ""
        if format_spec.isidentifier() and len(format_spec) > 1:
            return amount(format_spec, value)
        return format(value, format_spec)


class Column(NamedTuple):
    """A column of a printed table."""

    head: str
    text: str
    formatter: Formatter

    def cell(self, row: object) -> str:
        """What stands in it of a row."""
        try:
            return self.formatter.vformat(self.text, (row,), {})
        except _Missing:
            return "-"


def columns_of(text: str, forms: Mapping[str, Callable[[Any], str]]) -> list[list[Column]]:
    """The columns of names, of numbers and of notes that a text tells.

    Args:
        text: all of them.
        forms: what makes text of values, by words that stand after a colon.
    """
    formatter = _Cell(forms)
    groups = [*text.split("||"), "", ""][:3]
    return [
        [_column(part.strip(), formatter) for part in group.split("|") if part.strip()]
        for group in groups
    ]


def _column(text: str, formatter: Formatter) -> Column:
    head, brace, cell = text.partition("{")
    return Column(head.rstrip(), brace + cell, formatter)
