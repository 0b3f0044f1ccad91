"""Scopes: the named parts of a network, one inside another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from archmeter.models.graph import Graph


class Scope:
    """A named part of a network: the operators from index ``start`` up to, not including, ``end``.

    It is open while its ``with`` statement runs, and what is appended meanwhile is inside.

    Attributes:
        like: the scope that it copies, which was described; itself if it was described.
        names: how often each label was given out inside; a label given once needs no number.
    """

    __slots__ = (
        "_children",
        "_graph",
        "_path",
        "depth",
        "end",
        "label",
        "like",
        "names",
        "ordinal",
        "parent",
        "start",
    )

    def __init__(self, graph: Graph, label: str, parent: Scope | None, ordinal: int = 1) -> None:
        self._graph = graph
        self.label = label
        self.ordinal = ordinal
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else 0
        self.start = self.end = len(graph.calls)
        self._children: list[Scope] | None = None  # most have none
        self.names: dict[str, int] = {}
        self.like = self
        self._path: str | None = None

    def __enter__(self) -> Self:
        self._graph.here = self
        if self.parent:
            self.parent.adopt(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.end = len(self._graph.calls)
        self._graph.here = self.parent or self
        if self.parent and self.start == self.end:
            self.parent.disown(self)

    def contents(self) -> Iterator[range | Scope]:
        """What is directly inside, in order: indices of operators, and scopes."""
        index = self.start
        for child in self.children:
            if index < child.start:
                yield range(index, child.start)
            yield child
            index = child.end
        if index < self.end:
            yield range(index, self.end)

    @property
    def children(self) -> Sequence[Scope]:
        """The scopes directly inside, in order."""
        return self._children or ()

    def adopt(self, child: Scope) -> None:
        """Take a scope in, after those that are inside already."""
        if self._children:
            self._children.append(child)
        else:
            self._children = [child]

    def disown(self, child: Scope) -> None:
        """Leave out a scope that nothing is inside of."""
        if self._children:
            self._children.remove(child)

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

    def copied(self, parent: Scope, ordinal: int, shift: int) -> Scope:
        """It once more, ``shift`` operators later and inside another scope."""
        copy = Scope(self._graph, self.label, parent, ordinal)
        copy.start, copy.end = self.start + shift, self.end + shift
        copy.names, copy.like = self.names, self.like
        self._graph.scopes[copy.start : copy.end] = [copy] * (copy.end - copy.start)
        if self._children:
            copy._children = [child.copied(copy, child.ordinal, shift) for child in self.children]
        return copy
