"""The ResNets for CIFAR images: He, Zhang, Ren, Sun 2015, §4.2."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Literal

from pydantic import Field

from archmeter.models.layers.named_depth import depth_schema
from archmeter.models.layers.residual_spec import BlockKind, ResNetSpec
from archmeter.models.layers.shortcuts import ShortcutOption
from archmeter.models.layers.stages import WidthOfStages
from archmeter.models.layers.stems import StemKind
from archmeter.models.spec import Depths, Family, Paper, Preset, Resolution, Width


class CifarResNetSpec(ResNetSpec):
    """Three stages at 32, 16 and 8 pixels; 6n+2 weight layers, or 9n+2 with bottlenecks."""

    named_depths: ClassVar[str] = "6n+2 with basic blocks, 9n+2 with bottlenecks"

    family: Literal["resnet_cifar"] = "resnet_cifar"
    block: BlockKind = Field(default="basic", description="Two 3x3 convolutions, or 1x1, 3x3, 1x1.")
    depth: Depths = Field(
        default=(9, 9, 9),
        description="6n+2 weight layers (9n+2 with bottlenecks), or a list of blocks per stage.",
        json_schema_extra=depth_schema({"minimum": 8, "maximum": 9 * 2048 + 2}),
    )
    base_width: WidthOfStages = Field(
        default=16,
        description="Channels inside the first stage's blocks, doubling with each stage; or a list "
        "with those of each, the last for all later stages.",
    )
    stem: StemKind = Field(default="cifar", description="First layers; one 3x3 in the paper.")
    stem_width: Width = Field(default=16, description="Channels after the stem.")
    shortcut: ShortcutOption = Field(
        default="A",
        description="Where shapes differ: A pads with zeros (the paper), B projects; C projects "
        "everywhere.",
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
        n, rest = divmod(depth - 2, 9 if fields.get("block") == "bottleneck" else 6)
        return {"depth": (n, n, n)} if rest == 0 and n > 0 else {}


_preset = partial(Preset, CifarResNetSpec)

FAMILY = Family(
    title="ResNet for CIFAR",
    summary="Three stages of thin residual blocks: how deep can it get?",
    paper=Paper(
        "Deep Residual Learning for Image Recognition",
        "He, Zhang, Ren, Sun",
        2015,
        "https://arxiv.org/abs/1512.03385",
    ),
    spec=CifarResNetSpec,
    presets=(
        *(
            _preset(f"resnet{d}_cifar10", {"depth": d}, "He et al. 2015, Table 6; option A")
            for d in (20, 32, 44, 56, 110, 1202)
        ),
        *(
            _preset(
                f"resnet{d}bn_cifar10",
                {"depth": d, "block": "bottleneck", "shortcut": "B"},
                "bottlenecks as in He et al. 2016 (arXiv:1603.05027), activation after addition",
            )
            for d in (164, 272, 542, 1001)
        ),
        *(
            _preset(
                f"seresnet{d}_cifar10",
                {"depth": d, "shortcut": "B", "attention": "squeeze_excite"},
                "Hu et al. 2018 (arXiv:1709.01507), §5.2",
            )
            for d in (20, 56, 110)
        ),
    ),
)
