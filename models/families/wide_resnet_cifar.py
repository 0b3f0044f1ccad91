"""Wide ResNets for CIFAR, WRN-d-k: Zagoruyko & Komodakis 2016, Table 1."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.layers.named_depth import depth_schema
from archmeter.models.layers.preactivation import preact_basic
from archmeter.models.layers.residual_spec import ResidualSpec
from archmeter.models.layers.stages import WidthOfStages, stages
from archmeter.models.layers.stems import StemKind
from archmeter.models.layers.stems import stem as build_stem
from archmeter.models.spec import Depths, Family, Paper, Preset, Resolution, Width


class CifarWideResNetSpec(ResidualSpec):
    """Pre-activation basic blocks, k times as wide as in ResNet; 6n+4 weight layers."""

    named_depths: ClassVar[str] = "6n+4"

    family: Literal["wide_resnet_cifar"] = "wide_resnet_cifar"
    depth: Depths = Field(
        default=(4, 4, 4),
        description="6n+4 weight layers, or a list of blocks per stage.",
        json_schema_extra=depth_schema({"minimum": 10, "maximum": 6 * 2048 + 4}),
    )
    widening: int = Field(default=10, ge=1, le=128, description="The paper's k.")
    dropout: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        allow_inf_nan=False,
        description="Rate of the dropout between a block's convolutions.",
    )
    base_width: WidthOfStages = Field(
        default=16,
        description="Channels of the first stage before widening, doubling with each; or a list "
        "with those of each, the last for all later stages.",
    )
    stem: StemKind = Field(default="cifar", description="First layers; one 3x3 in the paper.")
    stem_width: Width = Field(default=16, description="Channels after the stem.")
    resolution: Resolution = Field(
        default=(32, 32), description="Input side in pixels, or [height, width]."
    )
    num_classes: int = Field(
        default=10, ge=0, le=1_000_000, description="Outputs of the classifier; 0 for none."
    )

    @classmethod
    def expand_depth(cls, depth: int, fields: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG003
        """Fields that a number of weight layers stands for; none if it stands for nothing."""
        n, rest = divmod(depth - 4, 6)
        return {"depth": (n, n, n)} if rest == 0 and n > 0 else {}

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of wide pre-activation blocks, norm and activation, classifier."""
        style = self.residual_style()

        def build(x: Tensor, stage: int, stride: int) -> Tensor:
            width = self.widening * self.stage_width(stage)
            return preact_basic(x, width, stride=stride, style=style, dropout_rate=self.dropout)

        x = stages(build_stem(x, self.stem_style(bare_end=True)), self.depths, build)
        return pooled_classifier(x, self.num_classes, norm_kind=self.norm, act_kind=self.activation)


_preset = partial(Preset, CifarWideResNetSpec)

FAMILY = Family(
    title="Wide ResNet for CIFAR",
    summary="Few wide pre-activation blocks against many thin ones.",
    paper=Paper(
        "Wide Residual Networks",
        "Zagoruyko, Komodakis",
        2016,
        "https://arxiv.org/abs/1605.07146",
    ),
    spec=CifarWideResNetSpec,
    presets=tuple(
        _preset(
            f"wrn{depth}_{k}_cifar10",
            {"depth": depth, "widening": k},
            "Zagoruyko & Komodakis 2016, Tables 4-6",
        )
        for depth, k in (
            (10, 2),
            (16, 4),
            (16, 8),
            (16, 10),
            (22, 8),
            (28, 10),
            (28, 12),
            (40, 1),
            (40, 2),
            (40, 4),
            (40, 8),
            (40, 10),
        )
    ),
)
