"""What generated code calls where torch has no single function for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archmeter.models.ops import Pair

if TYPE_CHECKING:
    from torch import Tensor


def matmul_by_rows(x: Tensor, y: Tensor) -> Tensor:
    """X · yᵀ: every row of one by every row of the other."""
    return x @ y.transpose(-2, -1)


def expand(x: Tensor, batch: Tensor) -> Tensor:
    """(1, ...) for every image of a batch: (N, ...)."""
    return x.expand(batch.shape[0], *x.shape[1:])


def blur_filter(channels: int, kernel: int) -> Tensor:
    """Coefficients of (1/2 + x/2)^(k-1) down and across, for each channel: (C, 1, k, k)."""
    import torch

    line, zero = torch.ones(1), torch.zeros(1)
    for _ in range(kernel - 1):
        line = (torch.cat([line, zero]) + torch.cat([zero, line])) / 2
    return torch.outer(line, line).expand(channels, 1, kernel, kernel).clone()


def relative_positions(window: Pair) -> Tensor:
    """For each pair of positions in a window (h, w) an index below (2h-1)(2w-1): (hw, hw)."""
    import torch

    height, width = window
    rows = torch.arange(height).repeat_interleave(width)
    columns = torch.arange(width).repeat(height)
    down = rows[:, None] - rows[None, :] + height - 1
    across = columns[:, None] - columns[None, :] + width - 1
    return down * (2 * width - 1) + across


def relative_offsets(window: Pair) -> Tensor:
    """For each offset between two positions of a window, its logarithm down and across: (n, 2).

    Offsets are measured in eighths of the largest, sign(x) log2(1 + 8 |x|) / log2(8).
    """
    import torch

    down, across = (torch.arange(1 - side, side) / max(1, side - 1) for side in window)
    rows, columns = torch.meshgrid(down, across, indexing="ij")
    offsets = torch.stack([rows, columns], dim=-1).view(-1, 2)
    return offsets.sign() * (8 * offsets.abs() + 1).log2() / 3


def rotary_angles(grid: Pair, features: int, function: str) -> Tensor:
    """Sine or cosine of the angles by which pairs of features turn: (rows · columns, features).

    The quarter of them with number i turn by 100^(-4i / features) with each row, or column.
    """
    import torch

    rows, columns = grid
    pace = 100.0 ** (-torch.arange(0, features, 4) / features)
    down = torch.arange(rows).repeat_interleave(columns)[:, None] * pace
    across = torch.arange(columns).repeat(rows)[:, None] * pace
    angles = torch.cat([down, across], dim=1).repeat_interleave(2, dim=1)
    return angles.sin() if function == "sin" else angles.cos()


def quarter_turn(x: Tensor) -> Tensor:
    """Each pair (a, b) along the last dimension as (-b, a)."""
    import torch

    return torch.stack([-x[..., 1::2], x[..., ::2]], dim=-1).view(x.shape)


def zeros(size: int) -> Tensor:
    """So many zeros."""
    import torch

    return torch.zeros(size)


def without_key_bias(bias: Tensor) -> Tensor:
    """Biases of queries, keys and values, with zeros in the place of those of keys."""
    third = bias.shape[0] // 3
    masked = bias.clone()
    masked.narrow(0, third, third).zero_()
    return masked


def window_mask(map_size: Pair, window: Pair, shift: Pair) -> Tensor:
    """What is added to scores: 0 within a region of the map, -100 across: (windows, 1, hw, hw)."""
    import torch

    (rows, columns), (height, width) = map_size, window
    down = _regions(rows, height, shift[0])
    across = _regions(columns, width, shift[1])
    regions = down[:, None] * 3 + across[None, :]
    tokens = regions.view(rows // height, height, columns // width, width)
    tokens = tokens.permute(0, 2, 1, 3).reshape(-1, 1, height * width)
    apart = tokens.transpose(1, 2) != tokens
    return torch.where(apart, -100.0, 0.0)[:, None]


def _regions(size: int, window: int, shift: int) -> Tensor:
    """Along one side of a rolled map: the untouched windows, and both parts of the last one."""
    import torch

    position = torch.arange(size)
    if not shift:
        return torch.zeros_like(position)
    return (position >= size - window).long() + (position >= size - shift).long()
