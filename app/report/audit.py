"""What ``archmeter audit`` prints for people."""

from rich.text import Text

from archmeter.analyzers.answers.units import size
from archmeter.analyzers.audit import AuditReport, Check, Scratch
from archmeter.app.question import Question
from archmeter.app.report.tables import console, table
from archmeter.models import registry


def print_audit(question: Question, report: AuditReport) -> None:
    """One line for each figure, the layers that differ below it, and the verdict."""
    out = console()
    out.print(Text(registry.describe(question.spec), style="bold"))
    rows = table(["figure", "tool", "input"], ["ours", "theirs"], ["verdict"])
    for check in report.checks:
        rows.add_row(
            check.figure,
            check.tool,
            size(check.input_shape),
            f"{check.ours:,}",
            f"{check.theirs:,}",
            "agrees" if check.agrees else "differs",
        )
        for layer in check.where:
            rows.add_row(f"  {layer.path}", "", "", f"{layer.ours:,}", f"{layer.theirs:,}", "")
    out.print(rows)
    for check in report.checks:
        if check.scratch:
            out.print(_scratch(check, check.scratch), markup=False)
    out.print("every figure is confirmed" if report.agrees else "the counts differ")


def _scratch(check: Check, scratch: Scratch) -> str:
    """What stands between both figures, where a kernel takes memory for itself."""
    return (
        f"{check.figure}: {check.ours:,} + {scratch.adds:,} = {check.ours + scratch.adds:,} bytes; "
        f"the CPU kernel at {scratch.path} takes {scratch.takes:,} for itself: {scratch.why}"
    )
