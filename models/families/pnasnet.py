"""PNASNet-5: Liu et al. 2017. One cell, found progressively, that serves with either stride."""

from __future__ import annotations

from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from archmeter.models.layers.cell_forms import PNASNET_5
from archmeter.models.layers.cell_spec import CellSpec
from archmeter.models.layers.cells import Cell, CellStyle, Padding
from archmeter.models.spec import Depths, Family, Paper, Preset


class PNASNetSpec(CellSpec):
    """PNASNet-5 (N, F): N cells per stage, of which the first of a later stage strides."""

    reduction_first: ClassVar[bool] = True

    family: Literal["pnasnet"] = "pnasnet"
    depth: Depths = Field(
        default=(4, 4, 4), description="Cells per stage, those that stride included."
    )
    width: Annotated[int, Field(ge=8, le=16384)] = Field(
        default=216, description="Filters of the first stage's cells; doubles with each stage."
    )
    padding: Padding = Field(
        default="same",
        description="Uneven padding of even maps as in TensorFlow (timm), or on the other side "
        "and cropped again (pretrainedmodels, pytorchcv).",
    )

    def cells(self) -> tuple[Cell, Cell]:
        """The same cell twice."""
        return PNASNET_5

    def cell_style(self) -> CellStyle:
        """How the cells treat borders."""
        return CellStyle(self.padding)


_preset = partial(Preset, PNASNetSpec)

_LARGE = {"resolution": 331}

FAMILY = Family(
    title="PNASNet-5",
    summary="A cell grown from simple to complex by a surrogate; the same one also downsamples.",
    paper=Paper(
        "Progressive Neural Architecture Search",
        "Liu, Zoph, Neumann, Shlens, Hua, Li, Fei-Fei, Yuille, Huang, Murphy",
        2017,
        "https://arxiv.org/abs/1712.00559",
    ),
    spec=PNASNetSpec,
    presets=(
        _preset("pnasnet5large", _LARGE, "Liu et al. 2017, Table 5; timm"),
        _preset(
            "pnasnet5mobile",
            {"depth": (3, 3, 3), "width": 54, "stem_width": 32},
            "Liu et al. 2017, Table 4",
        ),
        _preset(
            "pnasnet5large_cropped",
            {**_LARGE, "padding": "cropped"},
            "pretrainedmodels; pytorchcv",
        ),
    ),
)
