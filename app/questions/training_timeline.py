"""Show how many bytes of a training step are alive while each operator runs, forward and backward.

Weights, their state and the input are there all the time and are not among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archmeter.analyzers.answers import Rows
from archmeter.app.ask.about import AboutInput, show_input
from archmeter.app.ask.live_bytes import LiveMoment, live_moments, show_moments
from archmeter.app.ask.network import Network
from archmeter.app.ask.question import Question
from archmeter.app.ask.training import TrainingRequest

if TYPE_CHECKING:
    from archmeter.app.cli.printer import Printer


@dataclass(frozen=True)
class Timeline(AboutInput):
    """Live bytes of a training step, operator by operator."""

    items: Rows[LiveMoment]
    """In the order in which operators run, forward and then backward."""


def timeline(network: Network, request: TrainingRequest) -> Timeline:
    """Follow a training step."""
    step = request.step(network)
    items = live_moments(step.profile, step.moments)
    return Timeline(network.id, network.name, network.fed, items)


def show(answer: Timeline, out: Printer) -> None:
    """One line for each moment."""
    show_input(answer, out)
    show_moments(answer.items, out)


QUESTION = Question(
    path="training/timeline",
    request=TrainingRequest,
    answer=Timeline,
    ask=timeline,
    show=show,
    rows=lambda answer: answer.items,
    tag="training",
    usage="resnet18 --batch 4 --checkpoint stage",
    examples={
        "checkpointing": {
            "summary": "ResNet-18 whose stages are computed again",
            "value": {"preset": "resnet18", "batch": 4, "checkpoint": "stage"},
        },
    },
)
