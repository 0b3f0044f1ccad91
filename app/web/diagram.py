"""Drawings of a network as SVG: its stages in a row, and its blocks as boxes and arrows.

Everything is read from the graph. Colours are the page's: shapes have classes, lines and letters
are ``currentColor``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from math import prod, sqrt
from operator import attrgetter
from typing import NamedTuple

from markupsafe import Markup, escape

from archmeter.analyzers.scaling.sizes import channel_dimension
from archmeter.app.web.flow import Box, boxes
from archmeter.models.graph import Graph, Scope

_MOST_KINDS = 4
"""Blocks drawn of one stage: beyond, they differ in details alone."""

_WIDTH, _ROW, _GAP = 148, 58, 20
_LETTERS = 23
"""That fit into a box."""


class Map(NamedTuple):
    """What a part hands on: channels, and a map of (height, width) or so many tokens."""

    channels: int
    side: tuple[int, ...]

    def __str__(self) -> str:
        return "×".join(map(str, (self.channels, *self.side)))


class Part(NamedTuple):
    """A stem, stage or head.

    Attributes:
        blocks: how many there are of each label.
    """

    path: str
    made: Map
    operators: int
    blocks: Mapping[str, int]

    @property
    def content(self) -> str:
        """What it is made of: ``3 × bottleneck``."""
        named = (f"{count} × {label.replace('_', ' ')}" for label, count in self.blocks.items())
        return ", ".join(named) or f"{self.operators} operators"


class Block(NamedTuple):
    """One block of a kind, drawn.

    Attributes:
        alike: how many of its stage look the same.
    """

    path: str
    alike: int
    operators: int
    svg: Markup


def parts(graph: Graph) -> list[Part]:
    """Stem, stages, heads."""
    return [_part(graph, scope) for scope in graph.root.children]


def overview(graph: Graph, name: str) -> Markup:
    """The stages as a row of boxes: as high as the map is large, as wide as it has channels."""
    found = parts(graph)
    largest = max(1, *graph.input.shape[2:])
    channels = max(1, *(part.made.channels for part in found))
    drawn, x = [], 0.0
    for part in found:
        wide = 24 + 72 * sqrt(part.made.channels / channels)
        high = 10 + 110 * sqrt(min(1.0, _side(part.made) / largest))
        corner = x + 66 - wide / 2, 66 - high / 2
        tip = f"{part.path}: {part.content} → {part.made}"
        faint = [str(part.made), _clipped(part.content)]
        drawn.append(_shape(tip, "box", corner, (wide, high), 146, [part.path, *faint]))
        if x:
            drawn.append(f'<path class="edge" d="M{x - 12:.0f} 66h18"/>')
        x += 132
    words = "; ".join(f"{part.path}: {part.content}, {part.made}" for part in found)
    head = f"Stages of {name}, as high as their maps and as wide as their channels"
    return _svg(head, words, x, 184, "".join(drawn))


def blocks(graph: Graph, scope: Scope) -> Iterator[Block]:
    """One block of each kind in a stage, or the stem or head as one."""

    def kind(block: Scope) -> object:
        operators = graph.calls[block.start : block.end]
        return block.label, *(type(call.op) for call in operators)

    for alike in _by(kind, _blocks(scope))[:_MOST_KINDS]:
        drawn = _drawn(graph, alike)
        # Too much for one drawing: what it is made of, each by itself.
        inside = [] if drawn else _by(attrgetter("label"), alike[0].children)
        yield from filter(None, (drawn, *(_drawn(graph, parts) for parts in inside)))


def _by(kind: Callable[[Scope], object], scopes: Iterable[Scope]) -> list[list[Scope]]:
    """Scopes of each kind, in the order of the first of them."""
    kinds: dict[object, list[Scope]] = {}
    for scope in scopes:
        kinds.setdefault(kind(scope), []).append(scope)
    return list(kinds.values())


def _drawn(graph: Graph, alike: Sequence[Scope]) -> Block | None:
    """The first of some blocks that look the same, unless it is too much for a drawing."""
    first = alike[0]
    drawn = boxes(graph, first)
    if not drawn:
        return None
    return Block(first.path, len(alike), first.end - first.start, _flow(first.path, drawn))


def _blocks(scope: Scope) -> Sequence[Scope]:
    """What a part repeats; where it has operators of its own, the part as a whole."""
    whole = not scope.children or any(isinstance(part, range) for part in scope.contents())
    return [scope] if whole else scope.children


def _part(graph: Graph, scope: Scope) -> Part:
    last = scope.end - 1
    shape = graph.calls[last].shape
    at = channel_dimension(graph, last) % len(shape)
    made = Map(shape[at], (*shape[1:at], *shape[at + 1 :]))
    labels = Counter(child.label for child in scope.children)
    return Part(scope.path, made, scope.end - scope.start, labels)


def _side(made: Map) -> float:
    """Side of the square of as many positions."""
    return sqrt(prod(made.side))


def _flow(path: str, drawn: list[Box]) -> Markup:
    """Boxes and the arrows between them."""
    left = 46  # for arrows that pass by on that side
    shapes = [_box(box, left) for box in drawn]
    places = {(box.column, box.row) for box in drawn}
    edges = [_edge(before, box, left, places) for box in drawn for before in box.before]
    columns = max(box.column for box in drawn) + 1
    rows = max(box.row for box in drawn) + 1
    words = "; ".join(
        f"{_words(box)} from {', '.join(before.title for before in box.before)}"
        for box in drawn
        if box.before
    )
    width = left + columns * (_WIDTH + _GAP)
    return _svg(f"Operators of {path}", words, width, rows * _ROW, "".join(chain(edges, shapes)))


def _corner(box: Box, left: int) -> tuple[int, int]:
    return left + box.column * (_WIDTH + _GAP), box.row * _ROW + 8


def _height(box: Box) -> int:
    return 38 if box.also else 24


def _box(box: Box, left: int) -> str:
    x, y = _corner(box, left)
    also = [_clipped(", ".join(box.also), _LETTERS + 3)] if box.also else []
    kind = "input" if box.is_input else "box"
    size = _WIDTH, _height(box)
    return _shape(box.tip or box.title, kind, (x, y), size, y + 16, [_clipped(box.title), *also])


def _shape(
    tip: str,
    kind: str,
    corner: tuple[float, float],
    size: tuple[float, float],
    first: float,
    lines: Sequence[str],
) -> str:
    """A box with a name and fainter lines below it, from the first one's height on."""
    (x, y), (width, height) = corner, size
    rect = f'x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="4"'
    texts = (
        f'<text class="{"faint" if i else "name"}" x="{x + width / 2:.0f}" y="{first + 15 * i}">'
        f"{escape(line)}</text>"
        for i, line in enumerate(lines)
    )
    return f'<g><title>{escape(tip)}</title><rect class="{kind}" {rect}/>{"".join(texts)}</g>'


def _edge(before: Box, box: Box, left: int, places: set[tuple[int, int]]) -> str:
    """An arrow; past boxes in between it goes around on the left."""
    (x1, y1), (x2, y2) = _corner(before, left), _corner(box, left)
    bottom, middle = y1 + _height(before), _WIDTH // 2
    between = range(before.row + 1, box.row)
    if before.column == box.column and any((box.column, row) in places for row in between):
        out = min(40, 18 + 4 * (box.row - before.row))
        start, end = y1 + _height(before) // 2, y2 + _height(box) // 2
        curve = f"M{x1} {start}C{x1 - out} {start} {x1 - out} {end} {x2} {end}"
        return f'<path class="edge skip" d="{curve}"/>'
    start, end = x1 + middle, x2 + middle
    if start == end:
        return f'<path class="edge" d="M{start} {bottom}V{y2}"/>'
    # Along its own column, then over in the last gap: whatever is beside stays clear.
    if box.column < before.column:
        curve = f"V{y2 - 20}C{start} {y2 - 4} {end} {y2 - 16} {end} {y2}"
    else:
        curve = f"C{start} {bottom + 16} {end} {bottom + 4} {end} {bottom + 20}V{y2}"
    return f'<path class="edge" d="M{start} {bottom}{curve}"/>'


def _words(box: Box) -> str:
    return ", ".join([box.title, *box.also])


def _clipped(text: str, most: int = _LETTERS) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _svg(title: str, words: str, width: float, height: float, content: str) -> Markup:
    # Every piece of text in it was escaped where it was put in.
    return Markup(  # noqa: S704
        f'<svg class="diagram" role="img" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title><desc>{escape(words)}</desc>{content}</svg>"
    )
