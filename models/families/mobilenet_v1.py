"""MobileNet v1: Howard et al. 2017. Depthwise separable convolutions, one after another."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import conv_norm_act
from archmeter.models.layers.cifar import CIFAR10, PYTORCH_CIFAR
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.layers.mbconv import depthwise_separable
from archmeter.models.layers.mbconv_spec import Kernel, MobileActivation
from archmeter.models.layers.stages import stages
from archmeter.models.scaling import make_divisible, scale_depths
from archmeter.models.spec import ConvolutionalSpec, Depths, Family, Flag, Paper, Preset, Width


class MobileNetV1Spec(ConvolutionalSpec):
    """A strided 3x3 convolution, then depthwise and pointwise ones; Howard et al., Table 1.

    The paper's α is the width multiplier, its ρ the resolution.
    """

    family: Literal["mobilenet_v1"] = "mobilenet_v1"
    depth: Depths = Field(default=(1, 2, 2, 6, 2), description="Blocks per stage.")
    base_width: Width = Field(
        default=64, description="Channels of the first stage's blocks; doubles with each stage."
    )
    stem_width: Width = Field(default=32, description="Channels after the stem.")
    kernel: Kernel = Field(default=3, description="Side of the depthwise convolutions.")
    activation: MobileActivation = Field(
        default="relu6", description="Activation after every norm."
    )
    depthwise_norm: Flag = Field(
        default=True, description="Norm and activation after depthwise convolutions."
    )
    head_width: int = Field(
        default=0,
        ge=0,
        le=16384,
        description="Channels of a 1x1 convolution after the stages, scaled above 1; 0 for none.",
    )
    width_divisor: int = Field(
        default=8, ge=1, le=64, description="Scaled widths are multiples of this."
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of depthwise separable convolutions, classifier."""

        def build(x: Tensor, stage: int, stride: int) -> Tensor:
            return depthwise_separable(
                x,
                self.scaled(self.base_width << stage),
                self.kernel,
                stride=stride,
                act_kind=self.activation,
                bare=not self.depthwise_norm,
            )

        with x.graph.scope("stem"):
            x = conv_norm_act(
                x, self.scaled(self.stem_width), 3, stride=2, act_kind=self.activation
            )
        x = stages(x, scale_depths(self.depth, self.depth_multiplier), build)
        # A narrow network keeps a head of full width, as in MobileNetV2.
        head = max(self.head_width, self.scaled(self.head_width)) if self.head_width else None
        return pooled_classifier(x, self.num_classes, final_width=head, act_kind=self.activation)

    def scaled(self, width: int) -> int:
        """A width times the multiplier; exactly the width itself where that is 1."""
        if self.width_multiplier == 1:
            return width
        return make_divisible(width * self.width_multiplier, self.width_divisor)


_preset = partial(Preset, MobileNetV1Spec)

FAMILY = Family(
    title="MobileNet v1",
    summary="Depthwise separable convolutions, thinned by a width and a resolution multiplier.",
    paper=Paper(
        "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications",
        "Howard, Zhu, Chen, Kalenichenko, Wang, Weyand, Andreetto, Adam",
        2017,
        "https://arxiv.org/abs/1704.04861",
    ),
    spec=MobileNetV1Spec,
    presets=(
        *(
            _preset(
                f"mobilenetv1_{round(100 * a):03}",
                {"width_multiplier": a},
                "Howard et al. 2017, Table 6",
            )
            for a in (0.25, 0.5, 0.75, 1.0)
        ),
        _preset("mobilenetv1_100h", {"head_width": 1024}, "timm"),
        _preset("mobilenetv1_125", {"width_multiplier": 1.25}, "timm"),
        _preset("mobilenetv1_cifar10", {"dropped_stride": 2, **CIFAR10}, PYTORCH_CIFAR),
    ),
)
