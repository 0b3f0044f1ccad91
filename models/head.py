"""Heads: what makes an answer of the last maps, and may be left out."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, Literal, ParamSpec

if TYPE_CHECKING:
    from archmeter.models.tensor import Tensor

LastPool = Literal["mean", "max", "mean_max", "concat"]
"""Of each map its mean, its maximum, half of the sum of both, or both side by side."""

P = ParamSpec("P")


def head(
    function: Callable[Concatenate[Tensor, P], Tensor],
) -> Callable[Concatenate[Tensor, P], Tensor]:
    """Make a function the head of a network: all that it appends is in the scope ``head``.

    It appends nothing where the network is to have no head, and hands on what it is given.
    """

    @wraps(function)
    def headed(x: Tensor, /, *args: P.args, **kwargs: P.kwargs) -> Tensor:
        if x.graph.headless:
            return x
        with x.graph.scope("head"):
            return function(x, *args, **kwargs)

    return headed


def auxiliary_head(x: Tensor, label: str, make: Callable[[Tensor], Tensor]) -> None:
    """Add an output that is made of maps on the way; none where the network has no head.

    Args:
        x: the maps.
        label: of the scope that everything is in: ``aux1``, ``aux2``.
        make: appends the layers of this head.
    """
    if not x.graph.headless:
        with x.graph.scope(label):
            x.graph.outputs.append(make(x))
