"""Stages of the residual blocks of depthwise separable convolutions: Xception's."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.composable.part import Scaling
from archmeter.models.layers.composable.stage import Place, WidthStage
from archmeter.models.layers.kernels import OddKernel
from archmeter.models.layers.separable import aligned_block, preact_aligned_block, xception_block
from archmeter.models.spec import Flag


class _Separable(WidthStage):
    convolutions: int = Field(
        default=3, ge=1, le=16, description="Separable convolutions of a block."
    )
    kernel: OddKernel = Field(default=3, description="Side of the depthwise convolutions; odd.")

    def widths(self, scaling: Scaling) -> tuple[int, ...]:
        """Channels after each convolution of a block."""
        return (self.output(scaling),) * self.convolutions


class XceptionStage(_Separable):
    """Activation, separable convolution and norm, again and again; a pool strides.

    Chollet 2016, arXiv:1610.02357.
    """

    block: Literal["xception_block"]
    first_activation: Flag = Field(
        default=True,
        description="Whether the first block of the stage begins with an activation; not after a "
        "stem that ends in one.",
    )

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        return xception_block(
            x,
            self.widths(at.scaling),
            stride=at.stride,
            kernel=self.kernel,
            starts_with_act=self.first_activation or at.position > 0,
        )


class AlignedStage(_Separable):
    """A chain of activation, depthwise, norm, pointwise, norm; the last one strides.

    Chen et al. 2018, arXiv:1802.02611.
    """

    block: Literal["aligned_block"]

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        return aligned_block(x, self.widths(at.scaling), stride=at.stride, kernel=self.kernel)


class PreactAlignedStage(_Separable):
    """A chain of norm, activation and separable convolution; the last one strides (timm)."""

    block: Literal["preact_aligned_block"]

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        return preact_aligned_block(
            x, self.widths(at.scaling), stride=at.stride, kernel=self.kernel
        )
