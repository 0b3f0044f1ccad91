"""Calls: operators applied to inputs of certain shapes.

Whatever follows from an operator and from shapes is worked out once for each call: the equal layers
of a network share one, and so do networks, which have most of theirs in common with their
neighbours in a search or on a scaling curve.
"""

from __future__ import annotations

from archmeter.models.ops import Op, Shape, Weight

MAX_SEEN = 250_000
"""Operators after which all calls are forgotten: few are new, and if all were, they would take
100 MB."""


class Call:
    """An operator applied to inputs of certain shapes.

    Attributes:
        handed_on: ``input_shapes`` of whatever is applied to the result alone.

    Raises:
        ShapeError: if the sizes do not fit.
    """

    __slots__ = ("handed_on", "input_shapes", "op", "shape")

    handed_on: tuple[Shape, ...]

    def __init__(self, op: Op, input_shapes: tuple[Shape, ...]) -> None:
        self.op = op
        self.input_shapes = input_shapes
        if len(input_shapes) == 1:
            (x,) = input_shapes
            self.shape = shape = op.shape(x)
            # Most operators hand on the very shape that they are given.
            self.handed_on = input_shapes if shape is x else (shape,)
        else:
            self.shape = shape = op.shape(*input_shapes)
            self.handed_on = (shape,)

    @property
    def weights(self) -> tuple[Weight, ...]:
        """Weights the operator owns."""
        return self.op.weights(*self.input_shapes)

    @property
    def trains(self) -> bool:
        """Whether some of its weights do."""
        return any(weight.role == "trainable" for weight in self.weights)


CallsOf = dict[tuple[Shape, ...], Call]
"""The calls of one operator by the shapes of its inputs."""

_shared: dict[Op, CallsOf] = {}
_seen = 0


def calls_of(op: Op) -> CallsOf:
    """The calls of an operator, which graphs share; those that are missing are to be added."""
    return _shared.setdefault(op, {})


def seen(operators: int) -> None:
    """Note that a network has so many operators; after many, all calls are forgotten at once."""
    global _seen  # noqa: PLW0603 - of all graphs, like the calls themselves
    _seen += operators
    if _seen > MAX_SEEN:
        forget()


def forget() -> None:
    """Start again with no calls; graphs keep theirs."""
    global _shared, _seen
    _shared, _seen = {}, 0
