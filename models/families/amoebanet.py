"""AmoebaNet: Real, Aggarwal, Huang, Le 2018. Cells bred by regularised evolution."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import ClassVar, Literal

from pydantic import Field

from models.layers.cell_spec import CellSpec
from models.layers.cells import Cell
from models.spec import Family, Paper, Preset

CellName = Literal["a", "b", "c", "d"]

CELLS: Mapping[CellName, tuple[Cell, Cell]] = MappingProxyType(
    {
        "a": (
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
        "b": (
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
        "c": (
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
        "d": (
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
"""Normal and reduction cell of each; the paper's figures, as the authors' release wires them."""


class AmoebaNetSpec(CellSpec):
    """AmoebaNet (N, F): N normal cells per stage, F filters in the first."""

    aux_widths: ClassVar[tuple[int, int]] = (51, 307)

    family: Literal["amoebanet"] = "amoebanet"
    variant: CellName = Field(default="a", description="Which of the published pairs of cells.")

    def cells(self) -> tuple[Cell, Cell]:
        """The normal and the reduction cell."""
        return CELLS[self.variant]


_preset = partial(Preset, AmoebaNetSpec)


def _imagenet(cells: int, filters: int, **fields: object) -> dict[str, object]:
    return {"depth": (cells,) * 3, "width": filters, "stem_width": 32, **fields}


_TABLE_2 = "Real et al. 2018, Table 2"
_MOBILE = "Real et al. 2018; Liu et al. 2018 (arXiv:1806.09055), Table 3"

FAMILY = Family(
    title="AmoebaNet",
    summary="Cells in NASNet's search space, found by evolution that lets the old die.",
    paper=Paper(
        "Regularized Evolution for Image Classifier Architecture Search",
        "Real, Aggarwal, Huang, Le",
        2018,
        "https://arxiv.org/abs/1802.01548",
    ),
    spec=AmoebaNetSpec,
    presets=(
        _preset("amoebanet_a_n6_f190", _imagenet(6, 190, resolution=331), _TABLE_2),
        # The table's 104 G multiply-adds are those of this resolution, not of 331 as above.
        _preset("amoebanet_a_n6_f448", _imagenet(6, 448, resolution=299), _TABLE_2),
        _preset("amoebanet_a_mobile", _imagenet(4, 50), _MOBILE),
        _preset("amoebanet_c_n6_f228", _imagenet(6, 228, variant="c", resolution=331), _TABLE_2),
        _preset("amoebanet_c_mobile", _imagenet(4, 50, variant="c"), _MOBILE),
        _preset(
            "amoebanet_d_n6_f208",
            _imagenet(6, 208, variant="d"),
            "Huang et al. 2018 (arXiv:1811.06965), Table 1",
        ),
    ),
)
