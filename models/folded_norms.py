"""Norms folded for inference: a batch norm becomes part of the layer whose result it takes.

At inference a batch norm is a constant scale and shift for each channel. Where nothing else takes
what a convolution makes, these go into its weights and its bias, which it gets if it had none. The
norm is gone then, and its parameters and statistics with it: what `torch.nn.utils.fusion` does.

A norm stays where something else takes what is before it too, where it takes what is joined or
pooled, and behind weights that are standardised at each use or used more than once.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from archmeter.models.calls import seen
from archmeter.models.errors import ShapeError
from archmeter.models.graph import Graph, Tensor
from archmeter.models.ops import BatchNorm2d, Conv2d
from archmeter.models.scope import Scope


def fold_norms(graph: Graph) -> Graph:
    """The network with every norm folded that can be; the other layers keep their names.

    Raises:
        ShapeError: if there is none.
    """
    foldable = _foldable(graph)
    if not foldable:
        error = ShapeError("no batch norm directly follows a convolution: there is nothing to fold")
        error.field, error.value, error.accepted = "folded", True, "false for this network"
        raise error
    return _Folding(graph, foldable).network()


def _foldable(graph: Graph) -> dict[int, int]:
    """Norms that can be folded, by the convolution that each follows."""
    uses = [0] * len(graph.calls)
    for i, sources in enumerate(graph.sources):
        for back in sources:
            uses[i - back] += 1
    for output in graph.outputs:
        uses[output.index] += 1
    shared = {*graph.reused, *graph.reused.values()}
    found: dict[int, int] = {}
    for i, call in enumerate(graph.calls):
        if isinstance(call.op, BatchNorm2d):
            before = i - graph.sources[i][0]
            op = graph.calls[before].op
            alone = uses[before] == 1 and not {i, before} & shared
            if alone and isinstance(op, Conv2d) and not op.standardized:
                found[before] = i
    return found


@cache
def _with_bias(op: Conv2d) -> Conv2d:
    return replace(op, bias=True)


class _Folding:
    """Builds the network without the norms."""

    def __init__(self, whole: Graph, foldable: dict[int, int]) -> None:
        self._whole = whole
        self._short = type(whole)()
        self._foldable = foldable
        self._norms = {*foldable.values()}
        self._made: list[Tensor] = []
        """For each tensor of the whole network its counterpart."""

    def network(self) -> Graph:
        """The network without them."""
        whole, short, made = self._whole, self._short, self._made
        with short.root:
            self._add(whole.root, short.root)
        short.reused = {made[i].index: made[owner].index for i, owner in whole.reused.items()}
        short.outputs = [made[output.index] for output in whole.outputs]
        short.given_up = {made[i].index: strides for i, strides in whole.given_up.items()}
        short.norms_folded = True
        seen(len(short.calls))
        return short

    def _add(self, scope: Scope, here: Scope) -> None:
        """Add what is in a scope of the whole network, under the names that it has there."""
        for part in scope.contents():
            if isinstance(part, range):
                for i in part:
                    self._add_operator(i)
            elif self._norms.issuperset(range(part.start, part.end)):
                for i in range(part.start, part.end):  # nothing is left that had a name
                    self._add_operator(i)
            else:
                with self._short.scope(part.label) as inner:
                    self._add(part, inner)
                inner.ordinal = part.ordinal
        here.names = scope.names

    def _add_operator(self, i: int) -> None:
        whole, made = self._whole, self._made
        inputs = [made[i - back] for back in whole.sources[i]]
        if i in self._norms:
            made.append(inputs[0])
            return
        op = whole.calls[i].op
        if i in self._foldable and isinstance(op, Conv2d):
            op = _with_bias(op)
        made.append(self._short.append(op, *inputs))
        self._short.ordinals[-1] = whole.ordinals[i]
