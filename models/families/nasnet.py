"""NASNet-A: Zoph, Vasudevan, Shlens, Le 2017. Cells searched on CIFAR, stacked for ImageNet."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from archmeter.models.layers.cell_forms import NASNET_A
from archmeter.models.layers.cell_spec import CellSpec
from archmeter.models.layers.cells import Cell, CellStyle, Padding
from archmeter.models.spec import Family, Paper, Preset


class NASNetSpec(CellSpec):
    """NASNet-A (N @ F): N cells per stage, F = 24 x width channels at the end."""

    family: Literal["nasnet"] = "nasnet"
    padding: Padding = Field(
        default="same",
        description="Uneven padding of even maps as in TensorFlow (timm), or on the other side "
        "and cropped again (pretrainedmodels, pytorchcv).",
    )

    def cells(self) -> tuple[Cell, Cell]:
        """The normal and the reduction cell."""
        return NASNET_A

    def cell_style(self) -> CellStyle:
        """How the cells treat borders."""
        return CellStyle(self.padding, crop_inner=True)


_preset = partial(Preset, NASNetSpec)

_LARGE = {"resolution": 331, "skip_reduction": True}
_MOBILE = {"depth": (4, 4, 4), "width": 44, "stem_width": 32}
_CIFAR = {"stem": "cifar", "resolution": 32, "num_classes": 10}
_PORTED = {"padding": "cropped"}

_TABLES_2_3 = "Zoph et al. 2017, Tables 2 and 3"
_TABLE_1 = "Zoph et al. 2017, Table 1"

FAMILY = Family(
    title="NASNet-A",
    summary="Two cells found by reinforcement learning on CIFAR-10, stacked to any size.",
    paper=Paper(
        "Learning Transferable Architectures for Scalable Image Recognition",
        "Zoph, Vasudevan, Shlens, Le",
        2017,
        "https://arxiv.org/abs/1707.07012",
    ),
    spec=NASNetSpec,
    presets=(
        _preset("nasnetalarge", _LARGE, f"{_TABLES_2_3}; timm"),
        _preset("nasnetamobile", _MOBILE, _TABLES_2_3),
        _preset("nasnet_6a4032", {**_LARGE, **_PORTED}, "pretrainedmodels; pytorchcv"),
        _preset("nasnet_4a1056", {**_MOBILE, **_PORTED}, "pretrainedmodels; pytorchcv"),
        _preset("nasnet_6a768_cifar10", {**_CIFAR, "width": 32}, _TABLE_1),
    ),
)
