"""The loop every staged network shares, blocks at one map size, then the next; knobs of stages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, TypeVar

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.spec import Width

T = TypeVar("T")

WidthOfStages = Width | Annotated[tuple[Width, ...], Field(min_length=1, max_length=8)]
"""Of the first stage, doubling with each; or of each stage, the last for all later ones."""

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


def at_stage(values: Sequence[T], stage: int) -> T:
    """The value of a stage, counted from 0; the last one holds for all later stages."""
    return values[min(stage, len(values) - 1)]


def width_at(widths: int | tuple[int, ...], stage: int) -> int:
    """Channels of a stage, counted from 0, by a knob of `WidthOfStages`."""
    return at_stage(widths, stage) if isinstance(widths, tuple) else widths << stage
