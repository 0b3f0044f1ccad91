"""Graphs of symbolic tensors: a network described once, with nothing executed.

A `Tensor` is a shape and the operator that made it. Functions that describe networks append
operators; ``+``, ``+=`` and ``*`` do what they say; `block` and `Graph.scope` name what is inside
them, so that every operator has a path such as ``stage3.bottleneck5.conv2``.

A scope is also a call: lowered to torch, each becomes a module whose ``forward`` holds its own
variables. Who holds a tensor, and for how long, follows from the scopes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from math import prod
from types import TracebackType
from typing import Concatenate, ParamSpec, Self

from models.errors import GraphTooLarge, ShapeError
from models.ops import Add, Input, Mul, Op, Shape, Weight

P = ParamSpec("P")

MAX_OPERATORS = 50_000
"""ResNet-1202 has 4,300. Beyond this a spec is absurd, or an attack."""

MAX_INPUTS = 250_000
"""Of all operators together: layers that read every layer before them grow with the square."""

MAX_EXACT = 2**53
"""Counts must survive readers of JSON that keep numbers as doubles."""

_ADD, _ADD_IN_PLACE, _MUL = Add(), Add(inplace=True), Mul()


class Call:
    """An operator applied to inputs of certain shapes.

    Repeated layers share one call, so whatever follows from shapes alone is worked out once.
    """

    __slots__ = ("input_shapes", "op", "shape", "weights")

    def __init__(self, op: Op, input_shapes: tuple[Shape, ...]) -> None:
        self.op = op
        self.input_shapes = input_shapes
        self.shape: Shape = op.shape(*input_shapes)
        self.weights: tuple[Weight, ...] = op.weights(*input_shapes)


_shared_call = lru_cache(16_384)(Call)
"""Networks share most of their calls with their neighbours in a search or on a scaling curve."""


class Scope:
    """A named part of a network: the operators from index ``start`` up to, not including, ``end``.

    It is open while its ``with`` statement runs, and what is appended meanwhile is inside.

    Attributes:
        names: how often each label was given out inside; a label given once needs no number.
    """

    __slots__ = (
        "_graph",
        "_path",
        "children",
        "depth",
        "end",
        "label",
        "names",
        "ordinal",
        "parent",
        "start",
    )

    def __init__(self, graph: Graph, label: str, parent: Scope | None) -> None:
        self._graph = graph
        self.label = label
        self.parent = parent
        self.start = self.end = len(graph.tensors)
        self.children: list[Scope] = []
        self.names: dict[str, int] = {}
        self._path: str | None = None
        if parent is None:
            self.depth, self.ordinal = 0, 1
        else:
            self.depth, self.ordinal = parent.depth + 1, parent.next_ordinal(label)

    def __enter__(self) -> Self:
        self._graph.open(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._graph.close(self)

    @property
    def is_stage(self) -> bool:
        """Whether this is one of the top-level ``stage1`` ... ``stageN``."""
        return self.depth == 1 and self.label.startswith("stage")

    @property
    def path(self) -> str:
        """Dotted name from the top; empty for the whole network."""
        if self._path is None:
            self._path = self.parent.path_of(self.label, self.ordinal) if self.parent else ""
        return self._path

    def next_ordinal(self, label: str) -> int:
        """Give out a label once more; the first is 1."""
        self.names[label] = ordinal = self.names.get(label, 0) + 1
        return ordinal

    def path_of(self, label: str, ordinal: int) -> str:
        """Dotted name of the ``ordinal``-th thing with this label inside this scope."""
        # Blocks of a stage are numbered even when alone: names must not change with the depth.
        name = f"{label}{ordinal}" if self.names[label] > 1 or self.is_stage else label
        return f"{self.path}.{name}" if self.depth else name


class Tensor:
    """A shape, and the operator and inputs that made it.

    Attributes:
        reuses: the earlier tensor whose weights this one was made with, if it owns none itself.
    """

    __slots__ = ("call", "graph", "index", "inputs", "ordinal", "reuses", "scope", "shape")

    def __init__(
        self,
        graph: Graph,
        index: int,
        call: Call,
        inputs: tuple[Tensor, ...],
        scope: Scope,
        ordinal: int,
        reuses: Tensor | None,
    ) -> None:
        self.graph = graph
        self.index = index
        self.call = call
        self.inputs = inputs
        self.scope = scope
        self.ordinal = ordinal
        self.reuses = reuses
        self.shape = call.shape

    @property
    def op(self) -> Op:
        """The operator that made it."""
        return self.call.op

    @property
    def channels(self) -> int:
        """Size of the second dimension."""
        return self.shape[1]

    @property
    def path(self) -> str:
        """Dotted name of the operator: ``stage3.bottleneck5.conv2``."""
        return self.scope.path_of(self.call.op.label, self.ordinal)

    def __add__(self, other: Tensor) -> Tensor:
        return self.graph.append(_ADD, self, other)

    def __iadd__(self, other: Tensor) -> Tensor:  # noqa: PYI034 - a tensor never changes
        return self.graph.append(_ADD_IN_PLACE, self, other)

    def __mul__(self, other: Tensor) -> Tensor:
        return self.graph.append(_MUL, self, other)

    def __repr__(self) -> str:
        return f"Tensor({self.path}: {self.op.label} -> {self.shape})"


class Graph:
    """A network under construction, then for reading: tensors in the order of execution.

    Raises:
        GraphTooLarge: beyond ``max_operators``, or where sizes are no longer exact.
    """

    def __init__(self, *, max_operators: int = MAX_OPERATORS) -> None:
        self.tensors: list[Tensor] = []
        self.outputs: list[Tensor] = []
        self.root = Scope(self, "", None)
        self._here = self.root
        self._max_operators = max_operators
        self._joined = 0
        self._known_calls: dict[tuple[object, ...], Call] = {}
        self._known_ops: list[Op] = []

    @classmethod
    def trace(cls, network: Callable[[Tensor], Tensor], input_shape: Shape) -> Graph:
        """The graph of a function from the input (N, C, H, W) to the output.

        Auxiliary outputs, which the function appends to ``outputs`` itself, follow that one.
        """
        graph = cls()
        with graph.root:
            graph.outputs.insert(0, network(graph.append(Input(input_shape))))
        return graph

    @property
    def input(self) -> Tensor:
        """The tensor fed to the network."""
        return self.tensors[0]

    def append(self, op: Op, *inputs: Tensor, reuses: Tensor | None = None) -> Tensor:
        """Apply an operator.

        Raises:
            ShapeError: if the sizes do not fit, with the path of the operator.
        """
        # Hashing an id is cheaper than hashing a description.
        if len(inputs) == 1:
            key: tuple[object, ...] = (id(op), inputs[0].shape)
        else:
            self._count_joined(len(inputs))
            key = (id(op), *[x.shape for x in inputs])
        call = self._known_calls.get(key) or self._new_call(key, op, inputs)
        tensors, scope, label = self.tensors, self._here, op.label
        index = len(tensors)
        if index >= self._max_operators:
            raise GraphTooLarge(f"the network has more than {self._max_operators:,} operators")
        names = scope.names
        names[label] = ordinal = names.get(label, 0) + 1
        tensor = Tensor(self, index, call, inputs, scope, ordinal, reuses)
        tensors.append(tensor)
        return tensor

    def again(self, made: Tensor, x: Tensor) -> Tensor:
        """Apply the operator that made a tensor once more, with the same weights.

        Raises:
            ShapeError: if the weights would need another shape.
        """
        tensor = self.append(made.call.op, x, reuses=made.reuses or made)
        if tensor.call.weights != made.call.weights:
            raise ShapeError(f"weights for {made.call.input_shapes[0]} do not fit {x.shape}")
        return tensor

    def scope(self, label: str) -> Scope:
        """A part of the network to be opened by a ``with`` statement."""
        return Scope(self, label, self._here)

    def open(self, scope: Scope) -> None:
        """From here on, append inside a scope."""
        if scope.parent:
            scope.parent.children.append(scope)
        self._here = scope

    def close(self, scope: Scope) -> None:
        """From here on, append to the scope around it."""
        scope.end = len(self.tensors)
        self._here = scope.parent or scope

    def paths(self) -> list[str]:
        """Dotted names of all tensors, in order."""
        prefixes: dict[Scope, str] = {}
        paths: list[str] = []
        for tensor in self.tensors:
            scope, label = tensor.scope, tensor.call.op.label
            prefix = prefixes.get(scope)
            if prefix is None:
                prefix = prefixes[scope] = f"{scope.path}." if scope.depth else ""
            numbered = scope.names[label] > 1 or scope.is_stage
            paths.append(f"{prefix}{label}{tensor.ordinal}" if numbered else prefix + label)
        return paths

    def _count_joined(self, inputs: int) -> None:
        self._joined += inputs
        if self._joined > MAX_INPUTS:
            raise GraphTooLarge(f"the operators have more than {MAX_INPUTS:,} inputs in all")

    def _new_call(self, key: tuple[object, ...], op: Op, inputs: tuple[Tensor, ...]) -> Call:
        try:
            call = _shared_call(op, tuple([x.shape for x in inputs]))
        except ShapeError as error:
            ordinal = self._here.next_ordinal(op.label)
            raise ShapeError(error.detail, path=self._here.path_of(op.label, ordinal)) from None
        if prod(call.shape) > MAX_EXACT:
            raise GraphTooLarge(f"a tensor of {prod(call.shape):.3g} elements cannot be counted")
        self._known_calls[key] = call
        self._known_ops.append(op)  # while it is alive, no other operator gets its id
        return call


def block(
    function: Callable[Concatenate[Tensor, P], Tensor],
) -> Callable[Concatenate[Tensor, P], Tensor]:
    """Name everything a function appends after the function."""
    label = function.__name__

    @wraps(function)
    def scoped(x: Tensor, /, *args: P.args, **kwargs: P.kwargs) -> Tensor:
        with x.graph.scope(label):
            return function(x, *args, **kwargs)

    return scoped
