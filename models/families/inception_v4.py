"""Inception v4: Szegedy et al. 2016. The modules of v3, more uniform and more of them."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.heads import dropout_classifier
from archmeter.models.layers.inception import (
    Step,
    inception_a,
    inception_b,
    inception_c,
    reduction_a,
    reduction_b,
    stem_v4,
)
from archmeter.models.scaling import scale_depths, scale_width
from archmeter.models.spec import ConvolutionalSpec, Family, Paper, Preset, Resolution, Width

Depth = Annotated[int, Field(ge=1, le=2048)]


class InceptionV4Spec(ConvolutionalSpec):
    """Three kinds of modules on maps of 35, 17 and 8 pixels a side; Figs. 3-9."""

    family: Literal["inception_v4"] = "inception_v4"
    resolution: Resolution = Field(
        default=(299, 299), description="Input side in pixels, or [height, width]."
    )
    depth: tuple[Depth, ...] = Field(
        default=(4, 7, 3),
        min_length=3,
        max_length=3,
        description="Modules of each of the three stages, reductions not counted.",
    )
    stem_widths: tuple[Width, ...] = Field(
        default=(32, 32, 64, 96, 64, 96, 64, 64, 64, 96, 192),
        min_length=11,
        max_length=11,
        description="Channels of the stem's convolutions: three in a row; one beside a pool; two "
        "branches, 1x1, 3x3 and 1x1, 1x7, 7x1, 3x3; one beside a pool.",
    )
    a_widths: tuple[Width, ...] = Field(
        default=(96, 64, 96, 64, 96, 96, 96),
        min_length=7,
        max_length=7,
        description="Branches of the modules of stage 1: 1x1; 1x1, 3x3; 1x1, 3x3, 3x3; 1x1 after "
        "the pool.",
    )
    reduction_a_widths: tuple[Width, ...] = Field(
        default=(384, 192, 224, 256),
        min_length=4,
        max_length=4,
        description="Branches that halve the map before stage 2: 3x3; 1x1, 3x3, 3x3 (n, k, l and "
        "m of Table 1).",
    )
    b_widths: tuple[Width, ...] = Field(
        default=(384, 192, 224, 256, 192, 192, 224, 224, 256, 128),
        min_length=10,
        max_length=10,
        description="Branches of the modules of stage 2: 1x1; 1x1, 1xn, nx1; 1x1, nx1, 1xn, nx1, "
        "1xn; 1x1 after the pool.",
    )
    n: Literal[3, 5, 7, 9, 11] = Field(
        default=7, description="The n of the 1xn and nx1 convolutions of stage 2."
    )
    reduction_b_widths: tuple[Width, ...] = Field(
        default=(192, 192, 256, 256, 320, 320),
        min_length=6,
        max_length=6,
        description="Branches that halve the map before stage 3: 1x1, 3x3; 1x1, 1xn, nx1, 3x3.",
    )
    c_widths: tuple[Width, ...] = Field(
        default=(256, 384, 256, 384, 448, 512, 256, 256),
        min_length=8,
        max_length=8,
        description="Branches of the modules of stage 3: 1x1; 1x1, each of 1x3 and 3x1; 1x1, 3x1, "
        "1x3, each of 1x3 and 3x1; 1x1 after the pool.",
    )
    dropout: float = Field(
        default=0.0, ge=0, lt=1, description="Rate of the dropout before the classifier."
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, three stages, the later two behind a reduction, classifier."""
        depths = scale_depths(self.depth, self.depth_multiplier)
        with x.graph.scope("stem"):
            x = stem_v4(x, self._scaled(self.stem_widths))
        with x.graph.scope("stage1"):
            widths = self._scaled(self.a_widths)
            for _ in range(depths[0]):
                x = inception_a(x, widths, pool="average")
        with x.graph.scope("stage2"):
            x = reduction_a(x, self._scaled(self.reduction_a_widths))
            widths = self._scaled(self.b_widths)
            for _ in range(depths[1]):
                x = inception_b(x, widths, pool="average", n=self.n)
        with x.graph.scope("stage3"):
            x = reduction_b(x, self._scaled(self.reduction_b_widths), n=self.n)
            one, two1, two2, three1, three2, three3, three4, pooled = self._scaled(self.c_widths)
            forks = (
                (Step(two1), Step(two2)),
                (Step(three1), Step(three2, (3, 1)), Step(three3, (1, 3)), Step(three4)),
            )
            for _ in range(depths[2]):
                x = inception_c(x, one, *forks, pooled=pooled, pool="average")
        return dropout_classifier(x, self.num_classes, self.dropout)

    def _scaled(self, widths: tuple[int, ...]) -> list[int]:
        return [scale_width(width, self.width_multiplier) for width in widths]


_preset = partial(Preset, InceptionV4Spec)

FAMILY = Family(
    title="Inception v4",
    summary="Uniform modules for each size of map, and a stem that branches too.",
    paper=Paper(
        "Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning",
        "Szegedy, Ioffe, Vanhoucke, Alemi",
        2016,
        "https://arxiv.org/abs/1602.07261",
    ),
    spec=InceptionV4Spec,
    presets=(_preset("inception_v4", {}, "Szegedy et al. 2016, Figs. 3-9; timm"),),
)
