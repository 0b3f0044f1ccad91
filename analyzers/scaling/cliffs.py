"""Resolution cliffs: sizes of the input at which maps gain a row, and cost jumps.

Maps have whole rows. While the input grows pixel by pixel, the deepest maps stay as they are, and
then gain a row all at once, the shallower ones often with them: on EfficientNet-B0 the 225th pixel
costs 16 % where 1 % would be its share. Between cliffs pixels are nearly free, or thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.scaling.sizes import channels
from archmeter.analyzers.scaling.totals import Ruler
from archmeter.models.errors import ArchmeterError
from archmeter.models.graph import Call, Graph
from archmeter.models.ops import BlurPool2d, Conv2d, Pool2d, Subsample
from archmeter.models.spec import MAX_SIDE, ArchitectureSpec

LONGEST_RUN = 160
"""Sides that are tried in one direction before a cliff or an aligned size is given up on."""


@dataclass(frozen=True, slots=True)
class Gain(Answer):
    """A stage whose maps grow at a cliff."""

    stage: str
    """Path of the stage, or stem."""

    before: int
    """Positions of its last map, one pixel earlier."""

    after: int
    """Positions from there on."""


@dataclass(frozen=True, slots=True)
class Cliff(Answer):
    """A size at which the deepest maps gain positions."""

    side: int
    """The first with the larger maps."""

    gains: Rows[Gain]
    """Every stage whose maps grow there."""

    jumps: dict[str, float]
    """Each total's growth with that pixel, relative; as `totals` names them."""

    smooth: float
    """The growth that is proportional to the pixels of the input."""


@dataclass(frozen=True, slots=True)
class Cliffs(Answer):
    """The cliffs around a resolution."""

    side: int
    """The height that was asked about; the width keeps its ratio to it."""

    aligned: bool
    """Whether no stride drops pixels there, or takes in a window of mostly padding."""

    aligned_below: int | None
    """The nearest size below that is; null if there is none near."""

    aligned_above: int | None
    """The nearest one above."""

    period: int | None
    """Pixels from the cliff below to the one above; null if either is not near."""

    cliffs: Rows[Cliff]
    """Those in the range, in ascending order."""

    infeasible: tuple[int, ...]
    """Sizes in the range that cannot be built."""


class Sides:
    """A network at other sizes of its input, each built once.

    Args:
        spec: the network.
        ruler: notes how much is built.
        batch: images at once.
    """

    def __init__(self, spec: ArchitectureSpec, ruler: Ruler, *, batch: int = 1) -> None:
        self.height, self.width = spec.resolution
        self._spec = spec
        self._ruler = ruler
        self._batch = batch
        self._built: dict[int, Graph | None] = {}

    def at(self, side: int) -> Graph | None:
        """The network on images of that height, the width in proportion; None if there is none.

        Raises:
            TooMuchWork: if too much was built already.
        """
        if side not in self._built:
            self._built[side] = self._build(side)
        return self._built[side]

    def _build(self, side: int) -> Graph | None:
        width = max(1, round(self.width * side / self.height))
        if not (1 <= side <= MAX_SIDE and width <= MAX_SIDE):
            return None
        spec = self._spec.model_copy(update={"resolution": (side, width)})
        try:
            graph = spec.graph(self._batch)
        except ArchmeterError:
            return None
        self._ruler.spend(graph)
        return graph

    @cached_property
    def period(self) -> int | None:
        """Pixels between the cliffs on both sides of the resolution: the deepest maps' stride."""
        here = self._deepest(self.height)
        ends = [self._end(here, sign) for sign in (-1, 1)]
        return ends[1] - ends[0] - 1 if ends[0] is not None and ends[1] is not None else None

    def _end(self, here: int | None, sign: int) -> int | None:
        """The first size in a direction whose deepest maps are others."""
        for distance in range(1, LONGEST_RUN + 1):
            side = self.height + sign * distance
            deepest = self._deepest(side)
            if deepest != here:
                return side if deepest is not None else None
        return None

    def _deepest(self, side: int) -> int | None:
        graph = self.at(side)
        found = positions(graph) if graph else {}
        return list(found.values())[-1] if found else None

    def nearest_aligned(self, sign: int) -> int | None:
        """The nearest size in a direction, not the resolution itself, at which strides divide."""
        for distance in range(1, LONGEST_RUN + 1):
            side = self.height + sign * distance
            graph = self.at(side)
            if graph is not None and is_aligned(graph):
                return side
        return None


def cliffs(spec: ArchitectureSpec, low: int, high: int, ruler: Ruler, *, batch: int = 1) -> Cliffs:
    """Find the cliffs between two sizes, and what they cost.

    Args:
        spec: the network; its resolution need not be in the range.
        low: the least side.
        high: the largest side.
        ruler: reads the totals whose jumps are told.
        batch: images at once.

    Raises:
        ShapeError: if the network cannot be built at its own resolution.
        TooMuchWork: if that is more than is counted for one question.
    """
    spec.graph(batch)
    sides = Sides(spec, ruler, batch=batch)
    here = sides.at(sides.height)
    built = {side: sides.at(side) for side in range(low - 1, high + 1)}
    return Cliffs(
        side=sides.height,
        aligned=here is not None and is_aligned(here),
        aligned_below=sides.nearest_aligned(-1),
        aligned_above=sides.nearest_aligned(1),
        period=sides.period,
        cliffs=Rows(_between(built, low, high, ruler)),
        infeasible=tuple(side for side in range(low, high + 1) if built[side] is None),
    )


def positions(graph: Graph) -> dict[str, int]:
    """Positions of the last map, or tokens, of stem and stages, per image."""
    return {
        scope.path: _positions(graph, scope.end - 1)
        for scope in graph.root.children
        if scope.is_stage or scope.label == "stem"
    }


def is_aligned(graph: Graph) -> bool:
    """Whether every stride in stem and stages divides what it strides over."""
    return all(
        _divides(call)
        for scope in graph.root.children
        if scope.is_stage or scope.label == "stem"
        for call in graph.calls[scope.start : scope.end]
    )


def _positions(graph: Graph, index: int) -> int:
    shape = graph.calls[index].shape
    return prod(shape) // (shape[0] * channels(graph, index))


def _between(built: dict[int, Graph | None], low: int, high: int, ruler: Ruler) -> Iterator[Cliff]:
    for side in range(low, high + 1):
        before, after = built[side - 1], built[side]
        if before is None or after is None:
            continue
        old, new = positions(before), positions(after)
        deepest = list(new)[-1:]
        if any(old[stage] != new[stage] for stage in deepest):
            grown_stages = [stage for stage in new if old[stage] != new[stage]]
            gains = Rows(Gain(stage, old[stage], new[stage]) for stage in grown_stages)
            costs, grown = ruler.read(before), ruler.read(after)
            jumps = {name: grown[name] / costs[name] - 1 for name in ruler.names if costs[name]}
            yield Cliff(side, gains, jumps, _pixels(after) / _pixels(before) - 1)


def _pixels(graph: Graph) -> int:
    return prod(graph.input.shape)


def _divides(call: Call) -> bool:
    """Whether windows that stride leave nothing out, and none is there for padding alone."""
    match call.op:
        case Conv2d(kernel=kernel, stride=stride, padding=padding, dilation=dilation):
            extents = (dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1)
        case Pool2d(kernel=extents, stride=stride, padding=padding):
            pass
        case BlurPool2d(kernel=kernel, stride=step) as op:
            extents, stride, padding = (kernel, kernel), (step, step), (op.padding, op.padding)
        case Subsample(stride=step):
            extents, stride, padding = (1, 1), (step, step), (0, 0)
        case _:
            return True
    sizes = call.input_shapes[0][2:]
    return all(map(_divides_side, sizes, call.shape[2:], extents, stride, padding))


def _divides_side(size: int, out: int, extent: int, stride: int, padding: int) -> bool:
    if stride == 1 or out * stride == size:
        return True
    # With little padding windows are to end where the map ends; with more they always could.
    return 2 * padding < extent - stride and (out - 1) * stride + extent == size + 2 * padding
