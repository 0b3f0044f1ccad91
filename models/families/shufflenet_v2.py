"""ShuffleNet v2: Ma, Zhang, Zheng, Sun 2018. Channels are split, one half computed, then mixed."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.attention import Attention, AttentionKind
from archmeter.models.layers.basics import conv_norm_act, max_pool
from archmeter.models.layers.cifar import CIFAR10, PYTORCH_CIFAR
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.layers.shuffle import EntrySplit, split_shuffle_unit
from archmeter.models.layers.stages import stages
from archmeter.models.scaling import scale_depths, scale_width
from archmeter.models.spec import ConvolutionalSpec, Depths, Family, Flag, Paper, Preset, Width


class ShuffleNetV2Spec(ConvolutionalSpec):
    """A 3x3 stem, stages of split and shuffled units, a wide 1x1 convolution; Table 5."""

    family: Literal["shufflenet_v2"] = "shufflenet_v2"
    depth: Depths = Field(default=(4, 8, 4), description="Units per stage.")
    width: Annotated[int, Field(ge=2, le=16384, multiple_of=2)] = Field(
        default=116, description="Channels of the first stage, even; doubles with each stage."
    )
    stem_width: Width = Field(default=24, description="Channels after the stem.")
    stem_pool: Literal["max", "max_ceil"] = Field(
        default="max", description="3x3 max pool with padding, or rounding up without."
    )
    head_width: Width = Field(
        default=1024, description="Channels of the 1x1 convolution before the classifier."
    )
    split: EntrySplit = Field(
        default="even",
        description="How the two branches of a unit that strides share its width: evenly "
        "(torchvision), or one keeps the channels of the input (the authors' code).",
    )
    residual: Flag = Field(
        default=False, description="Add their input to the computed halves (§4, deeper networks)."
    )
    attention: AttentionKind = Field(
        default="none", description="Attention on the computed halves."
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
        """Stem, stages of shuffle units, a last convolution, classifier."""
        width, stem_width, head_width = (
            scale_width(width, self.width_multiplier)
            for width in (self.width, self.stem_width, self.head_width)
        )
        attention = Attention(self.attention, self.reduction)

        def build(x: Tensor, stage: int, stride: int) -> Tensor:
            return split_shuffle_unit(
                x,
                width << stage,
                stride=stride,
                split=self.split,
                residual=self.residual,
                attention=attention,
            )

        with x.graph.scope("stem"):
            x = conv_norm_act(x, stem_width, 3, stride=2)
            ceil = self.stem_pool == "max_ceil"
            x = max_pool(x, 3, stride=2, padding=0 if ceil else 1, ceil=ceil)
        x = stages(x, scale_depths(self.depth, self.depth_multiplier), build, first_stride=2)
        return pooled_classifier(
            x, self.num_classes, bias=self.classifier_bias, final_width=head_width
        )


_preset = partial(Preset, ShuffleNetV2Spec)

_AUTHORS = {"split": "residual", "classifier_bias": False}
_B = {"split": "residual"}
_CEIL = {"stem_pool": "max_ceil"}

_PAPER = "Ma et al. 2018, Table 5; torchvision"
_RELEASED = "Ma et al. 2018, the authors' release (ShuffleNet-Series)"

_WIDTHS = (
    ("x0_5", {"width": 48}),
    ("x1_0", {"width": 116}),
    ("x1_5", {"width": 176}),
    ("x2_0", {"width": 244, "head_width": 2048}),
)
_PYTORCHCV_WIDTHS = (
    ("wd2", {"width": 48}),
    ("w1", {"width": 116}),
    ("w3d2", {"width": 176, "head_width": 1553}),
    ("w2", {"width": 244, "head_width": 2153}),
)

FAMILY = Family(
    title="ShuffleNet v2",
    summary="Half of the channels passes untouched, the other is computed; a shuffle mixes them.",
    paper=Paper(
        "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design",
        "Ma, Zhang, Zheng, Sun",
        2018,
        "https://arxiv.org/abs/1807.11164",
    ),
    spec=ShuffleNetV2Spec,
    presets=(
        *(_preset(f"shufflenet_v2_{name}", fields, _PAPER) for name, fields in _WIDTHS),
        *(
            _preset(f"shufflenet_v2_{name}_megvii", {**fields, **_AUTHORS}, _RELEASED)
            for name, fields in _WIDTHS
        ),
        *(
            _preset(f"shufflenetv2_{name}", {**fields, **_CEIL}, "pytorchcv")
            for name, fields in _PYTORCHCV_WIDTHS
        ),
        *(
            _preset(f"shufflenetv2b_{name}", {**fields, **_B}, "pytorchcv")
            for name, fields in _PYTORCHCV_WIDTHS
        ),
        *(
            _preset(
                f"shufflenet_v2_{name}_cifar10",
                {**fields, "dropped_stride": 4, **CIFAR10},
                PYTORCH_CIFAR,
            )
            for name, fields in _WIDTHS[:3]
        ),
    ),
)
