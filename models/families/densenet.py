"""DenseNet: Huang, Liu, van der Maaten, Weinberger 2016. Every layer reads all before it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Literal

from pydantic import Field

from archmeter.models.layers.cifar import CIFAR10, PYTORCH_CIFAR
from archmeter.models.layers.dense_spec import DenseSpec
from archmeter.models.layers.named_depth import depth_schema
from archmeter.models.spec import Depths, Family, Paper, Preset

NAMED_DEPTHS: Mapping[int, tuple[int, ...]] = {
    121: (6, 12, 24, 16),
    161: (6, 12, 36, 24),
    169: (6, 12, 32, 32),
    201: (6, 12, 48, 32),
    264: (6, 12, 64, 48),
}
"""Weight layers of the networks in print -> layers per dense block; Table 1."""


class DenseNetSpec(DenseSpec):
    """DenseNet-BC for ImageNet: bottleneck layers, compressing transitions."""

    named_depths: ClassVar[str] = "one of " + ", ".join(map(str, NAMED_DEPTHS))

    family: Literal["densenet"] = "densenet"
    depth: Depths = Field(
        default=(6, 12, 24, 16),
        description="Weight layers as in the networks' names, or a list of layers per dense block.",
        json_schema_extra=depth_schema({"enum": list(NAMED_DEPTHS)}),
    )

    @classmethod
    def expand_depth(cls, depth: int, fields: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG003
        """Fields that a number of weight layers stands for; none if it stands for nothing."""
        return {"depth": NAMED_DEPTHS[depth]} if depth in NAMED_DEPTHS else {}


_preset = partial(Preset, DenseNetSpec)

_TABLE_1 = "Huang et al. 2016, Table 1"
_CSP = "Wang et al. 2019 (arXiv:1911.11929), Fig. 3"

FAMILY = Family(
    title="DenseNet",
    summary="Layers that add few channels and read those of every layer before them.",
    paper=Paper(
        "Densely Connected Convolutional Networks",
        "Huang, Liu, van der Maaten, Weinberger",
        2016,
        "https://arxiv.org/abs/1608.06993",
    ),
    spec=DenseNetSpec,
    presets=(
        *(_preset(f"densenet{d}", {"depth": d}, _TABLE_1) for d in (121, 169, 201, 264)),
        _preset("densenet161", {"depth": 161, "growth_rate": 48}, "Huang et al. 2016; torchvision"),
        _preset(
            "densenet264_k48", {"depth": 264, "growth_rate": 48}, "Table 1's depth with k = 48"
        ),
        _preset("densenet264d", {"depth": 264, "growth_rate": 48, "stem": "deep"}, "timm"),
        _preset(
            "densenetblur121d", {"depth": 121, "stem": "deep", "stem_pool": "max_blur"}, "timm"
        ),
        _preset("cspdensenet121", {"depth": 121, "cross_stage": "both"}, f"{_CSP} (b)"),
        _preset("cspdensenet201", {"depth": 201, "cross_stage": "both"}, f"{_CSP} (b)"),
        _preset("cspdensenet264", {"depth": 264, "cross_stage": "both"}, f"{_CSP} (b)"),
        *(
            _preset(
                f"densenet{d}_cifar10",
                {"depth": d, "growth_rate": k, "stem": "cifar", **CIFAR10},
                PYTORCH_CIFAR,
            )
            for d, k in ((121, 32), (161, 48), (169, 32), (201, 32))
        ),
        _preset(
            "densenet121_k12_cifar10",
            {"depth": 121, "growth_rate": 12, "stem": "cifar", **CIFAR10},
            f"{PYTORCH_CIFAR}: densenet_cifar",
        ),
    ),
)
