"""Stages of mobile blocks: depthwise separable convolutions, inverted residuals, shuffle units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor
from archmeter.models.layers.composable.attention import (
    NO_ATTENTION,
    AnyAttention,
    MobileAttention,
    MobileSqueezeExcite,
)
from archmeter.models.layers.composable.part import Ratio, Scaling
from archmeter.models.layers.composable.stage import Groups, Place, WidthStage, refuse_below
from archmeter.models.layers.kernels import OddKernel
from archmeter.models.layers.mbconv import InnerAttention, depthwise_separable, fused_mbconv, mbconv
from archmeter.models.layers.shuffle import EntrySplit, grouped_shuffle_unit, split_shuffle_unit
from archmeter.models.ops import ActivationKind
from archmeter.models.scaling import make_divisible
from archmeter.models.spec import Flag


class _Mobile(WidthStage):
    kernel: OddKernel = Field(default=3, description="Side of the spatial convolution; odd.")
    activation: ActivationKind = Field(default="relu6", description="The nonlinearity of a block.")


class DepthwiseSeparableStage(_Mobile):
    """A depthwise and a pointwise convolution; Howard et al. 2017, arXiv:1704.04861."""

    block: Literal["depthwise_separable"]
    depthwise_norm: Flag = Field(
        default=True, description="Norm and activation after the depthwise convolution."
    )

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        return depthwise_separable(
            x,
            at.scaling.channels(self.width),
            self.kernel,
            stride=at.stride,
            act_kind=self.activation,
            bare=not self.depthwise_norm,
        )


class _Expanding(_Mobile):
    expansion: Ratio = Field(
        default=6.0, description="Inner channels ÷ input of a block, rounded to a multiple of 8."
    )
    unit_expansion: Flag = Field(
        default=False, description="Keep the convolution that expands where the expansion is 1."
    )
    attention: MobileAttention = Field(
        default=NO_ATTENTION, description="Attention on the inner channels."
    )

    def mid(self, x: Tensor) -> int:
        """Inner channels of a block on x; 0 where nothing expands them."""
        if self.expansion == 1 and not self.unit_expansion:
            return 0
        return make_divisible(x.channels * self.expansion)

    def expanded(self, x: Tensor, at: Place, block: Callable[..., Tensor]) -> Tensor:
        """One block that expands its input."""
        return block(
            x,
            self.mid(x),
            at.scaling.channels(self.width),
            self.kernel,
            stride=at.stride,
            act_kind=self.activation,
            squeeze=self.inner_attention(x),
        )

    def inner_attention(self, x: Tensor) -> InnerAttention:
        """The attention of a block on x."""
        if isinstance(self.attention, MobileSqueezeExcite):
            return self.attention.squeeze(x.channels, self.mid(x) or x.channels)
        return self.attention.how()


class MBConvStage(_Expanding):
    """1x1, depthwise, 1x1; Sandler et al. 2018, arXiv:1801.04381."""

    block: Literal["mbconv"]

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        return self.expanded(x, at, mbconv)


class FusedMBConvStage(_Expanding):
    """A full convolution in place of 1x1 and depthwise; Tan & Le 2021, arXiv:2104.00298."""

    block: Literal["fused_mbconv"]

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        return self.expanded(x, at, fused_mbconv)


class GroupedShuffleStage(WidthStage):
    """Grouped 1x1 convolutions around a depthwise 3x3; Zhang et al. 2017, arXiv:1707.01083."""

    block: Literal["grouped_shuffle_unit"]
    groups: Groups = Field(default=1, description="Groups of the 1x1 convolutions.")
    first_grouped: Flag = Field(
        default=True,
        description="Whether the first 1x1 convolution of the stage is grouped too; not where its "
        "input is small.",
    )
    attention: AnyAttention = Field(
        default=NO_ATTENTION, description="Attention on what a unit adds or concatenates."
    )

    @field_validator("groups")
    @classmethod
    def _divide(cls, groups: int, info: ValidationInfo) -> int:
        width = info.data.get("width", 0)
        if groups > 1 and width % (4 * groups):
            raise PydanticCustomError(
                "not_divisible",
                "the width {width} is not a multiple of 4 x {groups} groups",
                {"width": width, "groups": groups, "fits": f"a divisor of {width / 4:g}"},
            )
        return groups

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        width = self.output(at.scaling)
        refuse_below(width, 4)
        _refuse_other_width(x, width, at.stride)
        return grouped_shuffle_unit(
            x,
            width,
            stride=at.stride,
            groups=self.groups,
            first_groups=self.groups if self.first_grouped or at.position else 1,
            attention=self.attention.how(),
        )

    def output(self, scaling: Scaling) -> int:
        """Channels after the stage: a quarter of them divides into the groups."""
        return scaling.channels(self.width, 4 * self.groups)


class SplitShuffleStage(WidthStage):
    """Half of the channels computed, then mixed; Ma et al. 2018, arXiv:1807.11164."""

    block: Literal["split_shuffle_unit"]
    split: EntrySplit = Field(
        default="even",
        description="How the two branches of a unit that strides share its width: evenly, or one "
        "keeps the channels of the input.",
    )
    residual: Flag = Field(default=False, description="Add their input to the computed halves.")
    attention: AnyAttention = Field(
        default=NO_ATTENTION, description="Attention on the computed halves."
    )

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        width = self.output(at.scaling)
        refuse_below(width, 2)
        _refuse_other_width(x, width, at.stride)
        return split_shuffle_unit(
            x,
            width,
            stride=at.stride,
            split=self.split,
            residual=self.residual,
            attention=self.attention.how(),
        )


def _refuse_other_width(x: Tensor, width: int, stride: int) -> None:
    if stride == 1 and x.channels != width:
        raise ShapeError(
            f"a unit that does not stride keeps its {x.channels} channels; it cannot make {width}"
        )
