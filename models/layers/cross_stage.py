"""The cross-stage-partial transform: part of the channels goes around a stage.

Wang et al. 2019, arXiv:1911.11929. It wraps any stage, given as a function of one tensor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from models.graph import Tensor, block
from models.layers.basics import channel_slice, concat

Transform = Callable[[Tensor], Tensor]
Fusion = Literal["both", "first", "last"]


@block
def cross_stage(
    x: Tensor,
    stage: Transform,
    *,
    share: float = 0.5,
    inner: Transform | None = None,
    outer: Transform | None = None,
) -> Tensor:
    """outer([x', inner(stage(x''))]), where x = [x', x''].

    Args:
        x: (N, C, H, W).
        stage: what only part of the channels goes through; it keeps the size of the map.
        share: of the channels in x', which goes around.
        inner: the partial transition, before the parts are joined.
        outer: the transition of both parts together. The outer alone is the paper's "fusion
            first", the inner alone its "fusion last" (Fig. 3).
    """
    around = int(share * x.channels)
    kept = channel_slice(x, 0, around)
    y = stage(channel_slice(x, around, x.channels))
    y = concat(kept, inner(y) if inner else y)
    return outer(y) if outer else y
