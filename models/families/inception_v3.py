"""Inception v3: Szegedy et al. 2015. Convolutions factorized into 1xn and nx1."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.head import auxiliary_head
from archmeter.models.layers.basics import avg_pool, flatten, global_avg_pool, linear, max_pool
from archmeter.models.layers.heads import dropout_classifier
from archmeter.models.layers.inception import (
    Step,
    chain,
    inception_a,
    inception_b,
    inception_c,
    reduction_a,
    reduction_b,
    stem_v3,
)
from archmeter.models.layers.stretch import stretch
from archmeter.models.scaling import scale_depths, scale_width
from archmeter.models.spec import ConvolutionalSpec, Family, Flag, Paper, Preset, Resolution, Width

PerModule = Annotated[tuple[Width, ...], Field(min_length=1, max_length=256)]


class InceptionV3Spec(ConvolutionalSpec):
    """Three kinds of modules on maps of 35, 17 and 8 pixels a side; Table 1 and Figs. 5-7."""

    family: Literal["inception_v3"] = "inception_v3"
    resolution: Resolution = Field(
        default=(299, 299), description="Input side in pixels, or [height, width]."
    )
    stem_widths: tuple[Width, ...] = Field(
        default=(32, 32, 64, 80, 192),
        min_length=5,
        max_length=5,
        description="Channels of the stem's convolutions.",
    )
    a_widths: tuple[Width, ...] = Field(
        default=(64, 48, 64, 64, 96, 96),
        min_length=6,
        max_length=6,
        description="Branches of the modules of stage 1: 1x1; 1x1, 5x5; 1x1, 3x3, 3x3.",
    )
    a_pool_widths: PerModule = Field(
        default=(32, 64, 64),
        description="For each module of stage 1, the 1x1 after its pool.",
    )
    a_kernel: Literal[3, 5] = Field(
        default=5, description="Kernel of the second branch in stage 1."
    )
    reduction_a_widths: tuple[Width, ...] = Field(
        default=(384, 64, 96, 96),
        min_length=4,
        max_length=4,
        description="Branches that halve the map before stage 2: 3x3; 1x1, 3x3, 3x3.",
    )
    b_widths: tuple[Width, ...] = Field(
        default=(192, 192, 192, 192),
        min_length=4,
        max_length=4,
        description="Outputs of the four branches of the modules of stage 2.",
    )
    b_inner_widths: PerModule = Field(
        default=(128, 160, 160, 192),
        description="For each module of stage 2, the channels inside its factorized branches.",
    )
    n: Literal[3, 5, 7, 9, 11] = Field(
        default=7, description="The n of the 1xn and nx1 convolutions of stage 2."
    )
    reduction_b_widths: tuple[Width, ...] = Field(
        default=(192, 320, 192, 192, 192, 192),
        min_length=6,
        max_length=6,
        description="Branches that halve the map before stage 3: 1x1, 3x3; 1x1, 1xn, nx1, 3x3.",
    )
    c_widths: tuple[Width, ...] = Field(
        default=(320, 384, 384, 448, 384, 384, 192),
        min_length=7,
        max_length=7,
        description="Branches of the modules of stage 3: 1x1; 1x1, each of 1x3 and 3x1; 1x1, 3x3, "
        "each of 1x3 and 3x1; 1x1 after the pool.",
    )
    c_modules: int = Field(default=2, ge=1, le=256, description="Modules of stage 3.")
    aux_heads: Flag = Field(
        default=False,
        description="An auxiliary classifier after stage 2, which is run only while training.",
    )
    aux_widths: tuple[Width, ...] = Field(
        default=(128, 768),
        min_length=2,
        max_length=2,
        description="Channels of the auxiliary head's 1x1 and 5x5.",
    )
    dropout: float = Field(
        default=0.0, ge=0, lt=1, description="Rate of the dropout before the classifier."
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, three stages, the later two behind a reduction, classifier."""
        with x.graph.scope("stem"):
            x = max_pool(stem_v3(x, self._scaled(*self.stem_widths)), 3, stride=2)
        with x.graph.scope("stage1"):
            for pooled in stretch(self.a_pool_widths, self.depth_multiplier):
                widths = self._scaled(*self.a_widths, pooled)
                x = inception_a(x, widths, pool="padded_average", kernel=self.a_kernel)
        with x.graph.scope("stage2"):
            x = reduction_a(x, self._scaled(*self.reduction_a_widths))
            one, two, three, pooled = self.b_widths
            for c in stretch(self.b_inner_widths, self.depth_multiplier):
                widths = self._scaled(one, c, c, two, c, c, c, c, three, pooled)
                x = inception_b(x, widths, pool="padded_average", n=self.n)
        if self.aux_heads:
            auxiliary_head(x, "aux1", self._auxiliary)
        with x.graph.scope("stage3"):
            x = reduction_b(x, self._scaled(*self.reduction_b_widths), n=self.n)
            one, two1, two2, three1, three2, three3, pooled = self._scaled(*self.c_widths)
            forks = (Step(two1), Step(two2)), (Step(three1), Step(three2, 3), Step(three3))
            for _ in range(*scale_depths((self.c_modules,), self.depth_multiplier)):
                x = inception_c(x, one, *forks, pooled=pooled, pool="padded_average")
        return dropout_classifier(x, self.num_classes, self.dropout)

    def _auxiliary(self, x: Tensor) -> Tensor:
        """Pool, 1x1 and 5x5 convolutions, classifier: 17 pixels a side become 5, then 1."""
        first, second = self._scaled(*self.aux_widths)
        x = chain(avg_pool(x, 5, stride=3), Step(first), Step(second, 5, 1, 0))
        x = flatten(global_avg_pool(x))
        return linear(x, self.num_classes) if self.num_classes else x

    def _scaled(self, *widths: int) -> list[int]:
        return [scale_width(width, self.width_multiplier) for width in widths]


_preset = partial(Preset, InceptionV3Spec)

FAMILY = Family(
    title="Inception v3",
    summary="Large convolutions factorized into 1xn and nx1, and maps halved without bottlenecks.",
    paper=Paper(
        "Rethinking the Inception Architecture for Computer Vision",
        "Szegedy, Vanhoucke, Ioffe, Shlens, Wojna",
        2015,
        "https://arxiv.org/abs/1512.00567",
    ),
    spec=InceptionV3Spec,
    presets=(
        _preset("inception_v3", {}, "Szegedy et al. 2015, Table 1; timm"),
        _preset(
            "inception_v3_aux",
            {"aux_heads": True, "dropout": 0.5},
            "Szegedy et al. 2015, §4; torchvision",
        ),
    ),
)
