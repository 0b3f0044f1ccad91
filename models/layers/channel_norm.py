"""Norms over the channels of each position, and the order of dimensions they want."""

from __future__ import annotations

from typing import Literal

from models.graph import Tensor
from models.layers.basics import layer_norm, norm, permute

ChannelNormKind = Literal["batch", "layer"]


def channels_last(x: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, H, W, C), as a view."""
    return permute(x, 0, 2, 3, 1)


def channels_first(x: Tensor) -> Tensor:
    """(N, H, W, C) -> (N, C, H, W), as a view."""
    return permute(x, 0, 3, 1, 2)


def channel_norm(x: Tensor, kind: ChannelNormKind = "layer") -> Tensor:
    """A norm of (N, C, H, W): layer norm of each position over its channels, or batch norm."""
    return norm(x) if kind == "batch" else channels_first(layer_norm(channels_last(x)))
