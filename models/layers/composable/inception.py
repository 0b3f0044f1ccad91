"""Stages of Inception modules, each branch of which has widths of its own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.composable.part import Scaling
from archmeter.models.layers.composable.plain import halved
from archmeter.models.layers.composable.stage import Place, RepeatingStage
from archmeter.models.layers.inception import PoolKind, Unit, inception_a, inception_b
from archmeter.models.layers.inception_module import inception_v1, inception_v2
from archmeter.models.layers.inception_residual import inception_resnet_a, inception_resnet_b
from archmeter.models.layers.kernels import OddKernel
from archmeter.models.spec import Width

OptionalWidth = Annotated[int, Field(ge=0, le=16384)]
FourWidths = Annotated[tuple[Width, ...], Field(min_length=4, max_length=4)]
SixWidths = Annotated[tuple[Width, ...], Field(min_length=6, max_length=6)]
SevenWidths = Annotated[tuple[Width, ...], Field(min_length=7, max_length=7)]
TenWidths = Annotated[tuple[Width, ...], Field(min_length=10, max_length=10)]
SixOptionalWidths = Annotated[tuple[OptionalWidth, ...], Field(min_length=6, max_length=6)]


class _Modules(RepeatingStage):
    def enter(self, x: Tensor, scaling: Scaling) -> tuple[Tensor, int]:  # noqa: ARG002
        """A max pool, where the map changes."""
        return halved(x, self.stride), 1


class _Unit(RepeatingStage):
    norm: Literal["none", "batch"] = Field(
        default="batch", description="Norm after each convolution; without any they have biases."
    )

    def how(self) -> Unit:
        """What follows every convolution."""
        return Unit(norm=self.norm == "batch", bias=self.norm == "none")


class InceptionV1Stage(_Modules, _Unit):
    """1x1; 1x1, 3x3; 1x1, 5x5; pool, 1x1, side by side; Szegedy et al. 2014, arXiv:1409.4842."""

    block: Literal["inception_v1"]
    widths: SixWidths = Field(
        default=(64, 96, 128, 16, 32, 32),
        description="Branches: 1x1; 1x1, 3x3; 1x1, 5x5; the 1x1 after the pool.",
    )
    large_kernel: OddKernel = Field(default=5, description="Side of the largest convolution; odd.")

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One module."""
        return inception_v1(x, scaled(self.widths, at.scaling), self.large_kernel, how=self.how())


class InceptionV2Stage(_Unit):
    """1x1; 1x1, 3x3; 1x1, 3x3, 3x3; pool, 1x1: Ioffe & Szegedy 2015, arXiv:1502.03167.

    Where it strides, the last convolution of each branch and the pool do.
    """

    block: Literal["inception_v2"]
    widths: SixOptionalWidths = Field(
        default=(64, 64, 64, 64, 96, 32),
        description="Branches: 1x1; 1x1, 3x3; 1x1, 3x3 and 3x3 alike; the 1x1 after the pool. 0 "
        "leaves a convolution out.",
    )
    pool: PoolKind = Field(
        default="padded_average",
        description="Pool of the last branch where the module does not stride; a max pool does.",
    )

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One module."""
        return inception_v2(
            x,
            scaled(self.widths, at.scaling),
            stride=at.stride,
            pool=self.pool,
            how=self.how(),
        )


class InceptionAStage(_Modules):
    """1x1; 1x1, 5x5; 1x1, 3x3, 3x3; pool, 1x1: Szegedy et al. 2015, arXiv:1512.00567, Fig. 5."""

    block: Literal["inception_a"]
    widths: SevenWidths = Field(
        default=(64, 48, 64, 64, 96, 96, 64),
        description="Branches: 1x1; 1x1, kxk; 1x1, 3x3, 3x3; the 1x1 after the pool.",
    )
    kernel: OddKernel = Field(default=5, description="Side of the second branch's kxk; odd.")
    pool: PoolKind = Field(default="padded_average", description="Pool of the last branch.")

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One module."""
        widths = scaled(self.widths, at.scaling)
        return inception_a(x, widths, pool=self.pool, kernel=self.kernel)


class InceptionBStage(_Modules):
    """Convolutions factorized into 1xn and nx1: arXiv:1512.00567, Fig. 6."""

    block: Literal["inception_b"]
    widths: TenWidths = Field(
        default=(192, 128, 128, 192, 128, 128, 128, 128, 192, 192),
        description="Branches: 1x1; 1x1, 1xn, nx1; 1x1, nx1, 1xn, nx1, 1xn; the 1x1 after the "
        "pool.",
    )
    n: OddKernel = Field(default=7, description="The n of the 1xn and nx1 convolutions; odd.")
    pool: PoolKind = Field(default="padded_average", description="Pool of the last branch.")

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One module."""
        return inception_b(x, scaled(self.widths, at.scaling), pool=self.pool, n=self.n)


class _ResidualModules(_Modules):
    residual_scale: float = Field(
        default=0.17,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Factor of what a module adds to its input.",
    )


class InceptionResNetAStage(_ResidualModules):
    """1x1; 1x1, 3x3; 1x1, 3x3, 3x3, added to their input: arXiv:1602.07261, Fig. 10 and 16."""

    block: Literal["inception_resnet_a"]
    widths: SixWidths = Field(
        default=(32, 32, 32, 32, 48, 64),
        description="Branches: 1x1; 1x1, 3x3; 1x1, 3x3, 3x3.",
    )

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One module, which keeps its input's shape."""
        return inception_resnet_a(x, scaled(self.widths, at.scaling), self.residual_scale)


class InceptionResNetBStage(_ResidualModules):
    """1x1; 1x1, 1xn, nx1, added to their input: arXiv:1602.07261, Fig. 11 and 17."""

    block: Literal["inception_resnet_b"]
    widths: FourWidths = Field(
        default=(192, 128, 160, 192), description="Branches: 1x1; 1x1, 1xn, nx1."
    )
    n: OddKernel = Field(default=7, description="The n of the 1xn and nx1 convolutions; odd.")

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One module, which keeps its input's shape."""
        return inception_resnet_b(x, scaled(self.widths, at.scaling), self.residual_scale, n=self.n)


def scaled(widths: tuple[int, ...], scaling: Scaling) -> list[int]:
    """Widths of branches, scaled; those that are left out stay so."""
    return [width and scaling.channels(width) for width in widths]
