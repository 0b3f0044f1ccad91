"""Parameters and buffers."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import NamedTuple

from archmeter.models.graph import Call

COUNTER_BYTES = 8
"""``num_batches_tracked`` is an int64, whatever the dtype of the network."""


class Weights(NamedTuple):
    """Elements an operator owns, by their role."""

    trainable: int
    frozen: int
    buffers: int
    counters: int


NO_WEIGHTS = Weights(0, 0, 0, 0)

_as_weights = partial(tuple.__new__, Weights)  # Weights._make, without counting the fields


def weights(call: Call) -> Weights:
    """What one operator owns; the weights say it themselves, so there are no rules."""
    owned = call.weights
    if len(owned) == 1 and owned[0].role == "trainable":
        return _as_weights((prod(owned[0].shape), 0, 0, 0))
    trainable = frozen = buffers = counters = 0
    for _, shape, role in owned:
        size = prod(shape)
        if role == "trainable":
            trainable += size
        elif role == "buffer":
            buffers += size
        elif role == "counter":
            counters += size
        else:
            frozen += size
    return _as_weights((trainable, frozen, buffers, counters))
