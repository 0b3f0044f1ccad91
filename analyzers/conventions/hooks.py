"""What hooks on modules see, and how often.

torchinfo, thop and ptflops hang hooks on a network's modules. Functions have none, so products of
activations escape them; and a module that several others contain is met once in each.
"""

from __future__ import annotations

from collections import defaultdict

from archmeter.analyzers.conventions.line_items import Line, Terms
from archmeter.analyzers.conventions.papers import (
    ATTENTION,
    BLURS,
    CONVOLUTIONS,
    LINEAR_LAYERS,
    PRODUCTS,
)
from archmeter.models.graph import Graph, Scope, Tensor
from archmeter.models.ops import Op, Shape

FUNCTION = "functions, which hooks on modules do not see"
UNSEEN_PRODUCTS = Line(PRODUCTS.what, FUNCTION, "mistake")
UNSEEN_ATTENTION = Line(ATTENTION.what, FUNCTION, "mistake")

OTHER_CLASS = "modules of a class of their own, which it passes over"
UNKNOWN_BLURS = Line(BLURS.what, OTHER_CLASS, "mistake")
UNKNOWN_CONVOLUTIONS = Line(f"{CONVOLUTIONS.what} by standardised weights", OTHER_CLASS, "mistake")
UNKNOWN_LINEAR = Line(f"{LINEAR_LAYERS.what} without biases of keys", OTHER_CLASS, "mistake")


def unseen_product(_: Op, __: Shape, *___: Shape) -> Terms:
    """A function of two activations."""
    return ((UNSEEN_PRODUCTS, 0),)


def unseen_attention(_: Op, __: Shape, *___: Shape) -> Terms:
    """A function of three."""
    return ((UNSEEN_ATTENTION, 0),)


def unknown_blur(_: Op, __: Shape, *___: Shape) -> Terms:
    """A module without parameters, whose class no tool knows."""
    return ((UNKNOWN_BLURS, 0),)


def containers(graph: Graph) -> list[int]:
    """For each operator how many modules contain the one it is lowered to.

    Used again in the scope where it was made, it is still one child of one module.
    """
    scopes: defaultdict[Tensor, set[Scope]] = defaultdict(set)
    for tensor in graph.tensors:
        scopes[tensor.reuses or tensor].add(tensor.scope)
    return [len(scopes[tensor.reuses or tensor]) for tensor in graph.tensors]
