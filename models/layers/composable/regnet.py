"""Stages of the grouped bottlenecks of RegNets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import NormKind
from archmeter.models.layers.composable.attention import (
    NO_ATTENTION,
    NarrowAttention,
    NarrowSqueezeExcite,
)
from archmeter.models.layers.composable.part import Ratio
from archmeter.models.layers.composable.stage import BottleneckedStage, Place
from archmeter.models.layers.kernels import OddKernel
from archmeter.models.layers.x_block import XShortcut, XStyle, preact_x_block, x_block
from archmeter.models.ops import ActivationKind
from archmeter.models.spec import Flag


class _XStage(BottleneckedStage):
    expansion: Ratio = Field(
        default=1.0, description="Output ÷ inner channels of a block; 0.25 in RegNetZ."
    )
    kernel: OddKernel = Field(default=3, description="Side of the spatial convolution; odd.")
    attention: NarrowAttention = Field(
        default=NO_ATTENTION, description="Attention on the inner channels, as in RegNetY."
    )
    shortcut: XShortcut = Field(
        default="conv",
        description="Where shapes differ: a strided 1x1 convolution, an average pool before a "
        "1x1, or no shortcut.",
    )
    norm: NormKind = Field(default="batch", description="Batch norm, or group norm.")
    norm_group_width: int = Field(
        default=16, ge=1, le=1024, description="Channels of a group of the group norm."
    )
    activation: ActivationKind = Field(default="relu", description="The nonlinearity of a block.")

    def style(self) -> XStyle:
        """What the blocks have in common."""
        style = XStyle(
            shortcut=self.shortcut,
            norm=self.norm,
            norm_group_width=self.norm_group_width,
            act=self.activation,
            kernel=self.kernel,
        )
        if isinstance(self.attention, NarrowSqueezeExcite):
            return style._replace(squeeze_ratio=1 / self.attention.reduction)
        return style._replace(attention=self.attention.how())

    def grouped(self, x: Tensor, at: Place, block: Callable[..., Tensor], style: XStyle) -> Tensor:
        """One block of a kind."""
        inner = self.inner(at.scaling)
        return block(
            x,
            inner.width,
            mid=inner.mid,
            group_width=inner.group_width,
            stride=at.stride,
            style=style,
        )


class XStage(_XStage):
    """RegNet's block: 1x1, grouped 3x3, 1x1; Radosavovic et al. 2020, arXiv:2003.13678."""

    block: Literal["x_block"]
    linear_end: Flag = Field(
        default=False, description="No activation after the addition, as in RegNetZ."
    )

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        return self.grouped(x, at, x_block, self.style()._replace(linear_end=self.linear_end))


class PreactXStage(_XStage):
    """RegNet's block with norm and activation before each convolution, as in timm's RegNetV."""

    block: Literal["preact_x_block"]

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        return self.grouped(x, at, preact_x_block, self.style())
