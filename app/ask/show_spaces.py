"""What is printed of every design space: what became of ranges, what is no network."""

from collections.abc import Iterable

from archmeter.analyzers.scaling.domains import KnobTrim
from archmeter.analyzers.scaling.examine import Refusal
from archmeter.app.printer import Printer


def show_trims(trims: Iterable[KnobTrim], out: Printer) -> None:
    """One line for each knob whose values were rounded or clipped."""
    for trim in trims:
        out.line(f"{trim.knob}: {trim.values:,} values {trim.departure}, {trim.reason}")


def show_refusals(refusals: Iterable[Refusal], out: Printer) -> None:
    """One line for each reason why combinations are no networks."""
    for refused in refusals:
        out.line(f"{refused.specs:,} × {refused.code}: {refused.reason}")


def values_columns(knobs: Iterable[str]) -> str:
    """Columns of the knobs' values."""
    return " | ".join(f"{knob} {{values[{knob}]:value}}" for knob in knobs)
