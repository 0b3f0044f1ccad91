"""Quantised weights: integers, and what makes numbers of them again.

The weights of convolutions and linear layers are integers of 8 bits, or of 4, two of which share a
byte. Each output channel has a scale in single precision, and no zero point. Biases, norms and
weights that are operands by themselves stay floating point numbers.
"""

from __future__ import annotations

from archmeter.models.graph import Call, Graph
from archmeter.models.ops import Conv1d, Conv2d, Linear, Weight
from archmeter.models.precision import Precision

SCALE_BYTES = 4
BYTE = 8


def quantized_bytes(graph: Graph, precision: Precision) -> int:
    """Bytes of all parameters of a network whose weights are quantised."""
    owners = (call for i, call in enumerate(graph.calls) if i not in graph.reused)
    return sum(
        _bytes(call, weight, precision)
        for call in owners
        for weight in call.weights
        if weight.role in {"trainable", "frozen"}
    )


def _bytes(call: Call, weight: Weight, precision: Precision) -> int:
    multiplies = isinstance(call.op, Conv1d | Conv2d | Linear) and weight.name == "weight"
    if not (multiplies and precision.bits):
        return weight.size * precision.weight_size
    return -(-weight.size * precision.bits // BYTE) + weight.shape[0] * SCALE_BYTES
