"""Norms over the channels of each position, and the order of dimensions they want."""

from __future__ import annotations

from typing import Literal

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import (
    layer_norm,
    mean,
    norm,
    parameter,
    permute,
    rsqrt,
    shift,
    square,
    variance,
)

PositionNormKind = Literal["layer", "rms", "deviation"]
ChannelNormKind = Literal["batch", PositionNormKind]

EPSILON = 1e-6


def channels_last(x: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, H, W, C), as a view."""
    return permute(x, 0, 2, 3, 1)


def channels_first(x: Tensor) -> Tensor:
    """(N, H, W, C) -> (N, C, H, W), as a view."""
    return permute(x, 0, 3, 1, 2)


def channel_norm(x: Tensor, kind: ChannelNormKind = "layer") -> Tensor:
    """A norm of (N, C, H, W): of each position over its channels, or batch norm."""
    match kind:
        case "batch":
            return norm(x)
        case "layer":
            return channels_first(layer_norm(channels_last(x)))
        case "rms":
            return rms_norm(x, channel_dim=1)
        case "deviation":
            return deviation_norm(x, channel_dim=1)


def position_norm(x: Tensor, kind: PositionNormKind = "layer") -> Tensor:
    """A norm of (N, ..., C): of each position over its channels."""
    match kind:
        case "layer":
            return layer_norm(x)
        case "rms":
            return rms_norm(x, channel_dim=len(x.shape) - 1)
        case "deviation":
            return deviation_norm(x, channel_dim=len(x.shape) - 1)


@block
def rms_norm(x: Tensor, *, channel_dim: int) -> Tensor:
    """γ x / √(mean of x² + ε): nothing is centred; Zhang & Sennrich 2019, arXiv:1910.07467."""
    return _scaled(x, mean(square(x), channel_dim), channel_dim)


@block
def deviation_norm(x: Tensor, *, channel_dim: int) -> Tensor:
    """γ x / √(variance of x + ε): the divisor knows a mean, what it divides keeps it."""
    return _scaled(x, variance(x, channel_dim), channel_dim)


def _scaled(x: Tensor, power: Tensor, channel_dim: int) -> Tensor:
    after = len(x.shape) - channel_dim - 1
    size = (x.shape[channel_dim], *(1,) * after)
    return x * rsqrt(shift(power, EPSILON)) * parameter(x, *size)
