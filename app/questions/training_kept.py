"""List what autograd keeps of the forward pass: who made it, who keeps it, why, and how many bytes.

Weights and the input are not in the list: they are there anyway.
"""

from dataclasses import dataclass

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.answers.units import si
from archmeter.analyzers.training.kept_list import KeptTensor, kept_list
from archmeter.app.ask import AboutInput, Network, Printer, Question, show_input
from archmeter.app.ask.training import TrainingRequest


@dataclass(frozen=True)
class KeptList(AboutInput):
    """Everything that autograd keeps of a forward pass."""

    kept_bytes: int
    """The sum of the items."""

    items: Rows[KeptTensor]
    """In the order in which they begin to be kept."""


def kept(network: Network, request: TrainingRequest) -> KeptList:
    """List what is kept."""
    step = request.step(network)
    return KeptList.about(network, kept_bytes=step.kept_bytes, items=kept_list(step))


def show(answer: KeptList, out: Printer) -> None:
    """One line for each tensor, and how much they are together."""
    show_input(answer, out)
    out.rows(
        "made by {path} | kept by {kept_by} | dtype {dtype} || bytes {size_bytes:,} "
        "|| why {reason}",
        answer.items,
    )
    total = answer.kept_bytes
    out.line(f"{total:,} bytes ({si(total, 'B')}) in all, besides weights and input")


QUESTION = Question(
    path="training/kept",
    ask=kept,
    show=show,
    rows=lambda answer: answer.items,
    asked={
        "What ResNet-18 keeps while only its end trains": "resnet18 --batch 8 --freeze stage3",
    },
)
