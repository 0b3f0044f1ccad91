"""Knobs that the residual families share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.head import LastPool, head
from archmeter.models.layers.attention import Attention, AttentionKind
from archmeter.models.layers.attention_pool import attention_pool
from archmeter.models.layers.basics import ActKind
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.layers.knobs import AnyNorm, PooledShortcut, PoolOfStem, ShortcutOfBlock
from archmeter.models.layers.named_depth import NamedDepthSpec, depth_schema
from archmeter.models.layers.residual import Residual, basic, bottleneck
from archmeter.models.layers.stages import WidthOfStages, stages, width_at
from archmeter.models.layers.stems import Stem, StemKind
from archmeter.models.layers.stems import stem as build_stem
from archmeter.models.layers.strided_pool import StridedPool
from archmeter.models.scaling import scale_width
from archmeter.models.spec import Depths, Flag, Width

BlockKind = Literal["basic", "bottleneck"]

IMAGENET_DEPTHS: Mapping[int, tuple[BlockKind, tuple[int, ...]]] = {
    10: ("basic", (1, 1, 1, 1)),
    14: ("bottleneck", (1, 1, 1, 1)),
    18: ("basic", (2, 2, 2, 2)),
    26: ("bottleneck", (2, 2, 2, 2)),
    34: ("basic", (3, 4, 6, 3)),
    50: ("bottleneck", (3, 4, 6, 3)),
    101: ("bottleneck", (3, 4, 23, 3)),
    152: ("bottleneck", (3, 8, 36, 3)),
    200: ("bottleneck", (3, 24, 36, 3)),
    269: ("bottleneck", (3, 30, 48, 8)),
}
"""Weight layers of the networks in print -> their block, and blocks per stage."""

DoublingWidth = Annotated[
    Width, Field(description="Channels of the first stage's blocks; doubles with each stage.")
]
"""Where groups inside the blocks double in width too: a list would speak of their ends alone."""

BOTTLENECK_DEPTHS = "one of " + ", ".join(
    str(depth) for depth, (block, _) in IMAGENET_DEPTHS.items() if block == "bottleneck"
)
"""Those that name a network of bottlenecks, in words."""


class ResidualSpec(NamedDepthSpec):
    """A residual network; families add what is inside their blocks."""

    named_depths: ClassVar[str] = "one of " + ", ".join(map(str, IMAGENET_DEPTHS))

    depth: Depths = Field(
        default=(3, 4, 6, 3),
        description="Weight layers as in the networks' names, or a list of blocks per stage.",
        json_schema_extra=depth_schema({"enum": list(IMAGENET_DEPTHS)}),
    )
    base_width: WidthOfStages = Field(
        default=64,
        description="Channels inside the first stage's blocks, doubling with each stage; or a list "
        "with those of each, the last for all later stages.",
    )
    stem: StemKind = Field(
        default="conv7",
        description="First layers: one 7x7, three 3x3 (ResNet-C/D; tiered as in timm's ResNet-T), "
        "or one 3x3 without downsampling for CIFAR images.",
    )
    stem_width: Width = Field(default=64, description="Channels after the stem.")
    stem_pool: PoolOfStem = "max"
    shortcut: ShortcutOfBlock = "B"
    pooled_shortcut: PooledShortcut = False
    norm: AnyNorm = "batch"
    activation: ActKind = Field(
        default="relu",
        description="After convolutions and additions; max(x, τ) with a trained τ per channel "
        "(thresholded) was made for filter response norm.",
    )
    attention: AttentionKind = Field(
        default="none", description="Attention on what each block adds to its shortcut."
    )
    reduction: int = Field(
        default=16,
        ge=1,
        le=1024,
        description="Channels ÷ squeezed channels, in squeeze-and-excitation and CBAM.",
    )
    squeeze_divisor: int = Field(
        default=1, ge=1, le=64, description="Squeezed channels are a multiple of this."
    )
    attention_bias: Flag = Field(
        default=True, description="Biases in the two layers of the channel attention."
    )

    @classmethod
    def expand_depth(cls, depth: int, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Fields that a number of weight layers stands for; none if it stands for nothing."""
        block, depths = IMAGENET_DEPTHS.get(depth, (None, ()))
        if block is None:
            return {}
        if "block" not in cls.model_fields:
            return {"depth": depths} if block == "bottleneck" else {}
        agrees = fields.get("block", block) == block
        return {"depth": depths, "block": block} if agrees else {}

    def stage_width(self, stage: int) -> int:
        """Channels inside the blocks of a stage, scaled."""
        return scale_width(width_at(self.base_width, stage), self.width_multiplier)

    def stem_style(self, *, bare_end: bool = False) -> Stem:
        """The stem, scaled."""
        width = scale_width(self.stem_width, self.width_multiplier)
        return Stem(self.stem, width, self.stem_pool, self.norm, bare_end, self.activation)

    def residual_style(self) -> Residual:
        """What the blocks have in common."""
        attention = Attention(
            self.attention, self.reduction, self.squeeze_divisor, self.attention_bias
        )
        return Residual(
            shortcut=self.shortcut,
            pooled_shortcut=self.pooled_shortcut,
            norm=self.norm,
            attention=attention,
            act=self.activation,
        )


class PostActivationSpec(ResidualSpec):
    """A residual network whose blocks end in an activation, as in 2015: stem, stages, head."""

    expansion: int = Field(
        default=4, ge=1, le=16, description="Block output ÷ inner channels of a bottleneck."
    )
    stride_on: Literal["3x3", "1x1"] = Field(
        default="3x3",
        description="Convolution of a bottleneck that strides: the 3x3 (v1.5), or the first 1x1 "
        "as in the 2015 paper.",
    )
    strided_pool: Literal["none", StridedPool] = Field(
        default="none",
        description="Pools in place of the strides of 3x3 convolutions (anti-aliasing): averages, "
        "or binomial filters that overlap (blur).",
    )
    head_pool: Literal[LastPool, "attention"] = Field(  # type: ignore[assignment]  # one more
        default="mean",
        description="The last pool: the mean of each map, its maximum, half of their sum "
        "(mean_max), or both side by side, which doubles what the classifier reads (concat), as "
        "in timm; or attention to the positions of the maps (CLIP).",
    )

    @abstractmethod
    def residual_block(self, x: Tensor, stage: int, stride: int, style: Residual) -> Tensor:
        """One block of a stage, counted from 0."""

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of residual blocks, classifier."""
        style = self.residual_style()

        def build(x: Tensor, stage: int, stride: int) -> Tensor:
            return self.residual_block(x, stage, stride, style)

        x = stages(build_stem(x, self.stem_style()), self.depths, build)
        if self.head_pool == "attention":
            return head(attention_pool)(x, self.num_classes)
        return pooled_classifier(x, self.num_classes)

    def residual_style(self) -> Residual:
        """What the blocks have in common."""
        style = super().residual_style()._replace(stride_on_first=self.stride_on == "1x1")
        if self.strided_pool == "none":
            return style
        return style._replace(pooled_stride=True, strided_pool=self.strided_pool)


class ResNetSpec(PostActivationSpec):
    """Plain basic or bottleneck blocks: the 2015 paper, whatever the size of its images."""

    block: BlockKind = Field(
        default="bottleneck",
        description="Two 3x3 convolutions, or 1x1, 3x3, 1x1; a depth given as a number implies it.",
    )

    def residual_block(self, x: Tensor, stage: int, stride: int, style: Residual) -> Tensor:
        """A basic block, or a bottleneck whose output is ``expansion`` times as wide."""
        width = self.stage_width(stage)
        if self.block == "basic":
            return basic(x, width, stride=stride, style=style)
        return bottleneck(x, width, self.expansion * width, stride=stride, style=style)
