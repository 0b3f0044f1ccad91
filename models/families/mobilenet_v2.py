"""MobileNet v2: Sandler et al. 2018. Inverted residuals with linear bottlenecks."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.cifar import CIFAR10, PYTORCH_CIFAR
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.layers.mbconv import Skip
from archmeter.models.layers.mbconv_spec import MBConvSpec
from archmeter.models.spec import Family, Flag, Paper, Preset


class MobileNetV2Spec(MBConvSpec):
    """Inverted residuals; Sandler et al. 2018, Table 2."""

    family: Literal["mobilenet_v2"] = "mobilenet_v2"
    shortcut: Literal["identity", "projection"] = Field(
        default="identity",
        description="Around blocks that keep the map: only where they keep the channels too, or "
        "else by a 1x1 convolution and a norm.",
    )
    classifier: Literal["linear", "conv"] = Field(
        default="linear", description="The classifier: a linear layer or a 1x1 convolution."
    )
    classifier_bias: Flag = Field(default=True, description="Whether the classifier has biases.")

    def skip(self, stage: int) -> Skip:
        """Whether the blocks of a stage have shortcuts, and of which kind."""
        plain = super().skip(stage)
        return "projection" if plain and self.shortcut == "projection" else plain

    def classified(self, x: Tensor) -> Tensor:
        """A 1x1 convolution on the last maps, pool and classifier."""
        return pooled_classifier(
            x,
            self.num_classes,
            convolutional=self.classifier == "conv",
            bias=self.classifier_bias,
            final_width=self.final_width,
            act_kind=self.activation,
        )


_preset = partial(Preset, MobileNetV2Spec)

_TABLE_4 = "Sandler et al. 2018, Table 4"
_PAPER = "Sandler et al. 2018, Fig. 5"
_DEEPER = {"stem_scaling": False, "end_depth_scaling": False, "head_scaling": "fixed"}

FAMILY = Family(
    title="MobileNet v2",
    summary="Residuals between narrow, linear bottlenecks, with wide depthwise layers inside.",
    paper=Paper(
        "MobileNetV2: Inverted Residuals and Linear Bottlenecks",
        "Sandler, Howard, Zhu, Zhmoginov, Chen",
        2018,
        "https://arxiv.org/abs/1801.04381",
    ),
    spec=MobileNetV2Spec,
    presets=(
        _preset("mobilenetv2_100", {}, _TABLE_4),
        _preset("mobilenetv2_140", {"width_multiplier": 1.4}, _TABLE_4),
        *(
            _preset(f"mobilenetv2_{round(100 * w):03}", {"width_multiplier": w}, _PAPER)
            for w in (0.35, 0.5, 0.75)
        ),
        *(
            _preset(
                f"mobilenetv2_{round(100 * w)}d",
                {"width_multiplier": w, "depth_multiplier": d, **_DEEPER},
                "timm",
            )
            for w, d in ((1.1, 1.2), (1.2, 1.4))
        ),
        _preset("mobilenet_v2", {}, "Sandler et al. 2018, Table 4; torchvision"),
        _preset(
            "mobilenetv2_cifar10",
            {
                "strides": (1, 1, 2, 2, 1, 2, 1),
                "dropped_stride": 2,
                "unit_expansion": True,
                "shortcut": "projection",
                "activation": "relu",
                **CIFAR10,
            },
            PYTORCH_CIFAR,
        ),
    ),
)
