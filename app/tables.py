"""Rows as tables, in the formats that people paste and programs read: written here once.

A row is a flat object: sizes are text (``1x64x56x56``), what is missing is null.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any, Literal

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.answers.columns import columns as columns_of_one_kind

Row = dict[str, Any]

TableFormat = Literal["json", "ndjson", "csv", "md", "tex", "parquet", "arrow"]

MEDIA_TYPES: Mapping[str, str] = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv",
    "md": "text/markdown",
    "tex": "application/x-tex",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
}

_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        **{character: rf"\{character}" for character in "&%$#_{}"},
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "×": r"$\times$",
        "·": r"$\cdot$",
        "α": r"$\alpha$",
        "β": r"$\beta$",
        "γ": r"$\gamma$",
        "φ": r"$\varphi$",
    }
)


def export(rows: Sequence[Row], wanted: TableFormat) -> bytes:
    """Rows in a format: an array of flat objects, or a table with a column for each key."""
    match wanted:
        case "json":
            return _json(rows)
        case "ndjson":
            return b"".join(_json(row) + b"\n" for row in rows)
        case "csv":
            return _csv(rows)
        case "md":
            return _markdown(rows).encode()
        case "tex":
            return _latex(rows).encode()
        case "parquet" | "arrow":
            return _binary(rows, wanted)


def flat_rows(answers: Rows[Any]) -> list[Row]:
    """Answers as flat rows: an object inside becomes columns ``a.b``, sizes become text."""
    return [dict(_flat(row)) for row in answers.to_list()]


def _flat(row: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in row.items():
        match value:
            case dict():
                yield from _flat(value, f"{prefix}{name}.")
            case list() if value and all(isinstance(part, int | list) for part in value):
                yield f"{prefix}{name}", size_text(value)
            case list():
                yield f"{prefix}{name}", " ".join(map(_inline, value))
            case _:
                yield f"{prefix}{name}", value


def _inline(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def size_text(value: Sequence[object]) -> str:
    """``1x64x56x56``; several inputs are set apart by a space."""
    if any(isinstance(part, tuple | list) for part in value):
        return " ".join(size_text(part) for part in value if isinstance(part, tuple | list))
    return "x".join(map(str, value))


def columns(rows: Iterable[Row]) -> list[str]:
    """Every key of the rows, in the order of their first appearance."""
    return list(dict.fromkeys(key for row in rows for key in row))


def numeric(rows: Sequence[Row]) -> set[str]:
    """Columns of numbers alone."""
    numbers = {key for row in rows for key, value in row.items() if isinstance(value, int | float)}
    texts = {key for row in rows for key, value in row.items() if isinstance(value, str)}
    return numbers - texts


def cell_text(value: object) -> str:
    """A value as it stands in a table for people: integers exact, other numbers to six digits."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:.6g}"
        case _:
            return str(value)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")


def _csv(rows: Sequence[Row]) -> bytes:
    text = StringIO()
    # A bare newline: every reader of CSV takes it, and every Unix tool needs it.
    writer = csv.DictWriter(text, columns(rows), lineterminator="\n")
    writer.writeheader()
    # As in JSON: readers of CSV know true and false, and not all know Python's.
    words = {True: "true", False: "false"}
    writer.writerows(
        {key: words[value] if isinstance(value, bool) else value for key, value in row.items()}
        for row in rows
    )
    return text.getvalue().encode()


def _markdown(rows: Sequence[Row]) -> str:
    names, numbers = columns(rows), numeric(rows)
    rule = ["---:" if name in numbers else "---" for name in names]
    cells = ([cell_text(row.get(name)) for name in names] for row in rows)
    escaped = ([cell.replace("|", r"\|") for cell in line] for line in (names, rule, *cells))
    return "".join(f"| {' | '.join(line)} |\n" for line in escaped)


def _latex(rows: Sequence[Row]) -> str:
    names, numbers = columns(rows), numeric(rows)
    align = "".join("r" if name in numbers else "l" for name in names)
    lines = [[cell_text(row.get(name)).translate(_LATEX) for name in names] for row in rows]
    body = "".join(f"{' & '.join(line)} \\\\\n" for line in lines)
    head = " & ".join(name.translate(_LATEX) for name in names)
    return (
        f"% needs \\usepackage{{booktabs}}\n\\begin{{tabular}}{{{align}}}\n\\toprule\n"
        f"{head} \\\\\n\\midrule\n{body}\\bottomrule\n\\end{{tabular}}\n"
    )


def _binary(rows: Sequence[Row], wanted: TableFormat) -> bytes:
    import pyarrow as pa  # noqa: PLC0415 - 100 ms that other formats need not wait
    from pyarrow import parquet  # noqa: PLC0415

    # What is of several kinds, as a depth or one for each stage, has to become text there.
    table = pa.table(columns_of_one_kind(rows))
    sink = BytesIO()
    if wanted == "parquet":
        parquet.write_table(table, sink)
    else:
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
    return sink.getvalue()
