"""Symbolic tensors: what functions that describe networks are given, and return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archmeter.models.ops import Add, Mul, Op, Shape

if TYPE_CHECKING:
    from archmeter.models.calls import Call
    from archmeter.models.graph import Graph
    from archmeter.models.scope import Scope

_ADD, _ADD_IN_PLACE, _MUL = Add(), Add(inplace=True), Mul()


class Tensor:
    """A shape, and the operator and inputs that made it.

    Attributes:
        reuses: the earlier tensor whose weights this one was made with, if it owns none itself.
    """

    __slots__ = ("call", "graph", "index", "inputs", "reuses", "scope", "shape")

    call: Call
    inputs: tuple[Tensor, ...]
    reuses: Tensor | None
    scope: Scope

    def __init__(self, graph: Graph, index: int, shape: Shape) -> None:
        self.graph = graph
        self.index = index
        self.shape = shape

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        # To describe a network takes shapes alone; the rest is looked up when somebody reads.
        if name not in {"call", "inputs", "reuses", "scope"}:
            raise AttributeError(name)
        return getattr(self.graph.tensors[self.index], name)

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
        return self.graph.path(self.index)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Tensor) and self.index == other.index and self.graph is other.graph

    def __hash__(self) -> int:
        return self.index

    def __add__(self, other: Tensor) -> Tensor:
        return self.graph.append(_ADD, self, other)

    def __iadd__(self, other: Tensor) -> Tensor:  # noqa: PYI034 - a tensor never changes
        return self.graph.append(_ADD_IN_PLACE, self, other)

    def __mul__(self, other: Tensor) -> Tensor:
        return self.graph.append(_MUL, self, other)

    def __repr__(self) -> str:
        return f"Tensor({self.path}: {self.op.label} -> {self.shape})"
