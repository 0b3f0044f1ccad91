"""Stages of DarkNets and of the networks that cross stages partially."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.composable.attention import NO_ATTENTION, AnyAttention
from archmeter.models.layers.composable.part import Ratio, Scaling
from archmeter.models.layers.composable.stage import Groups, Place, WidthStage
from archmeter.models.layers.dark import (
    Dark,
    DarkAct,
    DarkBlock,
    Downsample,
    dark_block,
    downsample,
)
from archmeter.models.spec import Flag


class _Dark(WidthStage):
    """Blocks without projections: where anything changes, a layer stands before them."""

    mid_ratio: Ratio = Field(
        default=0.5, description="Channels between a block's convolutions ÷ its output."
    )
    groups: Groups = Field(
        default=1,
        description="Groups of the 3x3; inner channels are a multiple of it, and it has as many "
        "as divide the channels outside.",
    )
    activation: DarkAct = Field(
        default="leaky_relu", description="Activation after each convolution."
    )
    attention: AnyAttention = Field(
        default=NO_ATTENTION, description="Attention on the inner channels."
    )
    shortcut: Flag = Field(default=True, description="Identity shortcut around each block.")
    downsample: Downsample = Field(
        default="conv",
        description="What takes the stride: a 3x3 convolution, a max pool and a 3x3, an average "
        "pool and a 1x1, or a max pool alone.",
    )

    def enter(self, x: Tensor, scaling: Scaling) -> tuple[Tensor, int]:
        """What takes the stride and changes the channels, where anything does."""
        width = self.output(scaling)
        same = x.channels == width or self.downsample == "max_pool"
        if self.stride > 1 or not same:
            x = downsample(x, width, self.downsample, self.activation, stride=self.stride)
        return x, 1

    def dark_unit(self, x: Tensor, scaling: Scaling, kind: DarkBlock) -> Tensor:
        """One block of a kind."""
        style = Dark(
            self.mid_ratio, self.groups, self.activation, self.attention.how(), self.shortcut
        )
        return dark_block(x, self.output(scaling), kind, style)


class DarkStage(_Dark):
    """1x1, 3x3 and a shortcut; Redmon & Farhadi 2018, arXiv:1804.02767."""

    block: Literal["dark"]

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        return self.dark_unit(x, at.scaling, "dark")


class EdgeStage(_Dark):
    """3x3, 1x1 and a shortcut."""

    block: Literal["edge"]

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        return self.dark_unit(x, at.scaling, "edge")


class DarkBottleneckStage(_Dark):
    """1x1, 3x3, 1x1 and an identity shortcut, as in CSPResNet and CSPResNeXt; arXiv:1911.11929."""

    block: Literal["dark_bottleneck"]

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        return self.dark_unit(x, at.scaling, "bottleneck")
