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
