"""ResNeSt: Zhang et al. 2020. Split attention inside the bottlenecks of a ResNet-D."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.layers.residual_spec import IMAGENET_DEPTHS, DoublingWidth, ResidualSpec
from archmeter.models.layers.split_attention import (
    DownsamplingPool,
    SplitAttention,
    resnest_bottleneck,
)
from archmeter.models.layers.stages import stages
from archmeter.models.layers.stems import StemKind
from archmeter.models.layers.stems import stem as build_stem
from archmeter.models.scaling import scale_width
from archmeter.models.spec import Family, Flag, Paper, Preset


class ResNeStSpec(ResidualSpec):
    """Bottlenecks whose 3x3 is split by radix and cardinality and weighed by attention."""

    named_depths: ClassVar[str] = "one of " + ", ".join(
        str(depth) for depth, (block, _) in IMAGENET_DEPTHS.items() if block == "bottleneck"
    )

    family: Literal["resnest"] = "resnest"
    base_width: DoublingWidth = 64
    radix: int = Field(
        default=2,
        ge=0,
        le=64,
        description="Splits of a cardinal group: R; 1 is squeeze-and-excitation in each group, "
        "0 a plain convolution.",
    )
    cardinality: int = Field(default=1, ge=1, le=1024, description="Cardinal groups: K.")
    group_width: int = Field(
        default=64, ge=1, le=4096, description="Channels of a cardinal group in the first stage."
    )
    expansion: int = Field(
        default=4, ge=1, le=16, description="Block output ÷ base width of its stage."
    )
    split_reduction: int = Field(
        default=4, ge=1, le=1024, description="Channels of all splits ÷ squeezed channels."
    )
    split_least: int = Field(
        default=32, ge=1, le=1024, description="Least squeezed channels of split attention."
    )
    downsampling_pool: DownsamplingPool = Field(
        default="after",
        description="Average pool that strides in place of the 3x3: after it, before it (the fast "
        "variants), or none.",
    )
    stem: StemKind = Field(
        default="deep",
        description="First layers: three 3x3, or those of other ResNets: one 7x7, tiered 3x3, or "
        "one 3x3 without downsampling for CIFAR images.",
    )
    pooled_shortcut: Flag = Field(
        default=True, description="Downsample shortcuts by average pooling (ResNet-D)."
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of split-attention bottlenecks, classifier."""
        style = self.residual_style()
        how = SplitAttention(self.radix, self.cardinality, self.split_reduction, self.split_least)

        def build(x: Tensor, stage: int, stride: int) -> Tensor:
            # A scaled group still divides into its splits; an unscaled one is as it was asked for.
            group_width = scale_width(
                self.group_width << stage, self.width_multiplier, max(1, self.radix)
            )
            return resnest_bottleneck(
                x,
                self.cardinality * group_width,
                self.expansion * self.stage_width(stage),
                how,
                stride=stride,
                pool=self.downsampling_pool,
                style=style,
            )

        x = stages(build_stem(x, self.stem_style()), self.depths, build)
        return pooled_classifier(x, self.num_classes)


_preset = partial(Preset, ResNeStSpec)

_PAPER = "Zhang et al. 2020, Tables 3 and 4"
_ABLATION = "Zhang et al. 2020, Table 2 and the authors' ablation.md"


def _split(radix: int, cardinality: int, group_width: int) -> dict[str, Any]:
    """The paper's notation: 2s1x64d has radix 2, cardinality 1 and width 64."""
    return {"radix": radix, "cardinality": cardinality, "group_width": group_width}


_E = {"stem_width": 128}
_NAMED: dict[str, dict[str, Any]] = {
    "14d": {"depth": 14},
    "26d": {"depth": 26},
    "50d": {"depth": 50},
    "101e": {"depth": 101, "resolution": 256, **_E},
    "200e": {"depth": 200, "resolution": 320, **_E},
    "269e": {"depth": 269, "resolution": 416, **_E},
}

FAMILY = Family(
    title="ResNeSt",
    summary="Cardinal groups of splits that attention weighs against each other.",
    paper=Paper(
        "ResNeSt: Split-Attention Networks",
        "Zhang, Wu, Zhang, Zhu, Lin, Zhang, Sun, He, Mueller, Manmatha, Li, Smola",
        2020,
        "https://arxiv.org/abs/2004.08955",
    ),
    spec=ResNeStSpec,
    presets=(
        *(_preset(f"resnest{name}", fields, "timm") for name, fields in _NAMED.items()),
        *(
            _preset(f"resnest{name[:-1]}", fields, _PAPER)
            for name, fields in _NAMED.items()
            if name not in ("14d", "26d")
        ),
        *(
            _preset(
                f"resnest50_fast_{r}s{k}x{w}d",
                {"depth": 50, "downsampling_pool": "before", **_split(r, k, w)},
                _ABLATION,
            )
            for r, k, w in (
                (1, 1, 64),
                (2, 1, 64),
                (4, 1, 64),
                (1, 2, 40),
                (2, 2, 40),
                (4, 2, 40),
                (1, 4, 24),
            )
        ),
        *(
            _preset(
                f"resnest50d_{r}s{k}x{w}d",
                {"depth": 50, "downsampling_pool": "before", **_split(r, k, w)},
                "timm",
            )
            for r, k, w in ((4, 2, 40), (1, 4, 24))
        ),
    ),
)
