"""Stages of blocks after transformers' design: ConvNeXt, its roadmap from ResNet, and VAN."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.channel_norm import ChannelNormKind
from archmeter.models.layers.composable.part import Ratio, Scaling
from archmeter.models.layers.composable.stage import Place, WidthStage, unscaled_mid
from archmeter.models.layers.convnext_block import (
    ConvNeXtStyle,
    Pointwise,
    convnext_block,
    downsample,
)
from archmeter.models.layers.kernels import OddKernel
from archmeter.models.layers.knobs import PerceptronExpansion, PositionNorm
from archmeter.models.layers.roadmap_block import RoadmapActivation, RoadmapStyle, Share
from archmeter.models.layers.roadmap_block import bottleneck as roadmap_bottleneck
from archmeter.models.layers.van_block import VANStyle, patch_embed, stage_norm, van_block
from archmeter.models.spec import Flag


class ConvNeXtStage(WidthStage):
    """A depthwise convolution and a perceptron; Liu et al. 2022, arXiv:2201.03545.

    Where the map or the channels change, a norm and a convolution stand before the blocks.
    """

    block: Literal["convnext_block"]
    kernel: OddKernel = Field(default=7, description="Side of the depthwise convolutions; odd.")
    expansion: PerceptronExpansion = 4
    pointwise: Pointwise = Field(
        default="linear",
        description="The perceptrons as linear layers on channels moved last, or as 1x1 "
        "convolutions. Same weights, same MACs.",
    )
    layer_scale: Flag = Field(
        default=True, description="A trained factor per channel on what each block adds (v1)."
    )
    response_norm: Flag = Field(
        default=False, description="Global response norm inside the perceptrons (v2)."
    )
    norm: PositionNorm = "layer"

    def enter(self, x: Tensor, scaling: Scaling) -> tuple[Tensor, int]:
        """A norm and a convolution as large as its stride, where anything changes."""
        width = self.output(scaling)
        if self.stride > 1 or x.channels != width:
            x = downsample(x, width, stride=self.stride, norm_kind=self.norm)
        return x, 1

    def unit(self, x: Tensor, at: Place) -> Tensor:  # noqa: ARG002
        """One block, which keeps its input's shape."""
        style = ConvNeXtStyle(
            self.kernel,
            self.expansion,
            self.pointwise,
            self.layer_scale,
            self.response_norm,
            self.norm,
        )
        return convnext_block(x, style)


class RoadmapStage(WidthStage):
    """A residual bottleneck with every decision between ResNet and ConvNeXt open.

    An expansion below 1 inverts it: it is then wide inside, rather than at its ends. Liu et al.
    2022, arXiv:2201.03545, §2.
    """

    block: Literal["roadmap_bottleneck"]
    expansion: Ratio = Field(default=4.0, description="Output ÷ inner channels of a block.")
    depthwise: Flag = Field(default=False, description="The spatial convolution mixes no channels.")
    kernel: OddKernel = Field(default=3, description="Side of the spatial convolution; odd.")
    spatial_first: Flag = Field(
        default=False,
        description="The spatial convolution opens the block, rather than being between the 1x1s.",
    )
    activation: RoadmapActivation = Field(default="relu", description="The nonlinearity.")
    activations: Share = Field(
        default="all",
        description="After every convolution but the last, and the sum; or only before the last "
        "convolution of a block.",
    )
    norms: Share = Field(
        default="all",
        description="After every convolution of a block, or only after the spatial one.",
    )
    norm: ChannelNormKind = Field(default="batch", description="Batch norm, or layer norm.")
    layer_scale: Flag = Field(
        default=False, description="A trained factor per channel on what each block adds."
    )
    separate_downsampling: Flag = Field(
        default=False,
        description="A norm and a convolution before the blocks take the stride and change the "
        "channels, rather than the first block.",
    )

    def style(self) -> RoadmapStyle:
        """What the blocks have in common."""
        return RoadmapStyle(
            depthwise=self.depthwise,
            spatial_first=self.spatial_first,
            kernel=self.kernel,
            activation=self.activation,
            activations=self.activations,
            norms=self.norms,
            norm=self.norm,
            layer_scale=self.layer_scale,
        )

    def enter(self, x: Tensor, scaling: Scaling) -> tuple[Tensor, int]:
        """A norm and a convolution as large as its stride, if these are separate."""
        _, width = self.widths(scaling)
        if not self.separate_downsampling or (self.stride == 1 and x.channels == width):
            return x, self.stride
        return downsample(x, width, stride=self.stride, norm_kind=self.norm), 1

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        mid, width = self.widths(at.scaling)
        return roadmap_bottleneck(x, mid, width, stride=at.stride, style=self.style())

    def widths(self, scaling: Scaling) -> tuple[int, int]:
        """Scaled channels inside and after a block; their ratio stays what it is."""
        mid = unscaled_mid(self.width, self.expansion)
        narrow = min(mid, self.width)
        scaled = scaling.channels(narrow)
        return round(mid * scaled / narrow), round(self.width * scaled / narrow)

    def output(self, scaling: Scaling) -> int:
        """Channels after the stage."""
        return self.widths(scaling)[1]


class VANStage(WidthStage):
    """Large-kernel attention and a convolving perceptron; Guo et al. 2022, arXiv:2202.09741.

    Where the map or the channels change, a convolution and a norm stand before the blocks.
    """

    block: Literal["van_block"]
    expansion: PerceptronExpansion = 4
    kernel: int = Field(
        default=21, ge=1, le=255, description="Side K of the window that attention sees."
    )
    dilation: int = Field(
        default=3,
        ge=1,
        le=32,
        description="Decomposes the window into one of side 2d-1 and one of side K/d, rounded up, "
        "of this dilation.",
    )
    mlp_kernel: OddKernel = Field(
        default=3, description="Side of the depthwise convolution inside the perceptrons; odd."
    )
    end_norm: Flag = Field(default=True, description="A layer norm ends the stage.")

    def build(self, x: Tensor, scaling: Scaling) -> Tensor:
        """The stage, and the norm after it."""
        x = super().build(x, scaling)
        return stage_norm(x) if self.end_norm else x

    def enter(self, x: Tensor, scaling: Scaling) -> tuple[Tensor, int]:
        """Overlapping patches, where anything changes."""
        width = self.output(scaling)
        if self.stride > 1 or x.channels != width:
            x = patch_embed(x, width, stride=self.stride)
        return x, 1

    def unit(self, x: Tensor, at: Place) -> Tensor:  # noqa: ARG002
        """One block, which keeps its input's shape."""
        style = VANStyle(self.kernel, self.dilation, self.mlp_kernel)
        return van_block(x, self.expansion, style)
