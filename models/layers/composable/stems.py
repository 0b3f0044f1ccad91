"""Stems of composed networks: from the image to the channels of the first stage."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import NormKind, act, conv, max_pool, norm
from archmeter.models.layers.channel_norm import PositionNormKind
from archmeter.models.layers.composable.part import (
    AnyActivation,
    ByName,
    OptionalActivation,
    Part,
    Scaling,
)
from archmeter.models.layers.inception import stem_v3, stem_v4
from archmeter.models.layers.kernels import OddKernel
from archmeter.models.layers.knobs import AnyNorm, PoolOfStem, StandardizedConvs
from archmeter.models.layers.stems import Stem, StemKind, StemPool, overlapping_convs, patches
from archmeter.models.layers.stems import stem as resnet_stem
from archmeter.models.layers.van_block import overlapping_patches
from archmeter.models.ops import ActivationKind
from archmeter.models.spec import Flag, Width


class StemPart(Part, ABC):
    """The first layers of a network."""

    kind: str

    def __str__(self) -> str:
        return self.kind

    @abstractmethod
    def build(self, x: Tensor, scaling: Scaling) -> Tensor:
        """The layers, applied to the image."""


class NoStem(StemPart):
    """None: the first stage sees the image, as in VGG."""

    kind: Literal["none"]

    def build(self, x: Tensor, scaling: Scaling) -> Tensor:  # noqa: ARG002
        """The image itself."""
        return x


class ConvStem(StemPart):
    """One convolution, with norm and activation; as in RegNet and the mobile networks."""

    kind: Literal["conv"]
    width: Width = Field(default=32, description="Channels of the convolution.")
    kernel: OddKernel = Field(default=3, description="Side of the convolution; odd.")
    stride: int = Field(default=2, ge=1, le=4, description="Stride of the convolution.")
    padded: Flag = Field(
        default=True, description="Zeros around the image, so that its borders count in full."
    )
    norm: Literal["none", NormKind] = Field(
        default="batch", description="Norm after the convolution; without any it has biases."
    )
    activation: OptionalActivation = Field(
        default="relu",
        description="Activation at the end; none before pre-activation blocks.",
    )
    pool: Literal["none", "max", "max_ceil"] = Field(
        default="none", description="3x3 max pool, stride 2, with padding or rounding up without."
    )

    def build(self, x: Tensor, scaling: Scaling) -> Tensor:
        """The convolution, and what follows it."""
        with x.graph.scope("stem"):
            bare = self.norm == "none"
            width = scaling.channels(self.width)
            padding = None if self.padded else 0
            x = conv(x, width, self.kernel, stride=self.stride, padding=padding, bias=bare)
            x = x if self.norm == "none" else norm(x, self.norm)
            x = x if self.activation == "none" else act(x, self.activation)
            if self.pool == "none":
                return x
            ceil = self.pool == "max_ceil"
            return max_pool(x, 3, stride=2, padding=0 if ceil else 1, ceil=ceil)


class _ResNetLike(StemPart):
    width: Width = Field(default=64, description="Channels after the stem.")
    norm: AnyNorm = "batch"
    activation: AnyActivation = Field(default="relu", description="Activation after each norm.")
    bare_end: Flag = Field(
        default=False,
        description="No norm and activation after the last convolution, because pre-activation "
        "blocks begin with theirs.",
    )
    standardized: StandardizedConvs = False

    def how(self, kind: StemKind, scaling: Scaling, pool: StemPool = "max") -> Stem:
        """The stem, scaled."""
        width = scaling.channels(self.width)
        return Stem(kind, width, pool, self.norm, self.bare_end, self.activation, self.standardized)


class ResNetStem(_ResNetLike):
    """One 7x7 convolution or three 3x3 (ResNet-C; tiered as in timm's ResNet-T), and a pool."""

    kind: Literal["conv7", "deep", "deep_tiered"]
    pool: PoolOfStem = "max"

    def build(self, x: Tensor, scaling: Scaling) -> Tensor:
        """(N, C, H, W) -> (N, width, H/4, W/4)."""
        return resnet_stem(x, self.how(self.kind, scaling, self.pool))


class CifarStem(_ResNetLike):
    """One 3x3 convolution without downsampling, for images of 32x32."""

    kind: Literal["cifar"]
    width: Width = Field(default=16, description="Channels after the stem.")

    def build(self, x: Tensor, scaling: Scaling) -> Tensor:
        """(N, C, H, W) -> (N, width, H, W)."""
        return resnet_stem(x, self.how(self.kind, scaling))


class _Normed(StemPart):
    width: Width = Field(default=96, description="Channels after the stem.")
    norm: Literal["none", PositionNormKind] = Field(
        default="layer",
        description="Norm at the end, over the channels of each position: layer norm, or division "
        "by their root mean square or by their standard deviation.",
    )


class PatchStem(_Normed):
    """One convolution of patches; Liu et al. 2022, arXiv:2201.03545."""

    kind: Literal["patches"]
    patch: int = Field(default=4, ge=1, le=64, description="Side of a patch.")

    def build(self, x: Tensor, scaling: Scaling) -> Tensor:
        """(N, C, H, W) -> (N, width, H/patch, W/patch)."""
        width = scaling.channels(self.width)
        if self.norm == "none":
            return patches(x, width, self.patch, normed=False)
        return patches(x, width, self.patch, norm_kind=self.norm)


class OverlapStem(_Normed):
    """Two 3x3 convolutions of stride 2, as in timm's smaller ConvNeXts."""

    kind: Literal["overlap"]
    tiered: Flag = Field(
        default=False, description="The first convolution is half as wide as the second."
    )
    activation: Literal["none", ActivationKind] = Field(
        default="none", description="Activation between the convolutions."
    )

    def build(self, x: Tensor, scaling: Scaling) -> Tensor:
        """(N, C, H, W) -> (N, width, H/4, W/4)."""
        return overlapping_convs(
            x,
            scaling.channels(self.width),
            tiered=self.tiered,
            normed=self.norm != "none",
            norm_kind="layer" if self.norm == "none" else self.norm,
            act_kind=None if self.activation == "none" else self.activation,
        )


class EmbeddingStem(StemPart):
    """One convolution whose patches overlap, and a norm; Guo et al. 2022, arXiv:2202.09741."""

    kind: Literal["overlapping_patches"]
    width: Width = Field(default=64, description="Channels after the stem.")
    kernel: OddKernel = Field(default=7, description="Side of a patch; odd.")
    stride: int = Field(default=4, ge=1, le=16, description="Pixels from one patch to the next.")

    def build(self, x: Tensor, scaling: Scaling) -> Tensor:
        """(N, C, H, W) -> (N, width, H/stride, W/stride)."""
        with x.graph.scope("stem"):
            width = scaling.channels(self.width)
            return overlapping_patches(x, width, self.kernel, stride=self.stride)


class InceptionV3Stem(StemPart):
    """Five convolutions and a pool, mostly without padding; arXiv:1512.00567."""

    kind: Literal["inception_v3"]
    widths: Annotated[tuple[Width, ...], Field(min_length=5, max_length=5)] = Field(
        default=(32, 32, 64, 80, 192), description="Channels of the convolutions."
    )

    def build(self, x: Tensor, scaling: Scaling) -> Tensor:
        """(N, C, 299, 299) -> (N, widths[-1], 71, 71)."""
        with x.graph.scope("stem"):
            return stem_v3(x, [scaling.channels(width) for width in self.widths])


class InceptionV4Stem(StemPart):
    """Pools and strided convolutions side by side; arXiv:1602.07261, Fig. 3."""

    kind: Literal["inception_v4"]
    widths: Annotated[tuple[Width, ...], Field(min_length=11, max_length=11)] = Field(
        default=(32, 32, 64, 96, 64, 96, 64, 64, 64, 96, 192),
        description="Channels of the convolutions, in the order of the figure.",
    )

    def build(self, x: Tensor, scaling: Scaling) -> Tensor:
        """(N, C, 299, 299) -> (N, C', 35, 35)."""
        with x.graph.scope("stem"):
            return stem_v4(x, [scaling.channels(width) for width in self.widths])


AnyStem = Annotated[
    ConvStem
    | ResNetStem
    | CifarStem
    | PatchStem
    | OverlapStem
    | EmbeddingStem
    | InceptionV3Stem
    | InceptionV4Stem
    | NoStem,
    Field(discriminator="kind"),
    ByName(),
]
