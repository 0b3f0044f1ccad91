"""Compare checkpointing plans: bytes that are not kept against MACs that are computed again.

The plans are every policy by name, and the blocks that save most bytes for each MAC, more and more
of them. A plan is best if no other is both smaller at its peak and cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.answers.units import si
from archmeter.analyzers.training.plans import CheckpointPlan, plans
from archmeter.app.ask.about import AboutInput, show_input
from archmeter.app.ask.network import Network
from archmeter.app.ask.question import Question
from archmeter.app.ask.training import TrainingRequest

if TYPE_CHECKING:
    from archmeter.app.cli.printer import Printer

_LEGEND = (
    "Kept: by autograd. Peak: the most at one moment, with weights, gradients, optimizer state "
    "and input. Best: no other plan is both smaller at its peak and cheaper."
)


@dataclass(frozen=True)
class PlanList(AboutInput):
    """Checkpointing plans, from the cheapest to the smallest."""

    items: Rows[CheckpointPlan]


def checkpointing(network: Network, request: TrainingRequest) -> PlanList:
    """Count a training step under each plan."""
    step = request.step(network)
    found = plans(step.profile, step.options)
    return PlanList(network.id, network.name, network.fed, found)


def show(answer: PlanList, out: Printer) -> None:
    """One line for each plan."""
    show_input(answer, out)
    out.table(
        ["computed again"],
        ["parts", "kept", "peak", "MACs again"],
        [
            [
                _parts(plan.checkpoint),
                str(plan.parts),
                si(plan.kept_bytes, "B"),
                si(plan.peak_bytes, "B"),
                si(plan.recomputed_macs),
                "yes" if plan.best else "",
            ]
            for plan in answer.items
        ],
        ["best"],
    )
    out.line(_LEGEND)


def _parts(checkpoint: str | tuple[str, ...]) -> str:
    if isinstance(checkpoint, str):
        return checkpoint
    first, *others = checkpoint
    return f"{first} and {len(others)} more" if others else first


QUESTION = Question(
    path="training/plans",
    request=TrainingRequest,
    answer=PlanList,
    ask=checkpointing,
    show=show,
    rows=lambda answer: answer.items,
    tag="training",
    lane="plans",
    usage="resnet18 --batch 32",
    examples={
        "preset": {
            "summary": "What ResNet-18 may compute again at a batch of 32",
            "value": {"preset": "resnet18", "batch": 32, "optimizer": "adam"},
        },
    },
)
