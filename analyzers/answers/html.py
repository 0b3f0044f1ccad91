"""Answers as HTML for notebooks: compact, with units and the convention, and everything escaped."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from archmeter.analyzers.answers.columns import columns
from archmeter.analyzers.answers.units import duration, si, size

CONVENTION = (
    "1 MAC = one multiply-accumulate; FLOPs = 2·MACs + everything counted besides. "
    "SI units: 1 M = 10^6, 1 MB = 10^6 bytes."
)

MOST_ROWS = 12
"""Rows of a table that are shown; a notebook is no place for a thousand."""

_EXACT_BELOW = 100_000
_UNITS = {"bytes_per_s": "B/s", "flops_per_s": "FLOP/s", "bytes": "B"}


def answer(title: str, document: Mapping[str, Any]) -> str:
    """An object: its figures, and each of its tables folded below them."""
    heading = document.get("name") or document.get("id") or title
    figures = dict(_figures({k: v for k, v in document.items() if k not in {"name", "links"}}))
    lines = "".join(
        f"<tr><th style='text-align:left'>{_label(name)}</th>{_cell(name, value)}</tr>"
        for name, value in figures.items()
    )
    folded = "".join(
        f"<details><summary>{_label(name)}: {len(rows)}</summary>{_table(rows)}</details>"
        for name, rows in document.items()
        if _is_table(rows)
    )
    return _framed(
        f"{heading} ({title})" if heading != title else title, f"<table>{lines}</table>{folded}"
    )


def rows(title: str, documents: Sequence[Any]) -> str:
    """A table, its first rows."""
    return _framed(f"{len(documents)} x {title}", _table(documents))


def _framed(title: str, content: str) -> str:
    caption = f"<strong>{escape(str(title))}</strong>"
    return (
        f"<div style='overflow-x:auto'>{caption}{content}<small>{escape(CONVENTION)}</small></div>"
    )


def _figures(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Scalars and shapes, of nested objects as well."""
    for name, value in document.items():
        if isinstance(value, Mapping):
            yield from _figures(value, f"{prefix}{name}.")
        elif not _is_table(value):
            yield f"{prefix}{name}", value


def _is_table(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _table(documents: Sequence[Any]) -> str:
    shown = [
        {name: None if _is_table(value) else value for name, value in document.items()}
        for document in documents[:MOST_ROWS]
    ]
    known = {
        name: values
        for name, values in columns(shown).items()
        if any(value is not None for value in values)
    }
    head = "".join(f"<th>{_label(name)}</th>" for name in known)
    body = "".join(
        f"<tr>{''.join(_cell(name, values[i]) for name, values in known.items())}</tr>"
        for i in range(len(shown))
    )
    rest = len(documents) - len(shown)
    more = f"<tr><td colspan='{len(known)}'>and {rest:,} more</td></tr>" if rest > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}{more}</tbody></table>"


def _label(name: str) -> str:
    return escape(name.replace("_", " ").replace(".", " · "))


def _cell(name: str, value: Any) -> str:  # noqa: ANN401
    if isinstance(value, int | float) and not isinstance(value, bool):
        # The exact figure is there for whoever points at it.
        return f"<td style='text-align:right' title='{value!r}'>{escape(_number(name, value))}</td>"
    return f"<td style='text-align:left'>{escape(_text(value))}</td>"


def _number(name: str, value: float) -> str:
    unit = next((unit for ending, unit in _UNITS.items() if _ends(name, ending)), None)
    if _ends(name, "seconds"):
        return duration(value)
    if isinstance(value, int) and unit is None and abs(value) < _EXACT_BELOW:
        return f"{value:,}"
    if isinstance(value, int) or unit is not None:
        sign = "-" if value < 0 else ""
        return sign + si(round(abs(value)), unit or "")
    return f"{value:.6g}"


def _ends(name: str, ending: str) -> bool:
    last = name.rpartition(".")[2]
    return last == ending or last.endswith(f"_{ending}")


def _text(value: Any) -> str:  # noqa: ANN401
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case [int(), *_] if all(isinstance(part, int) for part in value):
            return size(tuple(value))
        case list():
            return ", ".join(map(_text, value))
        case _:
            return str(value)
