"""GhostNet: Han, Wang, Tian, Guo, Xu, Xu 2020. Half of the features are cheap copies of others.

V2 of Tang et al. 2022 (arXiv:2211.12905), V3 of Liu et al. 2024 (arXiv:2404.11202).
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.ghost import Ghost, ghost_bottleneck
from archmeter.models.layers.kernels import OddKernel
from archmeter.models.layers.late_head_spec import LateHeadSpec
from archmeter.models.layers.mbconv import Squeeze
from archmeter.models.layers.mbconv_spec import (
    Expansions,
    Kernels,
    MobileActivation,
    Ratio,
    Strides,
    Widths,
    over_blocks,
)
from archmeter.models.layers.stages import at_stage
from archmeter.models.scaling import make_divisible
from archmeter.models.spec import Depths, Family, Flag, Paper, Preset, Width

RatiosOfBlocks = Annotated[
    tuple[Ratio | Annotated[tuple[Ratio, ...], Field(min_length=1, max_length=64)], ...],
    Field(min_length=1, max_length=8),
]


class GhostNetSpec(LateHeadSpec):
    """MobileNetV3's stages of Ghost bottlenecks; by default Table 1 of the paper."""

    family: Literal["ghostnet"] = "ghostnet"
    depth: Depths = Field(default=(1, 2, 2, 4, 2, 5), description="Blocks per stage.")
    widths: Widths = Field(
        default=(16, 24, 40, 80, 112, 160),
        description="Channels after each stage; the last holds for all later stages.",
    )
    kernels: Kernels = Field(
        default=(3, 3, 5, 3, 3, 5),
        description="Side of each stage's depthwise convolutions, in blocks that stride or change "
        "the width; the last holds for later stages.",
    )
    strides: Strides = Field(
        default=(1, 2, 2, 2, 1, 2),
        description="Stride of each stage's first block; the last holds for all later stages.",
    )
    expansions: Expansions = Field(
        default=((1,), (3,), (3,), (6, 2.5, 2.3, 2.3), (6,)),
        description="Inner channels ÷ unscaled input of each stage's blocks, or a list with one "
        "for each block, stretched to the depth; the last holds for later stages.",
    )
    unit_expansion: Flag = Field(
        default=True, description="Keep the first Ghost module where the expansion is 1."
    )
    ratio: int = Field(
        default=2,
        ge=2,
        le=64,
        description="Channels of a Ghost module ÷ those of its 1x1 convolution: s.",
    )
    cheap_kernel: OddKernel = Field(
        default=3, description="Side of the depthwise convolutions that make the others: d."
    )
    squeeze_ratios: RatiosOfBlocks = Field(
        default=((0,), (0,), (0.25,), (0,), (0.25,), (0.25, 0, 0.25, 0, 0.25)),
        description="Squeezed channels ÷ inner channels of each stage's blocks, 0 for no "
        "squeeze-and-excitation, or a list with one for each block, stretched to the depth; the "
        "last holds for all later stages.",
    )
    attention: Literal["none", "decoupled"] = Field(
        default="none",
        description="Attention of each block's first Ghost module to rows and columns of its "
        "input, at half the resolution (GhostNetV2).",
    )
    attention_kernel: OddKernel = Field(
        default=5, description="Positions of a row and of a column that attention looks at."
    )
    unattended_blocks: int = Field(
        default=2, ge=0, le=2048, description="First blocks without that attention."
    )
    branches: int = Field(
        default=1,
        ge=1,
        le=16,
        description="Convolutions trained side by side in the place of each; with several, "
        "depthwise ones have a 1x1 and the identity beside them (GhostNetV3: 3).",
    )
    deploy: Flag = Field(
        default=False,
        description="Fold these branches and their norms into one convolution with biases.",
    )
    width_divisor: int = Field(
        default=4,
        ge=1,
        le=64,
        description="Scaled, expanded and squeezed widths are multiples of this.",
    )
    activation: MobileActivation = Field(
        default="relu", description="Activation after stem, first Ghost modules and head."
    )
    stem_width: Width = Field(default=16, description="Channels after the stem.")
    dropout: float = Field(
        default=0.2, ge=0, lt=1, allow_inf_nan=False, description="Rate of the head's dropout."
    )

    def mobile_block(self, x: Tensor, stage: int, index: int, expansion: float) -> Tensor:
        """A block of a stage, both counted from 0."""
        keeps_width = expansion == 1 and not self.unit_expansion
        mid = 0 if keeps_width else self.expanded_unscaled(stage, index, expansion)
        late = sum(self.depths[:stage]) + index >= self.unattended_blocks
        how = Ghost(
            self.ratio,
            self.cheap_kernel,
            self.attention_kernel if late and self.attention == "decoupled" else 0,
            self.activation,
            self.branches,
            self.deploy,
        )
        return ghost_bottleneck(
            x,
            mid,
            self.scaled(at_stage(self.widths, stage)),
            at_stage(self.kernels, stage),
            stride=1 if index else at_stage(self.strides, stage),
            how=how,
            squeeze=self.squeeze_of(mid or x.channels, stage, index),
            skip=stage >= self.plain_stages,
        )

    def squeeze_of(self, mid: int, stage: int, index: int) -> Squeeze:
        """Squeeze-and-excitation of a block."""
        ratio = over_blocks(at_stage(self.squeeze_ratios, stage), self.depths[stage])[index]
        if not ratio:
            return Squeeze()
        return Squeeze(make_divisible(mid * ratio, self.width_divisor), "relu", "hardsigmoid")

    def classified(self, x: Tensor) -> Tensor:
        """A 1x1 convolution, pool, another one, classifier."""
        return self.late_head(x, dropout_rate=self.dropout)


_preset = partial(Preset, GhostNetSpec)

_V2 = {"attention": "decoupled"}
_V3 = {**_V2, "branches": 3}

FAMILY = Family(
    title="GhostNet",
    summary="Half of each module's channels are cheap depthwise copies of the other half.",
    paper=Paper(
        "GhostNet: More Features from Cheap Operations",
        "Han, Wang, Tian, Guo, Xu, Xu",
        2020,
        "https://arxiv.org/abs/1911.11907",
    ),
    spec=GhostNetSpec,
    presets=tuple(
        _preset(f"{name}_{round(100 * width):03}", {"width_multiplier": width, **fields}, source)
        for name, fields, source, widths in (
            ("ghostnet", {}, "Han et al. 2020, Tables 1 and 7", (0.5, 1.0, 1.3)),
            ("ghostnetv2", _V2, "Tang et al. 2022, Table 3", (1.0, 1.3, 1.6)),
            ("ghostnetv3", _V3, "Liu et al. 2024; timm", (0.5, 1.0, 1.3, 1.6)),
        )
        for width in widths
    ),
)
