"""Knobs that the families made of mobile blocks share."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import conv_norm_act
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.layers.mbconv import Skip, Squeeze, fused_mbconv, mbconv
from archmeter.models.layers.stages import at_stage
from archmeter.models.ops import ActivationKind
from archmeter.models.scaling import DepthRounding, make_divisible, scale_depths
from archmeter.models.spec import ConvolutionalSpec, Depths, Flag, Width

T = TypeVar("T")

Kernel = Literal[1, 3, 5, 7, 9, 11]
Expansion = Annotated[float, Field(ge=0.25, le=32, allow_inf_nan=False)]
Ratio = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
MobileActivation = Literal["relu", "relu6", "silu", "hardswish", "gelu", "mish", "leaky_relu"]
HeadScaling = Literal["fixed", "up", "full"]

_LENGTH = Field(min_length=1, max_length=8)
Widths = Annotated[tuple[Width, ...], _LENGTH]
Kernels = Annotated[tuple[Kernel, ...], _LENGTH]
Strides = Annotated[tuple[Annotated[int, Field(ge=1, le=4)], ...], _LENGTH]
Expansions = Annotated[
    tuple[Expansion | Annotated[tuple[Expansion, ...], Field(min_length=1, max_length=64)], ...],
    _LENGTH,
]
Ratios = Annotated[tuple[Ratio, ...], _LENGTH]


def stretched(values: Sequence[T], count: int) -> list[T]:
    """So many values in the same order, each run of equal ones in proportion to its length.

    The last runs take their shares first, and each gets at least one.
    """
    unshared, left, out = len(values), count, list[T]()
    for value, run in reversed([(value, len([*run])) for value, run in groupby(values)]):
        share = max(1, round(run / unshared * left))
        out[:0] = [value] * share
        unshared, left = unshared - run, left - share
    return out[:count]


def over_blocks(values: T | tuple[T, ...], depth: int) -> list[T]:
    """A value for each block of a stage: one for all, or a list stretched to their number."""
    return stretched(values if isinstance(values, tuple) else (values,), depth)


def scaled_by(how: HeadScaling, width: int, scaled: int) -> int:
    """A width of the head, or what it is scaled, as the multiplier applies to it."""
    match how:
        case "fixed":
            return width
        case "up":
            return max(width, scaled)
        case "full":
            return scaled


class MBConvSpec(ConvolutionalSpec):
    """A 3x3 stem, stages of mobile blocks, a wide 1x1 convolution and a classifier.

    Knobs of stages are lists with one value to a stage; the last holds for all later stages.
    """

    depth: Depths = Field(default=(1, 2, 3, 4, 3, 3, 1), description="Blocks per stage.")
    widths: Widths = Field(
        default=(16, 24, 32, 64, 96, 160, 320),
        description="Channels after each stage; the last holds for all later stages.",
    )
    kernels: Kernels = Field(
        default=(3,),
        description="Side of each stage's depthwise convolutions; the last holds for later stages.",
    )
    strides: Strides = Field(
        default=(1, 2, 2, 2, 1, 2, 1),
        description="Stride of each stage's first block; the last holds for all later stages.",
    )
    expansions: Expansions = Field(
        default=(1, 6),
        description="Inner channels ÷ input of each stage's blocks, or a list with one for each "
        "block, stretched to the depth; the last holds for later stages.",
    )
    unit_expansion: Flag = Field(
        default=False,
        description="Keep the convolution that expands where the expansion is 1.",
    )
    activation: MobileActivation = Field(
        default="relu6", description="Activation after stem, inner convolutions and head."
    )
    plain_stages: int = Field(
        default=0, ge=0, le=8, description="First stages whose blocks have no shortcuts."
    )
    stem_width: Width = Field(default=32, description="Channels after the stem.")
    stem_scaling: Flag = Field(
        default=True, description="Whether the width multiplier applies to the stem."
    )
    end_depth_scaling: Flag = Field(
        default=True,
        description="Whether the depth multiplier applies to the first and last stage.",
    )
    depth_rounding: DepthRounding = Field(
        default="up",
        description="Of blocks times the depth multiplier: up, or to the nearest number, which "
        "fast compound scaling wants.",
    )
    head_width: int = Field(
        default=1280,
        ge=0,
        le=16384,
        description="Channels of the 1x1 convolution after the stages; 0 for none.",
    )
    head_scaling: HeadScaling = Field(
        default="up",
        description="Whether the width multiplier applies to the head: never, above 1, or always.",
    )
    width_divisor: int = Field(
        default=8, ge=1, le=64, description="Scaled and expanded widths are multiples of this."
    )
    round_limit: float = Field(
        default=0.9,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Part of a scaled width that rounding has to leave.",
    )

    @property
    def depths(self) -> tuple[int, ...]:
        """Blocks per stage, scaled."""
        depths = scale_depths(self.depth, self.depth_multiplier, self.depth_rounding)
        if self.end_depth_scaling:
            return depths
        last = len(depths) - 1
        return tuple(self.depth[i] if i in (0, last) else depths[i] for i in range(len(depths)))

    @property
    def final_width(self) -> int | None:
        """Channels of the head's convolution, scaled; None where there is none."""
        return self.scaled_by(self.head_scaling, self.head_width) if self.head_width else None

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of mobile blocks, head."""
        with x.graph.scope("stem"):
            width = self.scaled(self.stem_width) if self.stem_scaling else self.stem_width
            x = conv_norm_act(x, width, 3, stride=2, act_kind=self.activation)
        for stage, depth in enumerate(self.depths):
            with x.graph.scope(f"stage{stage + 1}"):
                for i, expansion in enumerate(self.expansions_of(stage, depth)):
                    x = self.mobile_block(x, stage, i, expansion)
        return self.classified(x)

    def expansions_of(self, stage: int, depth: int) -> Sequence[float]:
        """Inner channels ÷ input of each of the blocks of a stage."""
        return over_blocks(at_stage(self.expansions, stage), depth)

    def mobile_block(self, x: Tensor, stage: int, index: int, expansion: float) -> Tensor:
        """A block of a stage, both counted from 0."""
        keeps_width = expansion == 1 and not self.unit_expansion
        mid = 0 if keeps_width else self.expanded(x, stage, index, expansion)
        make = fused_mbconv if self.is_fused(stage) else mbconv
        return make(
            x,
            mid,
            self.scaled(at_stage(self.widths, stage)),
            at_stage(self.kernels, stage),
            stride=1 if index else at_stage(self.strides, stage),
            act_kind=self.stage_activation(stage),
            squeeze=self.squeeze(x.channels, mid or x.channels, stage, expansion),
            skip=self.skip(stage),
        )

    def classified(self, x: Tensor) -> Tensor:
        """A 1x1 convolution on the last maps, pool and classifier."""
        return pooled_classifier(
            x, self.num_classes, final_width=self.final_width, act_kind=self.activation
        )

    def expanded(self, x: Tensor, stage: int, index: int, expansion: float) -> int:  # noqa: ARG002
        """Inner channels of a block on x."""
        return make_divisible(x.channels * expansion, self.width_divisor)

    def expanded_unscaled(self, stage: int, index: int, expansion: float) -> int:
        """Inner channels of a block by the widths before scaling, scaled afterwards."""
        before = stage if index else stage - 1
        width = at_stage(self.widths, before) if before >= 0 else self.stem_width
        return self.scaled(make_divisible(width * expansion, self.width_divisor))

    def skip(self, stage: int) -> Skip:
        """Whether the blocks of a stage have shortcuts, and of which kind."""
        return stage >= self.plain_stages

    def is_fused(self, stage: int) -> bool:  # noqa: ARG002 - none is
        """Whether full convolutions expand the channels of a stage."""
        return False

    def stage_activation(self, stage: int) -> ActivationKind:  # noqa: ARG002 - the same for all
        """Activation inside the blocks of a stage."""
        return self.activation

    def squeeze(self, width: int, mid: int, stage: int, expansion: float) -> Squeeze:  # noqa: ARG002
        """Squeeze-and-excitation of a block that expands ``width`` channels to ``mid``."""
        return Squeeze()

    def scaled(self, width: int) -> int:
        """A width times the multiplier; exactly the width itself where that is 1."""
        if self.width_multiplier == 1:
            return width
        return make_divisible(
            width * self.width_multiplier, self.width_divisor, keep=self.round_limit
        )

    def scaled_by(self, how: HeadScaling, width: int) -> int:
        """A width of the head times the multiplier, where it applies."""
        return scaled_by(how, width, self.scaled(width))


class SqueezedSpec(MBConvSpec):
    """Mobile blocks with squeeze-and-excitation, its width a part of each block's input."""

    squeeze_ratios: Ratios = Field(
        default=(0.25,),
        description="Squeezed channels ÷ input of each stage's blocks, 0 for no "
        "squeeze-and-excitation; the last holds for all later stages.",
    )

    squeezed_from: Literal["input", "expanded"] = Field(
        default="expanded",
        description="What squeezed channels are a part of: a block's input (torchvision), or its "
        "inner channels ÷ expansion (timm), which differs where those were rounded.",
    )

    def squeeze(self, width: int, mid: int, stage: int, expansion: float) -> Squeeze:
        """Squeeze-and-excitation of a block that expands ``width`` channels to ``mid``."""
        ratio = at_stage(self.squeeze_ratios, stage)
        if not ratio:
            return Squeeze()
        if self.squeezed_from == "expanded":
            squeezed = max(1, round(mid * (ratio / expansion)))
        else:
            squeezed = make_divisible(width * ratio, 1)
        return Squeeze(squeezed, self.stage_activation(stage))
