"""What ``archmeter audit`` prints for people."""

from rich.text import Text

from analyzers.audit import AuditReport, Check
from app.question import Question
from app.report import console, table
from app.units import size
from models import registry


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
            _verdict(check),
        )
        for layer in check.where:
            rows.add_row(f"  {layer.path}", "", "", f"{layer.ours:,}", f"{layer.theirs:,}", "")
    out.print(rows)
    out.print("every figure is confirmed" if report.agrees else "the counts differ")


def _verdict(check: Check) -> str:
    verdict = "agrees" if check.agrees else "differs"
    if check.scratch is None:
        return verdict
    scratch = check.scratch
    return (
        f"{verdict}: at {scratch.path} the kernel takes {scratch.takes:,} bytes for itself, "
        f"{scratch.adds:,} more at the peak: {scratch.why}"
    )
