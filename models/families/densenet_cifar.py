"""The DenseNets for CIFAR and SVHN images: Huang et al. 2016, §4 and Table 2."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Literal

from pydantic import Field

from archmeter.models.layers.dense_spec import DenseSpec
from archmeter.models.layers.named_depth import depth_schema
from archmeter.models.layers.stems import StemKind
from archmeter.models.spec import Depths, Family, Paper, Preset, Resolution, Width


class CifarDenseNetSpec(DenseSpec):
    """Three dense blocks at 32, 16 and 8 pixels; 3n+4 weight layers, 6n+4 with bottlenecks."""

    named_depths: ClassVar[str] = "3n+4, or 6n+4 with bottlenecks"

    family: Literal["densenet_cifar"] = "densenet_cifar"
    depth: Depths = Field(
        default=(12, 12, 12),
        description="3n+4 weight layers (6n+4 with bottlenecks), or a list of layers per block.",
        json_schema_extra=depth_schema({"minimum": 7, "maximum": 6 * 2048 + 4}),
    )
    growth_rate: Width = Field(default=12, description="The paper's k: channels a layer adds.")
    bottleneck: int = Field(
        default=0,
        ge=0,
        le=64,
        description="Channels between a layer's 1x1 and 3x3 ÷ growth rate (4 in the paper's B); 0 "
        "for a 3x3 alone.",
    )
    compression: float = Field(
        default=1.0,
        ge=0.01,
        le=1,
        allow_inf_nan=False,
        description="Share of the channels that a transition keeps; 0.5 in the paper's C.",
    )
    stem: StemKind = Field(default="cifar", description="First layers; one 3x3 in the paper.")
    stem_width: int = Field(
        default=16,
        ge=0,
        le=16384,
        description="Channels after the stem; 0 for twice the growth rate, as in BC.",
    )
    resolution: Resolution = Field(
        default=(32, 32), description="Input side in pixels, or [height, width]."
    )
    num_classes: int = Field(
        default=10, ge=0, le=1_000_000, description="Outputs of the classifier; 0 for none."
    )

    @classmethod
    def expand_depth(cls, depth: int, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Fields that a number of weight layers stands for; none if it stands for nothing."""
        n, rest = divmod(depth - 4, 6 if fields.get("bottleneck") else 3)
        return {"depth": (n, n, n)} if rest == 0 and n > 0 else {}


_preset = partial(Preset, CifarDenseNetSpec)

_BC = {"bottleneck": 4, "compression": 0.5, "stem_width": 0}
_TABLE_2 = "Huang et al. 2016, Table 2"

FAMILY = Family(
    title="DenseNet for CIFAR",
    summary="Three dense blocks of thin layers, plain or with bottleneck and compression (BC).",
    paper=Paper(
        "Densely Connected Convolutional Networks",
        "Huang, Liu, van der Maaten, Weinberger",
        2016,
        "https://arxiv.org/abs/1608.06993",
    ),
    spec=CifarDenseNetSpec,
    presets=(
        *(
            _preset(f"densenet{d}_k{k}_cifar10", {"depth": d, "growth_rate": k}, _TABLE_2)
            for d, k in ((40, 12), (100, 12), (100, 24))
        ),
        *(
            _preset(f"densenet{d}_k{k}_bc_cifar10", {"depth": d, "growth_rate": k, **_BC}, source)
            for d, k, source in (
                (100, 12, _TABLE_2),
                (250, 24, _TABLE_2),
                (190, 40, _TABLE_2),
                (40, 12, "pytorchcv"),
                (40, 24, "pytorchcv"),
                (40, 36, "pytorchcv"),
                (40, 48, "Huang et al. 2016, the authors' release"),
                (40, 60, "Huang et al. 2016, the authors' release"),
            )
        ),
    ),
)
