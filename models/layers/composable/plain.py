"""Stages of plain convolutions, and of fire modules."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import act, conv, max_pool, norm
from archmeter.models.layers.composable.part import AnyActivation, Ratio, Scaling
from archmeter.models.layers.composable.stage import Place, WidthStage, refuse_below
from archmeter.models.layers.fire import Bypass, Fire, fire
from archmeter.models.layers.kernels import OddKernel
from archmeter.models.spec import Flag


class ConvStage(WidthStage):
    """Convolutions one after another, each with norm and activation; VGG's, arXiv:1409.1556."""

    block: Literal["conv"]
    kernel: OddKernel = Field(default=3, description="Side of the convolutions; odd.")
    norm: Literal["none", "batch", "group"] = Field(
        default="batch", description="Norm after each convolution; without any they have biases."
    )
    activation: AnyActivation = Field(
        default="relu", description="Activation after each convolution."
    )
    end_pool: Flag = Field(
        default=False, description="A 2x2 max pool, stride 2, ends the stage, as in VGG."
    )

    def build(self, x: Tensor, scaling: Scaling) -> Tensor:
        """The stage, and the pool after it."""
        x = super().build(x, scaling)
        return max_pool(x, 2, stride=2) if self.end_pool else x

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One convolution."""
        width, bare = self.output(at.scaling), self.norm == "none"
        y = conv(x, width, self.kernel, stride=at.stride, bias=bare)
        return act(y if self.norm == "none" else norm(y, self.norm), self.activation)


class FireStage(WidthStage):
    """Fire modules, behind a max pool that strides; Iandola et al. 2016, arXiv:1602.07360."""

    block: Literal["fire"]
    squeeze_ratio: Ratio = Field(default=0.125, description="Squeezed ÷ expanded channels.")
    share_3x3: float = Field(
        default=0.5,
        ge=0.01,
        le=0.99,
        allow_inf_nan=False,
        description="Share of the expanded channels made by 3x3 convolutions, the rest by 1x1.",
    )
    bypass: Bypass = Field(
        default="none",
        description="Shortcuts around fire modules: where shapes agree, or everywhere with 1x1 "
        "convolutions.",
    )

    def enter(self, x: Tensor, scaling: Scaling) -> tuple[Tensor, int]:  # noqa: ARG002
        """A max pool, where the map changes."""
        return halved(x, self.stride), 1

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One module."""
        expanded = self.output(at.scaling)
        refuse_below(expanded, 2)
        expand_3x3 = min(expanded - 1, max(1, round(self.share_3x3 * expanded)))
        squeeze = max(1, round(self.squeeze_ratio * expanded))
        return fire(x, Fire(squeeze, expanded - expand_3x3, expand_3x3), bypass=self.bypass)


def halved(x: Tensor, stride: int) -> Tensor:
    """A 3x3 max pool that rounds up, before blocks that cannot stride; x itself at stride 1."""
    if stride == 1:
        return x
    with x.graph.scope("downsample"):
        return max_pool(x, 3, stride=stride, ceil=True)
