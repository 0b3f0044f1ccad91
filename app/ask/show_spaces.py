"""What is printed of every design space: values, what became of ranges, what is no network."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from archmeter.analyzers.scaling.domains import KnobTrim
from archmeter.analyzers.scaling.examine import Refusal

if TYPE_CHECKING:
    from archmeter.app.cli.printer import Printer


def show_trims(trims: Iterable[KnobTrim], out: Printer) -> None:
    """One line for each knob whose values were rounded or clipped."""
    for trim in trims:
        out.line(f"{trim.knob}: {trim.values:,} values {trim.departure}, {trim.reason}")


def show_refusals(refusals: Iterable[Refusal], out: Printer) -> None:
    """One line for each reason why combinations are no networks."""
    for refused in refusals:
        out.line(f"{refused.specs:,} × {refused.code}: {refused.reason}")


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


def ratio_text(ratio: float | None) -> str:
    """A multiple in a table."""
    return "-" if ratio is None else f"{ratio:.3f}"
