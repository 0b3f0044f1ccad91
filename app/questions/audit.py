"""Build a network as a torch module, and have fvcore and torch recount it.

This takes seconds, not milliseconds. Every figure is confirmed to the unit, or the layers are named
on which two counts differ. The command ends with status 1 if they do.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.answers.units import size
from archmeter.analyzers.audit import AuditCheck, audit
from archmeter.app.ask import (
    AboutNetwork,
    Network,
    NetworkRequest,
    Printer,
    Question,
    inside_architecture,
)


class AuditRequest(NetworkRequest):
    """A network that other tools recount."""


@dataclass(frozen=True)
class AuditReport(AboutNetwork):
    """What other tools count for the same network, lowered to a torch module."""

    agrees: bool
    """Whether every figure was confirmed to the unit."""

    checks: Rows[AuditCheck]
    counting_rules: str
    """Version of the rules that were audited."""

    torch_version: str
    """Of the torch that recounted."""

    created_at: datetime
    """When it did."""


def recount(network: Network, _: AuditRequest) -> AuditReport:
    """Have the others count."""
    with inside_architecture():
        found = audit(network.spec, network.input)
    return AuditReport.about(
        network,
        agrees=found.agrees,
        checks=found.checks,
        torch_version=version("torch"),
        created_at=datetime.now(UTC),
    )


def show(answer: AuditReport, out: Printer) -> None:
    """One line for each figure, the layers that differ below it, and the verdict."""
    out.heading(answer.name)
    lines: list[list[str]] = []
    for check in answer.checks:
        verdict = "agrees" if check.agrees else "differs"
        counts = [f"{check.ours:,}", f"{check.theirs:,}"]
        lines.append([check.figure, check.tool, size(check.input_shape), *counts, verdict])
        lines += [
            [f"  {layer.path}", "", "", f"{layer.ours:,}", f"{layer.theirs:,}", ""]
            for layer in check.where
        ]
    out.table(["figure", "tool", "input"], ["ours", "theirs"], lines, ["verdict"])
    for check in answer.checks:
        if check.scratch is not None:
            out.line(_scratch(check))
    out.line("every figure is confirmed" if answer.agrees else "the counts differ")


def _scratch(check: AuditCheck) -> str:
    """What stands between both figures, where a kernel takes memory for itself."""
    scratch = check.scratch
    if scratch is None:
        return ""
    return (
        f"{check.figure}: {check.ours:,} + {scratch.adds:,} = {check.ours + scratch.adds:,} bytes; "
        f"the CPU kernel at {scratch.path} takes {scratch.takes:,} for itself: {scratch.why}"
    )


QUESTION = Question(
    path="audit",
    ask=recount,
    show=show,
    rows=lambda answer: answer.checks,
    failed=lambda answer: not answer.agrees,
    by_id=False,
    lane="audit",
    link="",
    asked={"A small ResNet, recounted": "resnet20_cifar10"},
)
