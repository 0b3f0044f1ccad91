"""Show the MACs of each layer in a training step: forward, for both gradients, and computed again.

The gradient of a product with respect to one factor is a product as large as the first; what is
frozen needs none for its weights.
"""

from dataclasses import dataclass

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.training.gradients import LayerMacs, StepMacs
from archmeter.app.ask import AboutInput, Network, Printer, Question, show_input
from archmeter.app.ask.training import PRODUCTS, TrainingRequest


@dataclass(frozen=True)
class LayerMacsList(AboutInput):
    """The MACs of each operator that multiplies."""

    items: Rows[LayerMacs]
    """In the order of execution."""

    total: StepMacs
    """What the items sum to."""


def layer_macs(network: Network, request: TrainingRequest) -> LayerMacsList:
    """Count each operator's products."""
    step = request.step(network)
    return LayerMacsList.about(network, items=step.layers, total=step.macs)


def show(answer: LayerMacsList, out: Printer) -> None:
    """One line for each layer, and one for all."""
    show_input(answer, out)
    products = " | ".join(f"{words} {{{product}:,}}" for product, words in PRODUCTS.items())
    out.rows(f"MACs of a step {{path}} || {products}", answer.items, answer.total)


QUESTION = Question(
    path="training/layers",
    ask=layer_macs,
    show=show,
    rows=lambda answer: answer.items,
    asked={
        "The layers of ResNet-18, its first half frozen": "resnet18 --batch 4 --freeze stage2",
    },
)
