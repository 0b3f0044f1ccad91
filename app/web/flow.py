"""A part of a network as boxes and arrows, laid out in rows and columns; nothing per family.

A convolution, linear layer or pool carries the norms, activations and views that follow it and
nothing else. What is too much to draw is drawn from further away: parts inside become single boxes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from archmeter.analyzers.answers.units import size
from archmeter.models.graph import Graph, Scope
from archmeter.models.ops import (
    Activation,
    BatchNorm2d,
    Conv2d,
    Dropout,
    GroupNorm,
    LayerNorm,
    Linear,
    Op,
)

MOST_BOXES, MOST_ARROWS = 40, 80
"""More of them nobody can read."""

_MOST_INPUTS = 3
_NORMS = BatchNorm2d, GroupNorm, LayerNorm


@dataclass(eq=False)
class Box:
    """Operators that are drawn as one.

    Attributes:
        title: what it does first, or the name of the part.
        also: what else is in it, in order.
        tip: its name in the network and what it makes.
        before: boxes it takes something from, the main one first.
        row: below everything it takes from.
        column: branches are side by side.
        is_input: whether it comes from outside.
    """

    title: str
    tip: str = ""
    also: list[str] = field(default_factory=list)
    before: list[Box] = field(default_factory=list)
    row: int = 0
    column: int = 0
    is_input: bool = False


def boxes(graph: Graph, scope: Scope) -> list[Box]:
    """A part of the network from as near as it can be read; empty if from nowhere."""
    depths = sorted({child.depth for child in _inside(scope)}, reverse=True)
    for depth in [*depths, scope.depth]:
        drawn = _Drawing(graph, scope, depth).boxes
        arrows = sum(len(box.before) for box in drawn)
        if len(drawn) <= MOST_BOXES and arrows <= MOST_ARROWS:
            return _placed(drawn)
    return []


def _inside(scope: Scope) -> Iterator[Scope]:
    for child in scope.children:
        yield child
        yield from _inside(child)


class _Drawing:
    """The boxes of a scope, where parts that are deeper than ``depth`` are one box each."""

    def __init__(self, graph: Graph, scope: Scope, depth: int) -> None:
        self._graph, self._scope, self._depth = graph, scope, depth
        self._box_of: dict[int, Box] = {}
        self._ends: dict[int, Box] = {}  # of these, what is an operator and no part
        # By how many operators of the scope each tensor is used.
        operators = range(scope.start, scope.end)
        self._fed = Counter(index - back for index in operators for back in graph.sources[index])
        outside = self._from_outside()
        if len(outside) > _MOST_INPUTS:
            common = Box(f"{len(outside)} inputs", is_input=True)
            self._outside = dict.fromkeys(outside, common)
        else:
            names = ["input"] if len(outside) == 1 else [f"input {i + 1}" for i in range(9)]
            given = zip(outside, names, strict=False)
            self._outside = {
                index: Box(name, graph.path(index), is_input=True) for index, name in given
            }
        found: dict[Box, None] = {}
        self._draw(scope)
        for index in operators:
            if box := self._box_of.get(index):
                self._connect(box, index)
                found[box] = None
        self.boxes = [*dict.fromkeys(self._outside.values()), *found]

    def _from_outside(self) -> list[int]:
        start = self._scope.start
        sources = (
            index - back
            for index in range(start, self._scope.end)
            for back in self._graph.sources[index]
            if back > index - start
        )
        calls = self._graph.calls
        return [index for index in dict.fromkeys(sources) if not calls[index].op.is_weight]

    def _draw(self, scope: Scope) -> None:
        for part in scope.contents():
            if isinstance(part, range):
                for index in part:
                    self._operator(index)
            elif part.depth > self._depth:
                self._part(part)
            else:
                self._draw(part)

    def _part(self, scope: Scope) -> None:
        operators = scope.end - scope.start
        shape = self._graph.calls[scope.end - 1].shape
        name = scope.path.rpartition(".")[-1]
        box = Box(name, f"{scope.path} → {size(shape)}", [f"{operators} operators"])
        self._box_of.update(dict.fromkeys(range(scope.start, scope.end), box))

    def _operator(self, index: int) -> None:
        call = self._graph.calls[index]
        if call.op.is_weight:
            return
        sources = [index - back for back in self._graph.sources[index]]
        before = self._ends.get(sources[0]) if len(sources) == 1 else None
        tip = f"{self._graph.path(index)} → {size(call.shape)}"
        if before is not None and _follows(call.op) and self._fed[sources[0]] == 1:
            before.also.append(_short(call.op))
            before.tip += f"\n{tip}"
            box = before
        else:
            box = Box(_title(call.op, call.input_shapes[0][1] if call.input_shapes else 0), tip)
        self._box_of[index] = self._ends[index] = box

    def _connect(self, box: Box, index: int) -> None:
        for back in self._graph.sources[index]:
            source = self._box_of.get(index - back) or self._outside.get(index - back)
            if source is not None and source is not box and source not in box.before:
                box.before.append(source)


def _follows(op: Op) -> bool:
    """Whether an operator is said along with what it is applied to."""
    return isinstance(op, (*_NORMS, Activation, Dropout)) or op.view


def _title(op: Op, channels: int) -> str:
    match op:
        case Conv2d(kernel=kernel, groups=groups):
            across = "×".join(map(str, kernel))
            kind = "conv" if groups == 1 else "depthwise" if groups == channels else "grouped conv"
            stride = f" /{op.stride[0]}" if max(op.stride) > 1 else ""
            return f"{across} {kind}{stride}, {op.out_channels}"
        case Linear(out_features=features):
            return f"linear, {features}"
        case _ if op.detail[:1].isdigit():
            return f"{op.label} {op.detail.replace('x', '×')}"
        case _:
            return _short(op)


def _short(op: Op) -> str:
    match op:
        case Activation(kind=kind):
            return kind.replace("_", " ")
        case BatchNorm2d():
            return "batch norm"
        case LayerNorm():
            return "layer norm"
        case GroupNorm():
            return "group norm"
        case _:
            return op.label.replace("_", " ")


def _placed(drawn: list[Box]) -> list[Box]:
    """Boxes in rows by what they wait for; a branch stays in the column where it began."""
    taken: set[tuple[int, int]] = set()
    continued: set[Box] = set()
    for box in drawn:
        box.row = max((before.row + 1 for before in box.before), default=0)
        box.column = _column(box, taken, continued)
        continued.update(box.before[:1])
        first = min((before.row + 1 for before in box.before), default=box.row)
        main = min(box.before, key=lambda before: before.column, default=None)
        top = main.row + 1 if main is not None and main.column == box.column else first
        taken.update((row, box.column) for row in range(min(top, box.row), box.row + 1))
    return drawn


def _column(box: Box, taken: Iterable[tuple[int, int]], continued: set[Box]) -> int:
    """The first column that is free, beginning with that of what it takes from."""
    joins = len(box.before) > 1
    free = (before.column for before in box.before if joins or before not in continued)
    column = begin = min(free, default=0)
    first = min((before.row + 1 for before in box.before), default=0)
    rows = range(box.row, box.row + 1)
    while any((row, column) in taken for row in rows):
        column += 1
        # Beside the branch that it leaves, it needs the way down to it too.
        rows = range(box.row if column == begin else first, box.row + 1)
    return column
