"""The last pool of a convolutional network, of whatever kind its spec says."""

from __future__ import annotations

from typing import get_args

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor
from archmeter.models.head import LastPool
from archmeter.models.layers.basics import concat, global_avg_pool, scale, spatial_max


def last_pool(x: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, C, 1, 1); (N, 2C, 1, 1) where mean and maximum are side by side."""
    match x.graph.last_pool:
        case "mean":
            return global_avg_pool(x)
        case "max":
            return spatial_max(x)
        case "mean_max":
            return scale(global_avg_pool(x) + spatial_max(x), 0.5)
        case "concat":
            return concat(global_avg_pool(x), spatial_max(x))


def refuse_last_pools(x: Tensor, *pools: str, because: str) -> None:
    """Say that a head cannot end in some last pools.

    Raises:
        ShapeError: if the network is to end in one of them.
    """
    if x.graph.last_pool in pools:
        error = ShapeError(f"head_pool cannot be {x.graph.last_pool}: {because}")
        error.field, error.value = "head_pool", x.graph.last_pool
        error.accepted = " or ".join(pool for pool in get_args(LastPool) if pool not in pools)
        raise error
