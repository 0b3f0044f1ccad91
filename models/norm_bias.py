"""Biases of convolutions before norms, which make them useless: Keras has them all the same."""

from __future__ import annotations

from dataclasses import replace

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Graph
from archmeter.models.ops import BatchNorm, Conv2d, GroupNorm


def add_norm_biases(graph: Graph) -> None:
    """Give biases to every convolution that a batch or group norm follows and that has none.

    Raises:
        ShapeError: if there is no such convolution.
    """
    before = [
        index - graph.sources[index][0]
        for index, call in enumerate(graph.calls)
        if isinstance(call.op, BatchNorm | GroupNorm)
    ]
    found = False
    for index in before:
        op = graph.calls[index].op
        if isinstance(op, Conv2d) and not op.bias:
            graph.replace(index, replace(op, bias=True))
            found = True
    if not found:
        raise ShapeError("no convolution without biases comes just before a norm")
