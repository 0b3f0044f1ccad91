"""What is odd about a network on the images it is given: figures are right, and seldom meant."""

from __future__ import annotations

from collections.abc import Iterator

from archmeter.models.graph import Graph
from archmeter.models.ops import AdaptiveAvgPool2d, Conv2d, Pair, Shape


def remarks(graph: Graph) -> tuple[str, ...]:
    """Sentences on maps that have become smaller than the network is made for; usually none."""
    return (*_enlarging_pools(graph), *_windows_on_padding(graph))


def _enlarging_pools(graph: Graph) -> Iterator[str]:
    """Adaptive pools that make maps larger than they get them."""
    for index, call in enumerate(graph.calls):
        if isinstance(call.op, AdaptiveAvgPool2d):
            height, width = _side(call.input_shapes[0])
            if height < call.op.size[0] or width < call.op.size[1]:
                yield (
                    f"{graph.path(index)} pools a {height}x{width} map up to "
                    f"{_times(call.op.size)}: what follows is made for larger images"
                )


def _windows_on_padding(graph: Graph) -> Iterator[str]:
    """Convolutions whose windows are more than twice as high and wide as their maps."""
    found = [
        (index, call.op, call.input_shapes[0])
        for index, call in enumerate(graph.calls)
        if isinstance(call.op, Conv2d) and _sees_padding(call.op, call.input_shapes[0])
    ]
    if found:
        index, op, x = found[0]
        also = f", the first of {len(found)} such convolutions" if len(found) > 1 else ""
        yield (
            f"{graph.path(index)} slides a {_times(op.kernel)} window over a {_times(_side(x))} "
            f"map and sees more padding than map{also}: the network is made for larger images"
        )


def _sees_padding(op: Conv2d, x: Shape) -> bool:
    # Kernels with holes are made to reach beyond the map.
    return op.dilation == (1, 1) and all(
        2 * side < kernel for side, kernel in zip(_side(x), op.kernel, strict=True)
    )


def _side(x: Shape) -> Pair:
    return x[2], x[3]


def _times(size: Pair) -> str:
    return f"{size[0]}x{size[1]}"
