"""Rotary positions: queries and keys turned by where their token is; Su et al. 2021 (RoFormer).

Their product then depends on how far apart the tokens are. In two dimensions half of the features
turn with the row and half with the column: Heo et al. 2024, arXiv:2403.13298 §3.2.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import concat, narrow
from archmeter.models.ops import Pair, QuarterTurn, RotaryAngles

_TURN = QuarterTurn()
_angles_op = lru_cache(256)(RotaryAngles)


class Rotation(NamedTuple):
    """By how much the features of a head turn at each token.

    Attributes:
        cosine: of each pair of features, twice: (patches, features).
        sine: of the same.
        unturned: tokens before the patches, which have no place and do not turn.
    """

    cosine: Tensor
    sine: Tensor
    unturned: int


def rotation(x: Tensor, grid: Pair, features: int, unturned: int) -> Rotation:
    """The rotation at each patch of a grid, of heads with so many features; all blocks share it."""
    cosine, sine = (x.graph.append(_angles_op(grid, features, name)) for name in ("cos", "sin"))
    return Rotation(cosine, sine, unturned)


@block
def rotate(x: Tensor, by: Rotation) -> Tensor:
    """cos · x + sin · (x turned by a right angle), of (N, heads, tokens, features)."""
    rest = narrow(x, 2, by.unturned, x.shape[2]) if by.unturned else x
    turned = rest * by.cosine + x.graph.append(_TURN, rest) * by.sine
    return concat(narrow(x, 2, 0, by.unturned), turned, dim=2) if by.unturned else turned
