"""Knobs and network of universal bottlenecks; Qin et al. 2024 (MobileNetV4), arXiv:2404.10518."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.knobs import BranchScale, PoolInPlaceOfStride
from archmeter.models.layers.late_head_spec import LateHeadSpec
from archmeter.models.layers.mbconv_spec import (
    Expansions,
    Kernels,
    MobileActivation,
    Strides,
)
from archmeter.models.layers.multi_query_attention import mobile_attention
from archmeter.models.layers.stages import at_stage
from archmeter.models.layers.universal_bottleneck import (
    Bottleneck,
    Depthwise,
    fused_bottleneck,
    universal_bottleneck,
)
from archmeter.models.scaling import scale_depths
from archmeter.models.spec import Flag

T = TypeVar("T")

Block = tuple[int, int, float]
"""Sides of the depthwise convolutions before and after the expansion, and the expansion."""

_SPREAD = (
    "or a list with one for each block, spread over the depth; the last holds for later stages."
)
_OF_STAGES, _OF_BLOCKS = (Field(min_length=1, max_length=most) for most in (8, 64))
_Side = Literal[0, 3, 5, 7]
_Sides = Annotated[tuple[_Side | Annotated[tuple[_Side, ...], _OF_BLOCKS], ...], _OF_STAGES]
Counts = Annotated[tuple[Annotated[int, Field(ge=0, le=64)], ...], _OF_STAGES]
Sizes = Annotated[tuple[Annotated[int, Field(ge=1, le=256)], ...], _OF_STAGES]
ExpansionsOfBlocks = Annotated[
    Expansions, Field(description=f"Inner channels ÷ input of each stage's blocks, {_SPREAD}")
]
SidesBefore = Annotated[
    _Sides,
    Field(
        description="Side of the depthwise convolution before a stage's blocks expand, 0 for none, "
        f"{_SPREAD}"
    ),
]
SidesBetween = Annotated[
    _Sides,
    Field(description=f"Side of the depthwise convolution of what they expand to, {_SPREAD}"),
]


def searched(*stages: Sequence[Block]) -> dict[str, Any]:
    """The knobs of a network whose stages have these blocks."""
    before, between, expansions = zip(*(zip(*each, strict=True) for each in stages), strict=True)
    return {
        "depth": tuple(map(len, stages)),
        "kernels_before": before,
        "kernels_between": between,
        "expansions": expansions,
    }


def each_of(value: T | tuple[T, ...], depth: int) -> list[T]:
    """A value for each block: all lists of a stage are spread alike, which keeps blocks whole."""
    values = value if isinstance(value, tuple) else (value,)
    return [values[i * len(values) // depth] for i in range(depth)]


class UniversalSpec(LateHeadSpec):
    """Fused and universal bottlenecks, with attention before the last of a stage if wanted."""

    expansions: ExpansionsOfBlocks = (6,)
    kernels_before: SidesBefore = (0,)
    kernels_between: SidesBetween = (3,)
    unit_expansion: Flag = Field(
        default=True, description="Keep the convolution that expands where the expansion is 1."
    )
    kernels: Kernels = Field(
        default=(3,),
        description="Side of each stage's full convolutions, and of those that shrink what its "
        "attention asks; the last holds for later stages.",
    )
    fused_stages: int = Field(
        default=1, ge=0, le=8, description="First stages whose blocks expand by full convolutions."
    )
    fused_projection: Literal["linear", "activated"] = Field(
        default="linear",
        description="Whether an activation follows the last convolution of these blocks. Where it "
        "does they are plain convolutions: the width multiplier applies to what they expand to.",
    )
    attentions: Counts = Field(
        default=(0,),
        description="How many of each stage's last blocks come after attention; the last holds "
        "for later stages.",
    )
    heads: Sizes = Field(
        default=(4,),
        description="Queries of each position in a stage; the last holds for later stages.",
    )
    head_widths: Sizes = Field(
        default=(64,),
        description="Channels of each query, and of what it asks; the last holds for later stages.",
    )
    key_strides: Strides = Field(
        default=(1, 1, 2, 1),
        description="Stride between positions that attention asks; the last holds for later "
        "stages.",
    )
    branch_scale: BranchScale = False
    strided_pool: PoolInPlaceOfStride = "none"
    activation: MobileActivation = Field(
        default="relu", description="Activation after stem, inner convolutions and head."
    )

    def expansions_of(self, stage: int, depth: int) -> list[float]:
        """Inner channels ÷ input of each of the blocks of a stage."""
        return each_of(at_stage(self.expansions, stage), depth)

    def mobile_block(self, x: Tensor, stage: int, index: int, expansion: float) -> Tensor:
        """A block of a stage, after attention where it is one of the last."""
        depth = self.depths[stage]
        if index >= depth - self._attentions(stage):
            x = mobile_attention(
                x,
                at_stage(self.heads, stage),
                at_stage(self.head_widths, stage),
                kernel=at_stage(self.kernels, stage),
                stride=at_stage(self.key_strides, stage),
                scaled=self.branch_scale,
            )
        width = self.scaled(at_stage(self.widths, stage))
        keeps_width = expansion == 1 and not self.unit_expansion
        mid = 0 if keeps_width else self.expanded(x, stage, index, expansion)
        stride = 1 if index else at_stage(self.strides, stage)
        style = Bottleneck(
            self.activation,
            activated=self.fused_projection == "activated",
            pool=self.strided_pool,
            scaled=self.branch_scale,
            skip=stage >= self.plain_stages,
        )
        if self.is_fused(stage):
            kernel = at_stage(self.kernels, stage)
            return fused_bottleneck(x, mid, width, kernel, stride=stride, style=style)
        before, between = (
            each_of(at_stage(sides, stage), depth)[index]
            for sides in (self.kernels_before, self.kernels_between)
        )
        kernels = Depthwise(before, between)
        return universal_bottleneck(x, mid, width, kernels, stride=stride, style=style)

    def classified(self, x: Tensor) -> Tensor:
        """A 1x1 convolution, pool, another one with a norm, classifier."""
        return self.late_head(x, end="norm")

    def expanded(self, x: Tensor, stage: int, index: int, expansion: float) -> int:
        """Inner channels of a block on x."""
        if self.is_fused(stage) and self.fused_projection == "activated":
            return self.expanded_unscaled(stage, index, expansion)
        return super().expanded(x, stage, index, expansion)

    def is_fused(self, stage: int) -> bool:
        """Whether full convolutions expand the channels of a stage."""
        return stage < self.fused_stages

    def _attentions(self, stage: int) -> int:
        count = at_stage(self.attentions, stage)
        if not count:
            return 0
        return scale_depths((count,), self.depth_multiplier, self.depth_rounding)[0]
