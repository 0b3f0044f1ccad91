"""Knobs that DarkNets share with the cross-stage-partial networks."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import Field

from archmeter.models.layers.attention import Attention, AttentionKind
from archmeter.models.layers.dark import DarkAct
from archmeter.models.scaling import scale_width
from archmeter.models.spec import ConvolutionalSpec, Resolution, Width

Counts = Annotated[
    tuple[Annotated[int, Field(ge=0, le=2048)], ...], Field(min_length=1, max_length=8)
]
Widths = Annotated[tuple[Width, ...], Field(min_length=1, max_length=8)]
Ratios = Annotated[
    tuple[Annotated[float, Field(ge=0.05, le=8, allow_inf_nan=False)], ...],
    Field(min_length=1, max_length=8),
]
Groups = Annotated[
    tuple[Annotated[int, Field(ge=1, le=4096)], ...], Field(min_length=1, max_length=8)
]

T = TypeVar("T")


def of_stage(values: tuple[T, ...], stage: int) -> T:
    """The entry for a stage; the last one repeats."""
    return values[min(stage, len(values) - 1)]


class DarkSpec(ConvolutionalSpec):
    """A staged network whose widths double with each stage."""

    depth: Counts = Field(default=(1, 2, 8, 8, 4), description="Blocks per stage.")
    base_width: Width = Field(
        default=64, description="Channels of the first stage; doubles with each."
    )
    stem_widths: Widths = Field(
        default=(32,), description="Channels of each convolution of the stem."
    )
    act: DarkAct = Field(default="leaky_relu", description="Activation after each convolution.")
    attention: AttentionKind = Field(
        default="none", description="Attention on the inner channels of each block."
    )
    reduction: int = Field(
        default=16,
        ge=1,
        le=1024,
        description="Channels ÷ squeezed channels, in squeeze-and-excitation and CBAM.",
    )
    squeeze_divisor: int = Field(
        default=8, ge=1, le=64, description="Squeezed channels are a multiple of this."
    )
    resolution: Resolution = Field(
        default=(256, 256), description="Input side in pixels, or [height, width]."
    )

    def stage_width(self, stage: int) -> int:
        """Channels of a stage, scaled."""
        return scale_width(self.base_width << stage, self.width_multiplier)

    def block_attention(self) -> Attention:
        """The attention in each block."""
        return Attention(self.attention, self.reduction, self.squeeze_divisor)
