"""Receptive fields for people: what stages, or layers, see of the image."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from archmeter.analyzers.answers.units import size
from archmeter.app.report.tables import console, table

_NOTE = (
    "field: the square that an element sees, padding included; the rest is cut to the image. "
    "covered: the fraction of the image that an element sees."
)


def print_receptive_field(body: Mapping[str, Any], *, layers: bool) -> None:
    """One line for each stage, or for each layer.

    Args:
        body: as `app.receptive_field.ReceptiveFieldReport` describes it.
        layers: whether every layer is listed.
    """
    out = console()
    out.print(Text(f"{body['name']} on {size(tuple(body['resolution']))}", style="bold"))
    shown = table(
        ["layer" if layers else "stage", "output"],
        ["field", "stride", "middle sees rows", "columns", "covered", "on average", "at least"],
    )
    for row in body["rows" if layers else "stages"]:
        shown.add_row(
            row["path"] if layers else row["stage"],
            size(row["output_shape"]),
            size(row["receptive_field"]),
            size(row["stride"]),
            f"{row['top']} to {row['bottom']}",
            f"{row['left']} to {row['right']}",
            *(f"{row[name]:.1%}" for name in ("covered", "covered_mean", "covered_least")),
        )
    out.print(shown)
    for label, path in (
        ("the middle sees the whole image", body["middle_whole_at"]),
        ("every element sees the whole image", body["all_whole_at"]),
    ):
        out.print(f"{label:<35} {f'from {path}' if path else 'nowhere'}", markup=False)
    out.print(Text(_NOTE, style="dim"))
