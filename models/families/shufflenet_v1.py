"""ShuffleNet v1: Zhang, Zhou, Lin, Sun 2017. Grouped 1x1 convolutions, and a shuffle between."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.attention import Attention, AttentionKind
from archmeter.models.layers.basics import conv_norm_act, max_pool
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.layers.shuffle import grouped_shuffle_unit
from archmeter.models.layers.stages import stages
from archmeter.models.scaling import scale_depths, scale_width
from archmeter.models.spec import (
    ConvolutionalSpec,
    Depths,
    Family,
    Flag,
    Multiplier,
    Paper,
    Preset,
    Width,
)


class ShuffleNetV1Spec(ConvolutionalSpec):
    """A 3x3 stem, then stages of units whose 1x1 convolutions are grouped; Table 1."""

    family: Literal["shufflenet_v1"] = "shufflenet_v1"
    width_multiplier: Multiplier = Field(
        default=1.0,
        description="Multiplies the channels of every layer, rounding to what divides into groups "
        "without losing more than a tenth.",
    )
    groups: int = Field(default=3, ge=1, le=256, description="Groups of the 1x1 convolutions.")
    depth: Depths = Field(default=(4, 8, 4), description="Units per stage.")
    group_width: int = Field(
        default=20,
        ge=1,
        le=4096,
        description="Channels of a group inside the units of the first stage; their output is "
        "4 x groups x this. Doubles with each stage.",
    )
    stem_width: Width = Field(default=24, description="Channels after the stem.")
    first_grouped: Flag = Field(
        default=False,
        description="Whether the first 1x1 convolution of all is grouped too; its input is small.",
    )
    attention: AttentionKind = Field(
        default="none", description="Attention on what a unit adds or concatenates."
    )
    reduction: int = Field(
        default=16,
        ge=1,
        le=1024,
        description="Channels ÷ squeezed channels, in squeeze-and-excitation and CBAM.",
    )
    classifier_bias: Flag = Field(
        default=True, description="Whether the classifier has biases; the authors' has none."
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of shuffle units, classifier."""
        groups, by = self.groups, self.width_multiplier
        width = 4 * groups * scale_width(self.group_width, by, 1)
        # What the first unit adds to the stem's channels is grouped, so they have to divide too.
        stem_width = scale_width(self.stem_width, by, groups)
        attention = Attention(self.attention, self.reduction)

        def build(x: Tensor, stage: int, stride: int) -> Tensor:
            entry = stage == 0 and stride > 1
            return grouped_shuffle_unit(
                x,
                width << stage,
                stride=stride,
                groups=groups,
                first_groups=groups if self.first_grouped or not entry else 1,
                attention=attention,
            )

        with x.graph.scope("stem"):
            x = max_pool(conv_norm_act(x, stem_width, 3, stride=2), 3, stride=2, padding=1)
        x = stages(x, scale_depths(self.depth, self.depth_multiplier), build, first_stride=2)
        return pooled_classifier(x, self.num_classes, bias=self.classifier_bias)


_preset = partial(Preset, ShuffleNetV1Spec)

_PAPER = "Zhang et al. 2017, Tables 1 and 2"
_AUTHORS = "Zhang et al. 2017, the authors' release (ShuffleNet-Series)"

_SE = {"attention": "squeeze_excite"}
_GROUP_WIDTHS = {1: 36, 2: 25, 3: 20, 4: 17, 8: 12}

FAMILY = Family(
    title="ShuffleNet v1",
    summary="Grouped 1x1 convolutions around a depthwise 3x3; a channel shuffle joins the groups.",
    paper=Paper(
        "ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile Devices",
        "Zhang, Zhou, Lin, Sun",
        2017,
        "https://arxiv.org/abs/1707.01083",
    ),
    spec=ShuffleNetV1Spec,
    presets=(
        *(
            _preset(f"shufflenet_g{g}", {"groups": g, "group_width": width}, _PAPER)
            for g, width in _GROUP_WIDTHS.items()
        ),
        *(
            _preset(
                f"shufflenet_g{g}_{name}",
                {"groups": g, "group_width": width, "width_multiplier": scale},
                _PAPER,
            )
            for g, width in _GROUP_WIDTHS.items()
            for name, scale in (("w3d4", 0.75), ("wd2", 0.5), ("wd4", 0.25))
        ),
        *(
            _preset(
                f"shufflenet_v1_{name}_g{g}",
                {
                    "groups": g,
                    "group_width": width,
                    "stem_width": stem_width,
                    "classifier_bias": False,
                },
                _AUTHORS,
            )
            for name, g, width, stem_width in (
                ("x0_5", 3, 10, 12),
                ("x1_0", 3, 20, 24),
                ("x1_5", 3, 30, 24),
                ("x2_0", 3, 40, 48),
                ("x0_5", 8, 6, 16),
                ("x1_0", 8, 12, 24),
                ("x1_5", 8, 18, 24),
                ("x2_0", 8, 24, 48),
            )
        ),
        _preset("se_shufflenet_g3", _SE, "Hu et al. 2018 (arXiv:1709.01507), Table 3"),
        _preset(
            "se_shufflenet_v1_x2_0_g3",
            {"group_width": 40, "stem_width": 48, "classifier_bias": False, **_SE},
            "Zhang et al. 2017, Table 5",
        ),
    ),
)
