"""Keras: ``model.count_params()``, the total below its summaries and in its table of applications.

The moving means and variances of norms are weights to it, which are not trained; it keeps no
counter of batches. Its own networks differ from others of their names in places: biases before the
norms of its ResNets, norms without scale in its Inceptions, a layer of 7 numbers that scales the
images in front of its EfficientNets.
"""

from __future__ import annotations

from archmeter.analyzers.conventions.line_items import Line, Sheet, Tool
from archmeter.models.graph import Graph

TRAINABLE = Line("weights of all layers")
STATISTICS = Line(
    "moving means and variances of norms", "weights that are not trained; buffers are no parameters"
)
OTHERS = Line("other fixed numbers", "weights that are not trained; buffers are no parameters")


def _weights(graph: Graph) -> Sheet:
    sheet = Sheet()
    for tensor in graph.tensors:
        if tensor.reuses:
            continue
        for weight in tensor.call.weights:
            if weight.role == "buffer":
                of_norms = tensor.op.label == "norm"
                sheet.add(STATISTICS if of_norms else OTHERS, weight.size)
            elif weight.role != "counter":
                sheet.add(TRAINABLE, weight.size, weight.size)
    return sheet


KERAS = Tool(
    name="keras",
    title="Keras",
    version="",
    call="model.count_params(), the total of its summary",
    unit="params",
    read=_weights,
    images="one",
)
