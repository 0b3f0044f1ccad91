"""Attention within windows of a map, and the merging of patches; Liu et al. 2021 and 2022."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import (
    act,
    contiguous,
    layer_norm,
    linear,
    narrow,
    parameter,
    permute,
    reshape,
    scale,
)
from archmeter.models.layers.perceptron import perceptron
from archmeter.models.layers.self_attention import AttentionStyle, attention
from archmeter.models.layers.transformer_block import TransformerStyle, branch
from archmeter.models.ops import (
    Lookup,
    Pad2d,
    Pair,
    RelativeOffsets,
    RelativePositions,
    Roll,
    WindowMask,
)

PositionBias = Literal["table", "network"]
"""What is added to scores: a number for each offset, or what a small perceptron makes of it."""

HIDDEN_OF_OFFSETS = 512
"""Channels inside that perceptron, as in Liu et al. 2022, arXiv:2111.09883."""

LARGEST_BIAS = 16.0
"""What its results stay below, as in the authors' code."""

_LOOKUP = Lookup()
_pad_op = lru_cache(256)(Pad2d)
_roll_op = lru_cache(256)(Roll)
_positions_op = lru_cache(256)(RelativePositions)
_mask_op = lru_cache(256)(WindowMask)
_offsets_op = lru_cache(256)(RelativeOffsets)


class WindowStyle(NamedTuple):
    """How windows are laid over a map, and what is done in them.

    Attributes:
        block: attention, perceptron and norms.
        positions: where what is added to scores comes from.
        padded: whether a map smaller than a window is padded up to it; else the window shrinks.
    """

    block: TransformerStyle = TransformerStyle(AttentionStyle(kind="composed"))
    positions: PositionBias = "table"
    padded: bool = False


PLAIN = WindowStyle()


@block
def swin_block(
    x: Tensor,
    heads: int,
    *,
    window: int,
    shifted: bool,
    hidden: int,
    style: WindowStyle = PLAIN,
) -> Tensor:
    """y = x + windows(norm(x)); y + W2 gelu(W1 norm(y)), of (N, H, W, C); Liu et al. 2021, Eq. 3.

    Args:
        x: the map.
        heads: of the attention.
        window: side of the windows; a side of the map where that is smaller.
        shifted: whether windows are moved by half their side.
        hidden: channels inside the perceptron.
        style: how the windows are laid, and what is done in them.
    """

    def attends(y: Tensor) -> Tensor:
        return window_attention(y, heads, window=window, shifted=shifted, style=style)

    x = x + branch(x, attends, style.block)
    return x + branch(x, lambda y: perceptron(y, hidden), style.block)


@block
def window_attention(
    x: Tensor, heads: int, *, window: int, shifted: bool, style: WindowStyle = PLAIN
) -> Tensor:
    """Attention in each window of (N, H, W, C), over positions relative to each other."""
    height, width = size = x.shape[1], x.shape[2]
    sides = (window, window) if style.padded else (min(window, height), min(window, width))
    # A map that is one window has nothing beside it to look at.
    down, across = shift = (
        sides[0] // 2 if shifted and height > window else 0,
        sides[1] // 2 if shifted and width > window else 0,
    )
    x = _padded(x, -height % sides[0], -width % sides[1])
    whole = x.shape[1], x.shape[2]
    x = x.graph.append(_roll_op((-down, -across)), x) if any(shift) else x
    x = _partition(x, sides)

    def positions(scores: Tensor) -> Tensor:
        scores = scores + relative_bias(scores, heads, sides, style.positions)
        if any(shift):
            scores = scores + scores.graph.append(_mask_op(whole, sides, shift))
        return scores

    x = attention(x, heads, style.block.attention, add_positions=positions)
    x = _merge(x, whole, sides)
    x = x.graph.append(_roll_op(shift), x) if any(shift) else x
    return _cropped(x, size)


@block
def patch_merging(x: Tensor, channels: int | None = None, *, norm_last: bool = False) -> Tensor:
    """(N, H, W, C) -> (N, H/2, W/2, 2C): W norm of four neighbours side by side; §3.1.

    The result has other ``channels`` where they are given; where its norm comes last it is that of
    Liu et al. 2022.
    """
    if x.graph.strides is not None and x.graph.strides.limited:
        raise ShapeError("merging patches halves the map by its very form: no output stride holds")
    x = _padded(x, x.shape[1] % 2, x.shape[2] % 2)
    _, height, width, merged = x.shape
    x = reshape(x, height // 2, 2, width // 2, 2, merged)
    x = contiguous(permute(x, 0, 1, 3, 4, 2, 5))
    x = reshape(x, height // 2, width // 2, 4 * merged)
    if norm_last:
        return layer_norm(linear(x, channels or 2 * merged, bias=False))
    return linear(layer_norm(x), channels or 2 * merged, bias=False)


def relative_bias(x: Tensor, heads: int, window: Pair, kind: PositionBias) -> Tensor:
    """(heads, hw, hw): a number for each head and each offset between two positions.

    It is trained; or a perceptron makes it of the offset, once whatever the number of images.
    """
    if kind == "table":
        return _looked_up(parameter(x, (2 * window[0] - 1) * (2 * window[1] - 1), heads), window)
    inner = act(linear(x.graph.append(_offsets_op(window)), HIDDEN_OF_OFFSETS))
    bias = _looked_up(linear(inner, heads, bias=False), window)
    return scale(act(bias, "sigmoid"), LARGEST_BIAS)


def _looked_up(table: Tensor, window: Pair) -> Tensor:
    """A row of the table for each pair of positions, their numbers first."""
    rows = table.graph.append(_LOOKUP, table, table.graph.append(_positions_op(window)))
    return contiguous(permute(rows, 2, 0, 1))


def _partition(x: Tensor, window: Pair) -> Tensor:
    """(N, H, W, C) -> (N, windows, hw, C)."""
    _, height, width, channels = x.shape
    h, w = window
    x = reshape(x, height // h, h, width // w, w, channels)
    x = contiguous(permute(x, 0, 1, 3, 2, 4, 5))
    return reshape(x, (height // h) * (width // w), h * w, channels)


def _merge(x: Tensor, size: Pair, window: Pair) -> Tensor:
    """(N, windows, hw, C) -> (N, H, W, C)."""
    (height, width), (h, w) = size, window
    x = reshape(x, height // h, width // w, h, w, x.shape[3])
    x = contiguous(permute(x, 0, 1, 3, 2, 4, 5))
    return reshape(x, height, width, x.shape[5])


def _padded(x: Tensor, bottom: int, right: int) -> Tensor:
    if not (bottom or right):
        return x
    return x.graph.append(_pad_op((0, right, 0, bottom), channels_last=True), x)


def _cropped(x: Tensor, size: Pair) -> Tensor:
    if (x.shape[1], x.shape[2]) == size:
        return x
    for dim, side in enumerate(size, 1):
        if x.shape[dim] > side:
            x = narrow(x, dim, 0, side)
    return contiguous(x)
