"""List what autograd keeps of the forward pass: who made it, who keeps it, why, and how many bytes.

Weights and the input are not in the list: they are there anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.answers.units import si
from archmeter.analyzers.training.kept_list import KeptTensor, kept_list
from archmeter.app.ask.about import AboutInput, show_input
from archmeter.app.ask.network import Network
from archmeter.app.ask.question import Question
from archmeter.app.ask.training import TrainingRequest

if TYPE_CHECKING:
    from archmeter.app.cli.printer import Printer


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
    return KeptList(network.id, network.name, network.fed, step.kept_bytes, kept_list(step))


def show(answer: KeptList, out: Printer) -> None:
    """One line for each tensor, and how much they are together."""
    show_input(answer, out)
    out.table(
        ["made by", "kept by", "dtype"],
        ["bytes"],
        [
            [tensor.path, tensor.kept_by, tensor.dtype, f"{tensor.size_bytes:,}", tensor.reason]
            for tensor in answer.items
        ],
        ["why"],
    )
    total = answer.kept_bytes
    out.line(f"{total:,} bytes ({si(total, 'B')}) in all, besides weights and input")


QUESTION = Question(
    path="training/kept",
    request=TrainingRequest,
    answer=KeptList,
    ask=kept,
    show=show,
    rows=lambda answer: answer.items,
    tag="training",
    usage="resnet18 --batch 8 --freeze stage3",
    examples={
        "frozen": {
            "summary": "What ResNet-18 keeps while only its end trains",
            "value": {"preset": "resnet18", "batch": 8, "freeze": "stage3"},
        },
    },
)
