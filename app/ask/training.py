"""How a network is trained, as every question about training has it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from archmeter.analyzers.training.options import Policy, TrainingOptions
from archmeter.analyzers.training.step import TrainingStep
from archmeter.app.ask.network import Network, NetworkRequest
from archmeter.app.ask.request import Request
from archmeter.app.ask.spelling import Spelled

PRODUCTS = {
    "forward": "forward",
    "grad_input": "gradients of activations",
    "grad_weight": "gradients of weights",
    "recomputed": "computed again",
    "total": "sum",
}
"""What MACs of a training step are for, in words."""


def policy(text: str) -> str | tuple[str, ...]:
    """A checkpointing policy from its text: a word, or paths between commas."""
    parts = tuple(part.strip() for part in text.split(","))
    # A word may name a policy or a label; with a dot, or after another, it is a path.
    return text if len(parts) == 1 and "." not in text else parts


class TrainingQuery(TrainingOptions, Request):
    """How a network is trained."""

    checkpoint: Annotated[
        Annotated[str, Field(min_length=1, max_length=20_000)] | tuple[Policy, ...],
        Spelled(policy, "NAME|PATH,PATH"),
    ] = "none"
    """What keeps only its inputs and is computed again in the backward pass: none, block, stage,
    every part with some label (such as squeezed), or paths between commas."""

    def options(self) -> TrainingOptions:
        """As the analyzers take them."""
        return TrainingOptions(
            optimizer=self.optimizer,
            master_weights=self.master_weights,
            freeze=self.freeze,
            checkpoint=self.checkpoint,
        )


class TrainingRequest(TrainingQuery, NetworkRequest):
    """A network, what is fed to it, and how it is trained."""

    def step(self, network: Network) -> TrainingStep:
        """A training step of the network.

        Raises:
            NotTrained: if it only infers.
            UnknownFreeze: if there is no such part to freeze.
            UnknownPart: if there is no such part to compute again.
        """
        return TrainingStep(network.profile(), self.options())
