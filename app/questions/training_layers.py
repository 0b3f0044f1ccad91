"""Show the MACs of each layer in a training step: forward, for both gradients, and computed again.

The gradient of a product with respect to one factor is a product as large as the first; what is
frozen needs none for its weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.training.gradients import LayerMacs, StepMacs
from archmeter.app.ask.about import AboutInput, show_input
from archmeter.app.ask.network import Network
from archmeter.app.ask.question import Question
from archmeter.app.ask.training import PRODUCTS, TrainingRequest

if TYPE_CHECKING:
    from archmeter.app.cli.printer import Line, Printer


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
    return LayerMacsList(network.id, network.name, network.fed, step.layers, step.macs)


def show(answer: LayerMacsList, out: Printer) -> None:
    """One line for each layer, and one for all."""
    from archmeter.app.cli.printer import Section  # noqa: PLC0415 - rich takes its time

    show_input(answer, out)
    lines: list[Line] = [[layer.path, *_products(layer)] for layer in answer.items]
    lines += [Section(), ["total", *_products(answer.total)]]
    out.table(["MACs of a step"], list(PRODUCTS.values()), lines)


def _products(macs: StepMacs) -> list[str]:
    return [f"{getattr(macs, product):,}" for product in PRODUCTS]


QUESTION = Question(
    path="training/layers",
    request=TrainingRequest,
    answer=LayerMacsList,
    ask=layer_macs,
    show=show,
    rows=lambda answer: answer.items,
    tag="training",
    usage="resnet18 --batch 4 --freeze stage2",
    examples={
        "preset": {
            "summary": "The layers of ResNet-18, its first half frozen",
            "value": {"preset": "resnet18", "freeze": "stage2"},
        },
    },
)
