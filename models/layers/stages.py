"""The loop every staged network shares: blocks at one map size, then the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from archmeter.models.graph import Tensor

StageBlock = Callable[[Tensor, int, int], Tensor]
"""(x, index of the stage from 0, stride) -> y."""


def stages(x: Tensor, depths: Iterable[int], build: StageBlock, *, first_stride: int = 1) -> Tensor:
    """Apply blocks stage by stage; the first block of each later stage halves the map."""
    for i, depth in enumerate(depths):
        with x.graph.scope(f"stage{i + 1}"):
            for j in range(depth):
                entry_stride = 2 if i else first_stride
                x = build(x, i, 1 if j else entry_stride)
    return x
