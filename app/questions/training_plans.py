"""Compare checkpointing plans: bytes that are not kept against MACs that are computed again.

The plans are every policy by name, and the blocks that save most bytes for each MAC, more and more
of them. A plan is best if no other is both smaller at its peak and cheaper.
"""

from dataclasses import dataclass

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.training.plans import CheckpointPlan, plans
from archmeter.app.ask import AboutInput, Network, Printer, Question, show_input
from archmeter.app.ask.training import TrainingRequest

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
    return PlanList.about(network, items=found)


def show(answer: PlanList, out: Printer) -> None:
    """One line for each plan."""
    show_input(answer, out)
    out.rows(
        "computed again {checkpoint:parts} || parts {parts} | kept {kept_bytes:bytes} "
        "| peak {peak_bytes:bytes} | MACs again {recomputed_macs:macs} || best {best:yes}",
        answer.items,
        parts=_parts,
    )
    out.line(_LEGEND)


def _parts(checkpoint: str | tuple[str, ...]) -> str:
    if isinstance(checkpoint, str):
        return checkpoint
    first, *others = checkpoint
    return f"{first} and {len(others)} more" if others else first


QUESTION = Question(
    path="training/plans",
    ask=checkpointing,
    show=show,
    rows=lambda answer: answer.items,
    lane="plans",
    asked={"What ResNet-18 may compute again at a batch of 32": "resnet18 --batch 32"},
)
