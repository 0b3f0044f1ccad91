"""AmoebaNet: Real, Aggarwal, Huang, Le 2018. Cells bred by regularised evolution."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from archmeter.models.layers.cell_forms import AMOEBANET, AmoebaNetName
from archmeter.models.layers.cell_spec import CellSpec
from archmeter.models.layers.cells import Cell
from archmeter.models.spec import Family, Paper, Preset


class AmoebaNetSpec(CellSpec):
    """AmoebaNet (N, F): N normal cells per stage, F filters in the first."""

    aux_widths: ClassVar[tuple[int, int]] = (51, 307)

    family: Literal["amoebanet"] = "amoebanet"
    variant: AmoebaNetName = Field(
        default="a", description="Which of the published pairs of cells."
    )

    def cells(self) -> tuple[Cell, Cell]:
        """The normal and the reduction cell."""
        return AMOEBANET[self.variant]


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
