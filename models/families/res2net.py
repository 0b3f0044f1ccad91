"""Res2Net: Gao, Cheng, Zhao, Zhang, Yang, Torr 2019. Several scales inside one block."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.layers.multi_scale import res2net_bottleneck
from archmeter.models.layers.residual_spec import BOTTLENECK_DEPTHS, DoublingWidth, ResidualSpec
from archmeter.models.layers.stages import stages
from archmeter.models.layers.stems import stem as build_stem
from archmeter.models.scaling import scale_width
from archmeter.models.spec import Family, Paper, Preset


class Res2NetSpec(ResidualSpec):
    """Bottlenecks whose 3x3 convolutions take splits of the channels in turn; §3.1."""

    named_depths: ClassVar[str] = BOTTLENECK_DEPTHS

    family: Literal["res2net"] = "res2net"
    base_width: DoublingWidth = 64
    scale: int = Field(
        default=4,
        ge=1,
        le=64,
        description="Splits of a block's inner channels, all but the last of them convolved: s.",
    )
    cardinality: int = Field(
        default=1, ge=1, le=1024, description="Groups of the 3x3 convolutions: c of Res2NeXt."
    )
    group_width: int = Field(
        default=26,
        ge=1,
        le=1024,
        description="Channels of a group of a split in the first stage: w; doubles with each.",
    )
    expansion: int = Field(default=4, ge=1, le=16, description="Block output ÷ base width.")

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of bottlenecks, classifier."""
        style = self.residual_style()._replace(groups=self.cardinality)

        def build(x: Tensor, stage: int, stride: int) -> Tensor:
            group_width = scale_width(self.group_width << stage, self.width_multiplier, 1)
            return res2net_bottleneck(
                x,
                self.cardinality * group_width,
                self.scale,
                self.expansion * self.stage_width(stage),
                stride=stride,
                style=style,
            )

        x = stages(build_stem(x, self.stem_style()), self.depths, build)
        return pooled_classifier(x, self.num_classes)


_preset = partial(Preset, Res2NetSpec)

_PAPER = "Gao et al. 2019, Tables 1 to 4"
_D = {"stem": "deep", "pooled_shortcut": True}


def _named(depth: int, group_width: int, scale: int) -> dict[str, Any]:
    return {"depth": depth, "group_width": group_width, "scale": scale}


FAMILY = Family(
    title="Res2Net",
    summary="Bottlenecks pass their channels on split by split, each seeing further.",
    paper=Paper(
        "Res2Net: A New Multi-scale Backbone Architecture",
        "Gao, Cheng, Zhao, Zhang, Yang, Torr",
        2019,
        "https://arxiv.org/abs/1904.01169",
    ),
    spec=Res2NetSpec,
    presets=(
        *(
            _preset(f"res2net{depth}_{width}w_{scale}s", _named(depth, width, scale), _PAPER)
            for depth, width, scale in (
                (50, 26, 4),
                (50, 26, 6),
                (50, 26, 8),
                (50, 48, 2),
                (50, 14, 8),
                (101, 26, 4),
            )
        ),
        _preset("res2next50", {**_named(50, 4, 4), "cardinality": 8}, _PAPER),
        *(
            _preset(
                f"res2net{depth}d",
                {"depth": depth, **_D},
                "Gao et al., the authors' release (v1b); timm",
            )
            for depth in (50, 101)
        ),
    ),
)
