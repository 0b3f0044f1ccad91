"""How a network is trained: what decides memory and arithmetic, besides network and input."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Optimizer = Literal["sgd", "momentum", "adam", "adamw"]

Policy = Annotated[str, Field(min_length=1, max_length=200)]


class TrainingOptions(BaseModel):
    """How a network is trained."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    optimizer: Optimizer = Field(default="sgd", description="What keeps state for each weight.")
    master_weights: bool = Field(
        default=False,
        description="Weights and optimizer state in float32 beside weights of the network's own "
        "dtype, as in mixed precision.",
    )
    freeze: str = Field(
        default="none",
        min_length=1,
        max_length=200,
        description="What does not train: none, backbone (all but the head), batch_norm, or a "
        "part such as stage2, up to and with it; several between commas.",
    )
    checkpoint: str | tuple[Policy, ...] = Field(
        default="none",
        description="What keeps only its inputs and is computed again in the backward pass: none, "
        "block, stage, every part with some label (such as squeezed), or a list of paths.",
    )
