"""Show how many bytes of a training step are alive while each operator runs, forward and backward.

Weights, their state and the input are there all the time and are not among them.
"""

from dataclasses import dataclass

from archmeter.analyzers.answers import Rows
from archmeter.app.ask import AboutInput, Network, Printer, Question, show_input
from archmeter.app.ask.live_bytes import LiveMoment, live_moments, show_moments
from archmeter.app.ask.training import TrainingRequest


@dataclass(frozen=True)
class Timeline(AboutInput):
    """Live bytes of a training step, operator by operator."""

    items: Rows[LiveMoment]
    """In the order in which operators run, forward and then backward."""


def timeline(network: Network, request: TrainingRequest) -> Timeline:
    """Follow a training step."""
    step = request.step(network)
    items = live_moments(step.profile, step.moments)
    return Timeline.about(network, items=items)


def show(answer: Timeline, out: Printer) -> None:
    """One line for each moment."""
    show_input(answer, out)
    show_moments(answer.items, out)


QUESTION = Question(
    path="training/timeline",
    ask=timeline,
    show=show,
    rows=lambda answer: answer.items,
    asked={
        "ResNet-18 whose stages are computed again": "resnet18 --batch 4 --checkpoint stage",
    },
)
