"""Wide ResNets for ImageNet: Zagoruyko & Komodakis 2016, §3.3 and Tables 7 and 8."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.residual import Residual, basic, bottleneck
from archmeter.models.layers.residual_spec import BlockKind, PostActivationSpec
from archmeter.models.spec import Family, Paper, Preset


class WideResNetSpec(PostActivationSpec):
    """Width in place of depth: basic blocks widen whole, bottlenecks their inner 3x3 only."""

    family: Literal["wide_resnet"] = "wide_resnet"
    block: BlockKind = Field(
        default="bottleneck",
        description="Two 3x3 convolutions, or 1x1, 3x3, 1x1; a depth given as a number implies it.",
    )
    widening: float = Field(
        default=2.0,
        ge=0.125,
        le=64,
        allow_inf_nan=False,
        description="The paper's k: of basic blocks, or of the 3x3 of bottlenecks. Not of the "
        "stem.",
    )

    def residual_block(self, x: Tensor, stage: int, stride: int, style: Residual) -> Tensor:
        """A basic block, or a bottleneck with wide inner channels."""
        width = self.stage_width(stage)
        # Rounded down, as in torchvision and timm.
        wide = max(1, int(width * self.widening))
        if self.block == "basic":
            return basic(x, wide, stride=stride, style=style)
        return bottleneck(x, wide, self.expansion * width, stride=stride, style=style)


_preset = partial(Preset, WideResNetSpec)

FAMILY = Family(
    title="Wide ResNet",
    summary="Residual blocks made wider instead of more numerous.",
    paper=Paper(
        "Wide Residual Networks",
        "Zagoruyko, Komodakis",
        2016,
        "https://arxiv.org/abs/1605.07146",
    ),
    spec=WideResNetSpec,
    presets=(
        _preset("wide_resnet50_2", {"depth": 50}, "Zagoruyko & Komodakis 2016, Table 8"),
        _preset("wide_resnet101_2", {"depth": 101}, "torchvision"),
        *(
            _preset(
                f"wide_resnet{depth}_{k:g}".replace(".", "p"),
                {"depth": depth, "widening": k},
                "Zagoruyko & Komodakis 2016, Table 7",
            )
            for depth in (18, 34)
            for k in (1.5, 2.0)
        ),
        *(
            _preset(f"wide_resnet18_{k:g}", {"depth": 18, "widening": k}, "as Table 7, wider")
            for k in (3.0, 4.0)
        ),
    ),
)
