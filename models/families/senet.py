"""SENet-154 and its smaller kin: Hu, Shen, Albanie, Sun, Wu 2017.

The network behind the ILSVRC 2017 entry is more than a ResNeXt-152 64x4d with attention: three 3x3
convolutions open it, the first 1x1 of each block is halved, and 3x3 convolutions downsample the
shortcuts (appendix). Squeeze-and-excitation alone is an option of ResNet and ResNeXt.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.attention import AttentionKind
from archmeter.models.layers.heads import dropout_classifier
from archmeter.models.layers.named_depth import depth_schema
from archmeter.models.layers.residual_spec import DoublingWidth, ResidualSpec
from archmeter.models.layers.senet_block import senet_bottleneck
from archmeter.models.layers.stages import stages
from archmeter.models.layers.stems import StemKind, StemPool
from archmeter.models.layers.stems import stem as build_stem
from archmeter.models.scaling import scale_width
from archmeter.models.spec import Depths, Family, Paper, Preset, Width

DEPTHS: Mapping[int, tuple[int, ...]] = MappingProxyType(
    {
        16: (1, 1, 1, 1),
        28: (2, 2, 2, 2),
        40: (3, 3, 3, 3),
        52: (3, 4, 6, 3),
        103: (3, 4, 23, 3),
        154: (3, 8, 36, 3),
    }
)
"""Weight layers, those of the longer stem included -> blocks per stage."""


class SENetSpec(ResidualSpec):
    """Grouped bottlenecks with squeeze-and-excitation; inner channels double with each stage."""

    named_depths: ClassVar[str] = "one of " + ", ".join(map(str, DEPTHS))

    family: Literal["senet"] = "senet"
    base_width: DoublingWidth = 64
    depth: Depths = Field(
        default=DEPTHS[154],
        description="Weight layers as in the networks' names, or a list of blocks per stage.",
        json_schema_extra=depth_schema({"enum": list(DEPTHS)}),
    )
    cardinality: int = Field(default=64, ge=1, le=1024, description="Groups of the 3x3.")
    group_width: int = Field(
        default=4, ge=1, le=1024, description="Channels of a group in the first stage."
    )
    expansion: int = Field(
        default=4, ge=1, le=16, description="Block output ÷ base width of its stage."
    )
    first_reduction: int = Field(
        default=2, ge=1, le=16, description="Channels of the 3x3 ÷ those of the first 1x1."
    )
    shortcut_kernel: Literal[1, 3, 5, 7] = Field(
        default=3, description="Kernel of the projections that downsample."
    )
    stem: StemKind = Field(
        default="deep",
        description="First layers: three 3x3, or those of a ResNet: one 7x7, tiered 3x3, or one "
        "3x3 without downsampling for CIFAR images.",
    )
    stem_width: Width = Field(default=128, description="Channels after the stem.")
    stem_pool: StemPool = Field(
        default="max_ceil",
        description="3x3 max pool rounding up without padding (Caffe), or with padding, or a 2x2 "
        "average.",
    )
    attention: AttentionKind = Field(
        default="squeeze_excite", description="Attention on what each block adds to its shortcut."
    )
    dropout: float = Field(default=0.2, ge=0, lt=1, description="Dropout before the classifier.")

    @classmethod
    def expand_depth(cls, depth: int, fields: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG003
        """Blocks per stage that a number of weight layers stands for, if for any."""
        return {"depth": DEPTHS[depth]} if depth in DEPTHS else {}

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages, classifier."""
        style = self.residual_style()._replace(groups=self.cardinality)

        def build(x: Tensor, stage: int, stride: int) -> Tensor:
            group_width = scale_width(self.group_width << stage, self.width_multiplier, 1)
            entry = max(1, group_width // self.first_reduction)
            return senet_bottleneck(
                x,
                self.cardinality * entry,
                self.cardinality * group_width,
                self.expansion * self.stage_width(stage),
                stride=stride,
                shortcut_kernel=self.shortcut_kernel,
                style=style,
            )

        x = stages(build_stem(x, self.stem_style()), self.depths, build)
        return dropout_classifier(x, self.num_classes, self.dropout)


_preset = partial(Preset, SENetSpec)

_TIMM = "Hu et al. 2017, appendix: the ILSVRC 2017 entry; timm"

FAMILY = Family(
    title="SENet",
    summary="The squeeze-and-excitation network that won ILSVRC 2017, and shorter ones.",
    paper=Paper(
        "Squeeze-and-Excitation Networks",
        "Hu, Shen, Albanie, Sun, Wu",
        2017,
        "https://arxiv.org/abs/1709.01507",
    ),
    spec=SENetSpec,
    presets=(
        _preset("senet154", {}, _TIMM),
        _preset("legacy_senet154", {}, _TIMM),
        *(
            _preset(f"senet{d}", {"depth": d, "cardinality": 32, "stem_pool": "max"}, "pytorchcv")
            for d in (16, 28, 40, 52, 103)
        ),
    ),
)
