"""Feature maps: what a pyramid of features takes from a network; Lin et al. 2016, arXiv:1612.03144.

It takes the last map of each stride that a layer or block of a stage hands on. What is inside of
blocks is read by nobody else, and the head takes no part in it. Where an output stride keeps maps
large there is one for each stride that the network would have, as in timm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import prod

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.receptive_field import SEES_NOTHING, receptive_fields
from archmeter.analyzers.scaling.sizes import channel_dimension
from archmeter.models.graph import Graph, Scope
from archmeter.models.ops import Pad2d, Pair

_MAP_DIMENSIONS = 4


@dataclass(frozen=True, slots=True)
class FeatureMap(Answer):
    """The last map of its stride, and what it takes to get there."""

    path: str
    """The block or layer that hands it on."""

    stride: Pair
    """Pixels of the image between neighbouring elements, along height and width."""

    channels: int
    """Channels of the map."""

    height: int
    """Its rows."""

    width: int
    """Its columns."""

    map_bytes: int
    """Bytes of the map, for the batch and dtype asked for."""

    params: int
    """Parameters of everything up to here."""

    macs: int
    """MACs of everything up to here."""


def feature_maps(profile: Profile) -> Rows[FeatureMap]:
    """The last map of each stride, from the finest on.

    Of transformers on patches these are the last tokens, without those that stand for no patch.
    """
    graph = profile.graph
    strides = receptive_fields(graph, profile.columns.window)[1]
    levels = [_own(graph, i, stride) for i, stride in enumerate(strides)]
    params, macs = (_sums(graph, c) for c in (profile.columns.params, profile.columns.macs))
    last: dict[Pair, FeatureMap] = {}
    sides: dict[Pair, Pair] = {}
    for i, path in _handed_on(graph):
        level, shape = levels[i], graph.calls[i].shape
        if level == SEES_NOTHING or isinstance(graph.calls[i].op, Pad2d):
            continue  # a weight; or part of what comes after it
        channel = channel_dimension(graph, i) % len(shape)
        if len(shape) == _MAP_DIMENSIONS:
            height, width = (side for dim, side in enumerate(shape) if dim not in {0, channel})
            sides[level] = height, width
        elif level not in sides:
            continue
        last[level] = FeatureMap(
            path=path,
            stride=strides[i],
            channels=shape[channel],
            height=sides[level][0],
            width=sides[level][1],
            map_bytes=shape[0] * shape[channel] * prod(sides[level]) * profile.item_size,
            params=params[i],
            macs=macs[i],
        )
    return Rows(last.values())


def _handed_on(graph: Graph) -> Iterator[tuple[int, str]]:
    """What layers and blocks of stem and stages hand on, and the path of each."""
    read_last = _last_readers(graph)
    for part in _trunk(graph):
        for item in part.contents():
            if isinstance(item, Scope):
                outside = [i for i in range(item.start, item.end) if read_last[i] >= item.end]
                yield from ((i, item.path) for i in outside)
            else:
                yield from ((i, graph.path(i)) for i in item)


def _trunk(graph: Graph) -> list[Scope]:
    """Stem and stages, in order."""
    return [part for part in graph.root.children if not part.label.startswith(("head", "aux"))]


def _last_readers(graph: Graph) -> list[int]:
    """For each result the last operator that reads it; one beyond all where it is an output."""
    readers = list(range(len(graph.calls)))
    for i, sources in enumerate(graph.sources):
        for back in sources:
            readers[i - back] = i
    for output in graph.outputs:
        readers[output.index] = len(readers)
    return readers


def _own(graph: Graph, index: int, stride: Pair) -> Pair:
    """The stride that a result would have if the network gave none of its own up."""
    given_up = graph.given_up.get(index, 1)
    return stride[0] * given_up, stride[1] * given_up


def _sums(graph: Graph, column: Sequence[int]) -> list[int]:
    """For each operator the sum over stem and stages up to it."""
    counted = [0] * len(column)
    for part in _trunk(graph):
        counted[part.start : part.end] = column[part.start : part.end]
    return list(accumulate(counted))
