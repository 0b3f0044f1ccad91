"""Bytes that an optimizer keeps from step to step."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from archmeter.analyzers.training.options import Optimizer

SINGLE_BYTES = 4
"""Master weights and their state are float32."""

COPIES: Mapping[Optimizer, int] = MappingProxyType({"sgd": 0, "momentum": 1, "adam": 2, "adamw": 2})
"""Elements kept for each trained one: none, a velocity, or two moments (Kingma & Ba 2014)."""

STEP_BYTES: Mapping[Optimizer, int] = MappingProxyType(
    {"sgd": 0, "momentum": 0, "adam": 4, "adamw": 4}
)
"""For each trained tensor: torch counts the steps of Adam in a float32 scalar."""


SCALER_BYTES = 8
"""torch's scaler of gradients: a scale in float32, and how long it was good as an int32."""


def state_bytes(
    optimizer: Optimizer, elements: int, tensors: int, *, item_size: int, master_weights: bool
) -> int:
    """Bytes of state for trained weights; of float32 where there are master weights.

    Args:
        optimizer: which.
        elements: that train.
        tensors: that train.
        item_size: bytes of one element of the network.
        master_weights: whether the optimizer works on a copy in float32.
    """
    size = SINGLE_BYTES if master_weights else item_size
    return COPIES[optimizer] * elements * size + STEP_BYTES[optimizer] * tensors
