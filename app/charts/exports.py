"""The rows of a chart as a table, in the formats that people paste and programs read."""

import csv
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from typing import Literal

from archmeter.app import strict_json
from archmeter.app.charts.chart import Row

TableFormat = Literal["json", "csv", "md", "tex", "parquet", "arrow"]

MEDIA_TYPES: Mapping[str, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "md": "text/markdown",
    "tex": "application/x-tex",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
}

_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
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
    """Rows in a format: an array of flat objects, or a table with a column for each of their keys.

    What is missing is null, or an empty cell.
    """
    match wanted:
        case "json":
            return strict_json.dumps(rows)
        case "csv":
            return _csv(rows)
        case "md":
            return _markdown(rows).encode()
        case "tex":
            return _latex(rows).encode()
        case "parquet" | "arrow":
            return _binary(rows, wanted)


def columns(rows: Sequence[Row]) -> list[str]:
    """Every key of the rows, in the order of their first appearance."""
    return list(dict.fromkeys(key for row in rows for key in row))


def _csv(rows: Sequence[Row]) -> bytes:
    text = StringIO()
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
    names = columns(rows)
    rule = ("---:" if name in numeric(rows) else "---" for name in names)
    cells = ([cell_text(row.get(name)) for name in names] for row in rows)
    lines = [names, rule, *cells]
    escaped = ([cell.replace("|", r"\|") for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in escaped)


def _latex(rows: Sequence[Row]) -> str:
    names = columns(rows)
    align = "".join("r" if name in numeric(rows) else "l" for name in names)
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

    names = columns(rows)
    table = pa.table({name: [row.get(name) for row in rows] for name in names})
    sink = BytesIO()
    if wanted == "parquet":
        parquet.write_table(table, sink)
    else:
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
    return sink.getvalue()


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
