"""The formats an answer can be had in: JSON always, tables where it has rows, texts of its own."""

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from archmeter.app import tables
from archmeter.app.ask.question import Question

_TEXT_MEDIA_TYPES = {
    "latex": "application/x-tex",
    "markdown": "text/markdown",
    "python": "text/x-python",
}

_NAMES = {"markdown": "md"}
"""Formats of tables that have another name here than as the ending of a file."""

BINARY = ("png", "pdf", "parquet", "arrow")
"""Formats, of tables and of charts, that are no text, and compressed already."""

TABLES = ("csv", "markdown", "ndjson", "tex", "parquet", "arrow")


@cache
def formats_of(question: Question[Any, Any]) -> Mapping[str, str]:
    """Media types by the name of the format; the first is sent to whoever takes any."""
    found = {"json": tables.MEDIA_TYPES["json"]}
    if question.rows is not None:
        found |= {name: tables.MEDIA_TYPES[_NAMES.get(name, name)] for name in TABLES}
    found |= {name: _TEXT_MEDIA_TYPES[name] for name in question.texts}
    return dict(sorted(found.items(), key=lambda one: one[0] != question.default_format))


def written(question: Question[Any, Any], answer: Any, wanted: str) -> bytes:  # noqa: ANN401
    """An answer in one of its formats."""
    if wanted in question.texts:
        return question.texts[wanted](answer).encode()
    if wanted == "json" or question.rows is None:
        return bytes(answer.to_json())
    rows = tables.flat_rows(question.rows(answer))
    return tables.export(rows, cast("tables.TableFormat", _NAMES.get(wanted, wanted)))
