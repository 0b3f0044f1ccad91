"""The wiring of cells that architecture search found: data, which `cells.py` interprets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from archmeter.models.layers.cells import Cell


class CellPair(NamedTuple):
    """The cell that keeps the map, and the one that halves it."""

    normal: Cell
    reduction: Cell


NASNET_A = CellPair(
    Cell(
        pairs=(
            ("sep5", 0, "sep3", 1),
            ("sep5", 1, "sep3", 1),
            ("avg3", 0, "identity", 1),
            ("avg3", 1, "avg3", 1),
            ("sep3", 0, "identity", 0),
        ),
        outputs=(1, 2, 3, 4, 5, 6),
    ),
    Cell(
        pairs=(
            ("sep5", 0, "sep7", 1),
            ("max3", 0, "sep7", 1),
            ("avg3", 0, "sep5", 1),
            ("identity", 3, "avg3", 2),
            ("sep3", 2, "max3", 0),
        ),
        outputs=(3, 4, 5, 6),
    ),
)
"""Zoph et al. 2017, arXiv:1707.07012, Fig. 4."""

_PNASNET_5 = Cell(
    pairs=(
        ("sep5", 1, "max3", 1),
        ("sep7", 0, "max3", 0),
        ("sep5", 0, "sep3", 0),
        ("sep3", 4, "max3", 0),
        ("sep3", 1, "identity", 0),
    ),
    outputs=(2, 3, 4, 5, 6),
)
PNASNET_5 = CellPair(_PNASNET_5, _PNASNET_5)
"""Liu et al. 2017, arXiv:1712.00559, Fig. 1: one cell for both."""

AmoebaNetName = Literal["a", "b", "c", "d"]

AMOEBANET: Mapping[AmoebaNetName, CellPair] = MappingProxyType(
    {
        "a": CellPair(
            Cell(
                pairs=(
                    ("avg3", 0, "max3", 0),
                    ("sep3", 1, "identity", 1),
                    ("identity", 0, "avg3", 1),
                    ("sep3", 0, "sep5", 2),
                    ("avg3", 5, "sep3", 0),
                ),
                outputs=(1, 3, 4, 6),
            ),
            Cell(
                pairs=(
                    ("sep3", 1, "avg3", 0),
                    ("max3", 0, "sep7", 2),
                    ("max3", 1, "max3", 0),
                    ("sep3", 4, "conv1x7", 0),
                    ("avg3", 1, "sep7", 0),
                ),
                outputs=(2, 3, 4, 5, 6),
            ),
        ),
        "b": CellPair(
            Cell(
                pairs=(
                    ("conv1", 1, "max3", 1),
                    ("identity", 1, "sep3", 0),
                    ("conv1", 1, "sep3", 0),
                    ("conv1", 2, "identity", 2),
                    ("avg3", 1, "conv1", 5),
                ),
                outputs=(0, 3, 4, 6),
            ),
            Cell(
                pairs=(
                    ("max2", 0, "max3", 0),
                    ("identity", 2, "conv3", 1),
                    ("dilated_sep5", 2, "max3", 2),
                    ("identity", 3, "sep3", 1),
                    ("avg3", 4, "conv1", 3),
                ),
                outputs=(5, 6),
            ),
        ),
        "c": CellPair(
            Cell(
                pairs=(
                    ("avg3", 0, "sep3", 0),
                    ("identity", 0, "sep3", 0),
                    ("avg3", 2, "sep3", 1),
                    ("identity", 0, "sep3", 1),
                    ("avg3", 3, "sep3", 0),
                ),
                outputs=(1, 2, 4, 5, 6),
            ),
            Cell(
                pairs=(
                    ("max3", 0, "max3", 0),
                    ("sep7", 2, "sep3", 0),
                    ("sep7", 0, "max3", 1),
                    ("sep5", 4, "sep5", 4),
                    ("max3", 1, "sep3", 1),
                ),
                outputs=(0, 2, 3, 4, 5, 6),
            ),
        ),
        "d": CellPair(
            Cell(
                pairs=(
                    ("conv1", 1, "max3", 1),
                    ("identity", 1, "conv1x7", 0),
                    ("conv1", 0, "conv1x7", 0),
                    ("max3", 2, "identity", 2),
                    ("avg3", 1, "conv1", 5),
                ),
                outputs=(0, 3, 4, 6),
            ),
            Cell(
                pairs=(
                    ("max2", 0, "max3", 0),
                    ("identity", 2, "conv3", 1),
                    ("conv1x7", 2, "max3", 2),
                    ("identity", 3, "max2", 1),
                    ("avg3", 2, "conv1", 3),
                ),
                outputs=(4, 5, 6),
            ),
        ),
    }
)
"""Real et al. 2018, arXiv:1802.01548; the paper's figures, as the authors' release wires them."""

CellName = Literal[
    "nasnet_a", "pnasnet_5", "amoebanet_a", "amoebanet_b", "amoebanet_c", "amoebanet_d"
]

CELLS: Mapping[CellName, CellPair] = MappingProxyType(
    {
        "nasnet_a": NASNET_A,
        "pnasnet_5": PNASNET_5,
        "amoebanet_a": AMOEBANET["a"],
        "amoebanet_b": AMOEBANET["b"],
        "amoebanet_c": AMOEBANET["c"],
        "amoebanet_d": AMOEBANET["d"],
    }
)
"""All of them by name."""
