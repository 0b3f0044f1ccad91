"""What ``archmeter conventions`` prints for people."""

from collections.abc import Sequence

from rich.text import Text

from archmeter.analyzers.conventions import Convention, Item
from archmeter.app.question import Question
from archmeter.app.report.tables import console, table
from archmeter.models import registry

_UNITS = {"macs": "MACs", "flops": "FLOPs"}
_CONVENTION = (
    "ours: MACs, or two FLOPs for each, of the same operators. Line items sum to the figure above "
    "them."
)


def print_conventions(question: Question, found: Sequence[Convention]) -> None:
    """A section for each tool: its figure, and the line items that sum to it."""
    out = console()
    out.print(Text(registry.describe(question.spec), style="bold"))
    rows = table(["tool"], ["theirs", "ours", "ratio"], ["why"])
    for convention in found:
        rows.add_row(*_figure(convention), style="bold")
        for item in convention.items:
            rows.add_row(*_line(item))
        rows.add_section()
    out.print(rows)
    out.print(Text(_CONVENTION, style="dim"))


def _figure(convention: Convention) -> tuple[str, ...]:
    version = f" {convention.version}" if convention.version else ""
    images = "1 image" if convention.images == 1 else f"{convention.images} images"
    return (
        convention.title + version,
        f"{convention.figure:,}",
        f"{convention.ours:,}",
        "" if convention.ratio is None else f"{convention.ratio:.4f}",
        f"{_UNITS[convention.unit]} of {images}",
    )


def _line(item: Item) -> tuple[str, ...]:
    why = "" if item.agreement == "same" else f"{item.agreement}: {item.why}"
    return f"  {item.what}", f"{item.theirs:,}", f"{item.ours:,}", "", why
