"""MobileNet v3: Howard et al. 2019. Searched blocks, hard swish, and the last stage moved."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.late_head_spec import LateHeadSpec
from archmeter.models.layers.mbconv import Squeeze
from archmeter.models.layers.mbconv_spec import (
    Expansions,
    HeadScaling,
    Kernels,
    MobileActivation,
    Ratios,
    Strides,
    Widths,
)
from archmeter.models.layers.stages import at_stage
from archmeter.models.ops import ActivationKind
from archmeter.models.scaling import make_divisible
from archmeter.models.spec import Depths, Family, Flag, Paper, Preset, Width


class MobileNetV3Spec(LateHeadSpec):
    """Searched mobile blocks; by default MobileNetV3-Large, Howard et al. 2019, Table 1."""

    family: Literal["mobilenet_v3"] = "mobilenet_v3"
    depth: Depths = Field(default=(1, 2, 3, 4, 2, 3), description="Blocks per stage.")
    widths: Widths = Field(
        default=(16, 24, 40, 80, 112, 160),
        description="Channels after each stage; the last holds for all later stages.",
    )
    kernels: Kernels = Field(
        default=(3, 3, 5, 3, 3, 5),
        description="Side of each stage's depthwise convolutions; the last holds for later stages.",
    )
    strides: Strides = Field(
        default=(1, 2, 2, 2, 1, 2),
        description="Stride of each stage's first block; the last holds for all later stages.",
    )
    expansions: Expansions = Field(
        default=((1,), (4, 3), (3,), (6, 2.5, 2.3, 2.3), (6,)),
        description="Inner channels ÷ input of each stage's blocks, or a list with one for each "
        "block, stretched to the depth; the last holds for later stages.",
    )
    expanded_from: Literal["input", "unscaled"] = Field(
        default="input",
        description="What inner channels come from: a block's scaled input (timm), or the widths "
        "before scaling, scaled afterwards (torchvision).",
    )
    squeeze_ratios: Ratios = Field(
        default=(0, 0, 0.25, 0, 0.25),
        description="Squeezed channels ÷ inner channels of each stage's blocks, 0 for no "
        "squeeze-and-excitation; the last holds for all later stages.",
    )
    squeeze_divisor: int = Field(
        default=8, ge=1, le=64, description="Squeezed channels are a multiple of this."
    )
    activation: MobileActivation = Field(
        default="hardswish", description="Activation of stem, later stages and head."
    )
    relu_stages: int = Field(
        default=3, ge=0, le=8, description="First stages whose blocks keep relu."
    )
    stem_width: Width = Field(default=16, description="Channels after the stem.")
    last_from: Literal["itself", "stage"] = Field(
        default="itself",
        description="What the width multiplier scales: the channels before the pool (timm), or "
        "those of the last stage, of which these keep their share (torchvision).",
    )
    last_depth: int = Field(
        default=1, ge=1, le=16, description="How many convolutions come before the pool."
    )
    last_scaling: HeadScaling = Field(
        default="full",
        description="Whether the width multiplier applies to them: never, above 1, or always.",
    )
    head_bias: Flag = Field(
        default=True, description="Whether the convolution after the pool has biases."
    )
    reduced_tail: Flag = Field(
        default=False,
        description="Whether the last stage, the convolution before the pool and the one after it "
        "have half of their channels, as in backbones for segmentation (§6.4).",
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages and head, the tail perhaps of half the width."""
        if not self.reduced_tail:
            return super().network(x)
        *widths, last = (at_stage(self.widths, stage) for stage in range(len(self.depth)))
        halved = {
            "widths": (*widths, max(1, last // 2)),
            "last_width": self.last_width // 2,
            "head_width": self.head_width // 2,
            "reduced_tail": False,
        }
        return self.model_copy(update=halved).network(x)

    def classified(self, x: Tensor) -> Tensor:
        """The last stage in its cheap place: a 1x1 convolution, pool, another one, classifier."""
        end: Literal["bias", "bare"] = "bias" if self.head_bias else "bare"
        return self.late_head(x, depth=self.last_depth, end=end)

    @property
    def scaled_last(self) -> int:
        """Channels before the pool, scaled; 0 where no convolution comes there."""
        if self.last_width and self.last_from == "stage":
            stage = at_stage(self.widths, len(self.depth) - 1)
            return round(self.last_width / stage * self.scaled(stage))
        return self.scaled_by(self.last_scaling, self.last_width) if self.last_width else 0

    def expanded(self, x: Tensor, stage: int, index: int, expansion: float) -> int:
        """Inner channels of a block on x."""
        if self.expanded_from == "input":
            return super().expanded(x, stage, index, expansion)
        return self.expanded_unscaled(stage, index, expansion)

    def stage_activation(self, stage: int) -> ActivationKind:
        """Activation inside the blocks of a stage: hard swish pays off on small maps (§5.2)."""
        return "relu" if stage < self.relu_stages else self.activation

    def squeeze(self, width: int, mid: int, stage: int, expansion: float) -> Squeeze:  # noqa: ARG002
        """Squeeze-and-excitation of a block: a quarter of the inner channels, hard gate (§5.3)."""
        ratio = at_stage(self.squeeze_ratios, stage)
        if not ratio:
            return Squeeze()
        return Squeeze(make_divisible(mid * ratio, self.squeeze_divisor), "relu", "hardsigmoid")


_preset = partial(Preset, MobileNetV3Spec)

_SMALL = {
    "depth": (1, 2, 3, 2, 3),
    "widths": (16, 24, 40, 48, 96),
    "kernels": (3, 3, 5),
    "strides": (2, 2, 2, 1, 2),
    "expansions": (1, (4.5, 3.67), (4, 6, 6), 3, 6),
    "squeeze_ratios": (0.25, 0, 0.25),
    "relu_stages": 2,
    "last_width": 576,
    "head_width": 1024,
}
_MINIMAL = {"kernels": (3,), "squeeze_ratios": (0,), "activation": "relu"}
_TORCHVISION = {"expanded_from": "unscaled", "last_from": "stage", "head_scaling": "full"}
_LARGE_PAPER = "Howard et al. 2019, Table 1"
_SMALL_PAPER = "Howard et al. 2019, Table 2; head of 1024 channels as in timm and torchvision"
_MINIMAL_SOURCE = "TensorFlow models' minimalistic MobileNetV3; timm"

FAMILY = Family(
    title="MobileNet v3",
    summary="Searched mobile blocks with squeeze-and-excitation, hard swish and a cheap head.",
    paper=Paper(
        "Searching for MobileNetV3",
        "Howard, Sandler, Chu, Chen, Chen, Tan, Wang, Zhu, Pang, Vasudevan, Le, Adam",
        2019,
        "https://arxiv.org/abs/1905.02244",
    ),
    spec=MobileNetV3Spec,
    presets=(
        _preset("mobilenetv3_large_075", {"width_multiplier": 0.75}, _LARGE_PAPER),
        _preset("mobilenetv3_large_100", {}, _LARGE_PAPER),
        _preset(
            "mobilenetv3_large_150d",
            # timm stretches the last convolution too, as one more stage.
            {
                "width_multiplier": 1.5,
                "depth_multiplier": 1.2,
                "last_depth": 2,
                "resolution": 256,
            },
            "timm",
        ),
        _preset(
            "mobilenetv3_small_050",
            {"width_multiplier": 0.5, "stem_scaling": False, **_SMALL},
            _SMALL_PAPER,
        ),
        _preset("mobilenetv3_small_075", {"width_multiplier": 0.75, **_SMALL}, _SMALL_PAPER),
        _preset("mobilenetv3_small_100", _SMALL, _SMALL_PAPER),
        _preset("mobilenetv3_rw", {"head_bias": False, "squeeze_divisor": 1}, "timm"),
        _preset("tf_mobilenetv3_large_075", {"width_multiplier": 0.75}, _LARGE_PAPER),
        _preset("tf_mobilenetv3_large_100", {}, _LARGE_PAPER),
        _preset("tf_mobilenetv3_large_minimal_100", _MINIMAL, _MINIMAL_SOURCE),
        _preset("tf_mobilenetv3_small_075", {"width_multiplier": 0.75, **_SMALL}, _SMALL_PAPER),
        _preset("tf_mobilenetv3_small_100", _SMALL, _SMALL_PAPER),
        _preset("tf_mobilenetv3_small_minimal_100", {**_SMALL, **_MINIMAL}, _MINIMAL_SOURCE),
        _preset("mobilenet_v3_large", _TORCHVISION, "Howard et al. 2019, Table 1; torchvision"),
        _preset("mobilenet_v3_small", {**_SMALL, **_TORCHVISION}, _SMALL_PAPER),
    ),
)
