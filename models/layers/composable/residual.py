"""Stages of residual blocks, activated after or before their convolutions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.composable.attention import NO_ATTENTION, AnyAttention
from archmeter.models.layers.composable.part import AnyActivation, Rate, Ratio
from archmeter.models.layers.composable.stage import BottleneckedStage, Place, WidthStage
from archmeter.models.layers.kernels import OddKernel
from archmeter.models.layers.knobs import (
    AnyNorm,
    PooledShortcut,
    PoolInPlaceOfStride,
    ShortcutOfBlock,
    StandardizedConvs,
)
from archmeter.models.layers.preactivation import preact_basic, preact_bottleneck
from archmeter.models.layers.residual import BlockForm, Residual, basic, bottleneck
from archmeter.models.layers.selective_kernel import SelectiveKernels, sk_basic, sk_bottleneck
from archmeter.models.layers.senet_block import senet_bottleneck
from archmeter.models.layers.split_attention import (
    DownsamplingPool,
    SplitAttention,
    resnest_bottleneck,
)
from archmeter.models.spec import Flag

StridingConv = Literal["spatial", "1x1"]
SelectedKernels = Annotated[
    tuple[Literal[3, 5, 7, 9, 11, 13], ...], Field(min_length=1, max_length=6)
]


class _Shortcuts(WidthStage):
    """Blocks that add their input to their output, or a projection of it."""

    norm: AnyNorm = "batch"
    activation: AnyActivation = Field(default="relu", description="The nonlinearity of a block.")
    attention: AnyAttention = Field(
        default=NO_ATTENTION, description="Attention on what a block adds to its shortcut."
    )
    shortcut: ShortcutOfBlock = "B"
    pooled_shortcut: PooledShortcut = False

    def style(self) -> Residual:
        """What the blocks have in common."""
        return Residual(
            shortcut=self.shortcut,
            pooled_shortcut=self.pooled_shortcut,
            norm=self.norm,
            attention=self.attention.how(),
            act=self.activation,
        )


class _SpatialKernel(_Shortcuts):
    kernel: OddKernel = Field(default=3, description="Side of the spatial convolutions; odd.")

    def style(self) -> Residual:
        """What the blocks have in common."""
        return super().style()._replace(kernel=self.kernel)


class _Bottleneck(BottleneckedStage, _SpatialKernel):
    stride_on: StridingConv = Field(
        default="spatial",
        description="Convolution that strides: the spatial one (v1.5), or the first 1x1 as in the "
        "2015 paper.",
    )

    def style(self) -> Residual:
        """What the blocks have in common."""
        return super().style()._replace(stride_on_first=self.stride_on == "1x1")


def pooling(style: Residual, pool: PoolInPlaceOfStride) -> Residual:
    """The style, with a pool in place of strides if there is one."""
    if pool == "none":
        return style
    return style._replace(pooled_stride=True, strided_pool=pool)


class BasicStage(_SpatialKernel):
    """Two 3x3 convolutions around a shortcut; He et al. 2015, arXiv:1512.03385."""

    block: Literal["basic"]
    strided_pool: PoolInPlaceOfStride = "none"

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        style = pooling(self.style(), self.strided_pool)
        return basic(x, at.scaling.channels(self.width), stride=at.stride, style=style)


class BottleneckStage(_Bottleneck):
    """1x1, 3x3 and 1x1 around a shortcut; with groups, ResNeXt's (arXiv:1611.05431)."""

    block: Literal["bottleneck"]
    strided_pool: PoolInPlaceOfStride = "none"
    form: BlockForm = Field(
        default="c",
        description="How groups are written: a, paths that are added up; b, paths that are "
        "concatenated; c, a grouped convolution. Same weights, same MACs.",
    )

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        inner = self.inner(at.scaling)
        style = pooling(self.style(), self.strided_pool)
        style = style._replace(groups=inner.groups, form=self.form)
        return bottleneck(x, inner.mid, inner.width, stride=at.stride, style=style)


class PreactBasicStage(_SpatialKernel):
    """Norm and activation before each of two 3x3; He et al. 2016, arXiv:1603.05027."""

    block: Literal["preact_basic"]
    standardized: StandardizedConvs = False
    dropout: Rate = Field(default=0.0, description="Rate of the dropout between the convolutions.")

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        return preact_basic(
            x,
            at.scaling.channels(self.width),
            stride=at.stride,
            style=self.style()._replace(standardized=self.standardized),
            dropout_rate=self.dropout,
        )


class PreactBottleneckStage(_Bottleneck):
    """Norm and activation before 1x1, 3x3 and 1x1; He et al. 2016, arXiv:1603.05027."""

    block: Literal["preact_bottleneck"]
    standardized: StandardizedConvs = False

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        inner = self.inner(at.scaling)
        style = self.style()._replace(groups=inner.groups, standardized=self.standardized)
        return preact_bottleneck(x, inner.mid, inner.width, stride=at.stride, style=style)


class _Selective(BottleneckedStage, _Shortcuts):
    """A convolution that selects among kernels; Li et al. 2019, arXiv:1903.06586."""

    kernels: SelectedKernels = Field(
        default=(3, 5), description="Sizes to select from; the paper's M is their number."
    )
    dilated: Flag = Field(
        default=True, description="Dilated 3x3 convolutions in place of larger kernels."
    )
    split_input: Flag = Field(
        default=False,
        description="Share the input's channels out among the kernels (timm), instead of giving "
        "all of them to each.",
    )
    select_reduction: int = Field(
        default=16, ge=1, le=1024, description="Channels ÷ those of the selecting feature: r."
    )
    select_least: int = Field(
        default=32, ge=1, le=1024, description="Least channels of the selecting feature: L."
    )
    select_divisor: int = Field(
        default=1, ge=1, le=64, description="The selecting feature is a multiple of this."
    )

    def selection(self) -> SelectiveKernels:
        """How the convolutions select."""
        return SelectiveKernels(
            kernels=self.kernels,
            dilated=self.dilated,
            split=self.split_input,
            reduction=self.select_reduction,
            least=self.select_least,
            divisor=self.select_divisor,
        )


class SKBasicStage(_Selective):
    """Two convolutions around a shortcut, the first of which selects among kernels."""

    block: Literal["sk_basic"]
    expansion: Ratio = Field(
        default=1.0, description="Output ÷ channels between the convolutions of a block."
    )

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        inner = self.inner(at.scaling)
        style = self.style()._replace(groups=inner.groups)
        return sk_basic(x, inner.mid, inner.width, self.selection(), stride=at.stride, style=style)


class SKBottleneckStage(_Selective):
    """1x1, a convolution that selects among kernels, 1x1, around a shortcut."""

    block: Literal["sk_bottleneck"]

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        inner = self.inner(at.scaling)
        style = self.style()._replace(groups=inner.groups)
        return sk_bottleneck(
            x, inner.mid, inner.width, self.selection(), stride=at.stride, style=style
        )


class ResNeStBottleneckStage(BottleneckedStage, _Shortcuts):
    """1x1, split attention, 1x1; Zhang et al. 2020, arXiv:2004.08955.

    Its groups are the cardinal groups.
    """

    block: Literal["resnest_bottleneck"]
    radix: int = Field(
        default=2,
        ge=0,
        le=64,
        description="Splits of a cardinal group: R; 1 is squeeze-and-excitation in each group, "
        "0 a plain convolution.",
    )
    split_reduction: int = Field(
        default=4, ge=1, le=1024, description="Channels of all splits ÷ squeezed channels."
    )
    split_least: int = Field(
        default=32, ge=1, le=1024, description="Least squeezed channels of split attention."
    )
    downsampling_pool: DownsamplingPool = Field(
        default="after",
        description="Average pool that strides in place of the 3x3: after it, before it, or none.",
    )

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        inner = self.inner(at.scaling)
        return resnest_bottleneck(
            x,
            inner.mid,
            inner.width,
            SplitAttention(self.radix, inner.groups, self.split_reduction, self.split_least),
            stride=at.stride,
            pool=self.downsampling_pool,
            style=self.style(),
        )


class SENetBottleneckStage(BottleneckedStage, _SpatialKernel):
    """The bottleneck of SENet-154: its first 1x1 is narrower than its 3x3; arXiv:1709.01507."""

    block: Literal["senet_bottleneck"]
    first_reduction: int = Field(
        default=2, ge=1, le=16, description="Channels of the 3x3 ÷ those of the first 1x1."
    )
    shortcut_kernel: Literal[1, 3, 5, 7] = Field(
        default=3, description="Kernel of the projections that downsample."
    )

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""
        inner = self.inner(at.scaling)
        entry = max(1, inner.group_width // self.first_reduction)
        return senet_bottleneck(
            x,
            inner.groups * entry,
            inner.mid,
            inner.width,
            stride=at.stride,
            shortcut_kernel=self.shortcut_kernel,
            style=self.style()._replace(groups=inner.groups),
        )
