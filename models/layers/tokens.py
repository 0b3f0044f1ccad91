"""From maps to tokens, those that stand for no patch, and from all of them to one."""

from __future__ import annotations

from typing import Literal

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import (
    concat,
    mean,
    narrow,
    parameter,
    permute,
    reshape,
    scale,
)
from archmeter.models.ops import Amax, Expand

PoolOfTokens = Literal["mean", "max", "mean_max"]

_EXPAND, _MAX = Expand(), Amax((1,))


def as_tokens(x: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, H · W, C), as a view: a token for each position."""
    _, channels, rows, columns = x.shape
    return permute(reshape(x, channels, rows * columns), 0, 2, 1)


def as_map(x: Tensor, rows: int, columns: int) -> Tensor:
    """(N, rows · columns, C) -> (N, C, rows, columns), as a view."""
    return reshape(permute(x, 0, 2, 1), x.shape[2], rows, columns)


def prepend(x: Tensor, count: int) -> Tensor:
    """(N, n, C) -> (N, n + count, C): trained tokens before those of the patches."""
    tokens = [trained_token(x) for _ in range(count)]
    return concat(*tokens, x) if tokens else x


def trained_token(x: Tensor) -> Tensor:
    """(N, 1, C): a trained vector beside the tokens of x, the same for every image."""
    return x.graph.append(_EXPAND, parameter(x, 1, 1, x.shape[2]), x)


def without_first(x: Tensor, count: int) -> Tensor:
    """(N, n, C) -> (N, n - count, C), as a view: what comes after the first tokens."""
    return narrow(x, 1, count, x.shape[1]) if count else x


def add_positions(x: Tensor) -> Tensor:
    """x + a trained vector for each position."""
    return x + parameter(x, 1, *x.shape[1:])


def pooled_tokens(x: Tensor, kind: PoolOfTokens) -> Tensor:
    """(N, n, C) -> (N, 1, C): the mean of each channel, the largest, or the average of both."""
    if kind == "mean":
        return mean(x, 1)
    largest = x.graph.append(_MAX, x)
    return largest if kind == "max" else scale(largest + mean(x, 1), 0.5)
