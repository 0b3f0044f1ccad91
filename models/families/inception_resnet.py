"""Inception-ResNet v1 and v2: Szegedy et al. 2016. Branches that are added to a shortcut."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.head import head
from archmeter.models.layers.basics import (
    conv,
    dropout,
    flatten,
    linear,
    max_pool,
    norm,
)
from archmeter.models.layers.inception import Step, inception_a, reduction_a, stem_v3, stem_v4, unit
from archmeter.models.layers.inception_residual import (
    inception_resnet_a,
    inception_resnet_b,
    inception_resnet_reduction,
)
from archmeter.models.layers.last_pool import last_pool
from archmeter.models.scaling import scale_depths, scale_width
from archmeter.models.spec import ConvolutionalSpec, Family, Flag, Paper, Preset, Resolution, Width

Depth = Annotated[int, Field(ge=1, le=2048)]
Share = Annotated[float, Field(ge=0, le=1)]
OptionalWidth = Annotated[int, Field(ge=0, le=16384)]

STEM_WIDTHS = (32, 32, 64, 80, 192)
STRIDED_WIDTH = 256
MIXED_WIDTHS = (96, 48, 64, 64, 96, 96, 64)
BRANCHED_WIDTHS = (32, 32, 64, 96, 64, 96, 64, 64, 64, 96, 192)
"""Channels of the stems, for a first convolution of `FIRST_WIDTH`."""

FIRST_WIDTH = 32


class InceptionResNetSpec(ConvolutionalSpec):
    """Inception modules that end in a 1x1 convolution, scaled down and added to their input."""

    family: Literal["inception_resnet"] = "inception_resnet"
    resolution: Resolution = Field(
        default=(299, 299), description="Input side in pixels, or [height, width]."
    )
    depth: tuple[Depth, ...] = Field(
        default=(10, 20, 10),
        min_length=3,
        max_length=3,
        description="Residual modules of each of the three stages, reductions not counted.",
    )
    stem: Literal["strided", "mixed", "branched"] = Field(
        default="mixed",
        description="strided: that of Inception v3 and a strided 3x3 (v1, Fig. 14); mixed: that of "
        "v3, a pool and a module of four branches (v2 as released); branched: that of Inception "
        "v4 (v2, Fig. 3).",
    )
    stem_width: Width = Field(
        default=FIRST_WIDTH,
        description="Channels of the first convolution; the others of the stem in proportion.",
    )
    a_widths: tuple[Width, ...] = Field(
        default=(32, 32, 32, 32, 48, 64),
        min_length=6,
        max_length=6,
        description="Branches of the modules of stage 1: 1x1; 1x1, 3x3; 1x1, 3x3, 3x3.",
    )
    reduction_a_widths: tuple[Width, ...] = Field(
        default=(384, 256, 256, 384),
        min_length=4,
        max_length=4,
        description="Branches that halve the map before stage 2: 3x3; 1x1, 3x3, 3x3 (n, k, l and "
        "m of Table 1).",
    )
    b_widths: tuple[Width, ...] = Field(
        default=(192, 128, 160, 192),
        min_length=4,
        max_length=4,
        description="Branches of the modules of stage 2: 1x1; 1x1, 1xn, nx1.",
    )
    n: Literal[3, 5, 7, 9, 11] = Field(
        default=7, description="The n of the 1xn and nx1 convolutions of stage 2."
    )
    reduction_b_widths: tuple[Width, ...] = Field(
        default=(256, 384, 256, 288, 256, 288, 320),
        min_length=7,
        max_length=7,
        description="Branches that halve the map before stage 3: 1x1, 3x3; 1x1, 3x3; 1x1, 3x3, "
        "3x3.",
    )
    c_widths: tuple[Width, ...] = Field(
        default=(192, 192, 224, 256),
        min_length=4,
        max_length=4,
        description="Branches of the modules of stage 3: 1x1; 1x1, 1x3, 3x1.",
    )
    residual_scales: tuple[Share, ...] = Field(
        default=(0.17, 0.1, 0.2),
        min_length=3,
        max_length=3,
        description="Factors of what the modules of each stage add to their input (§3.3).",
    )
    bare_end: Flag = Field(
        default=True,
        description="The last module neither scales what it adds, nor ends in a relu, as released.",
    )
    final_width: OptionalWidth = Field(
        default=1536, description="Channels of a 1x1 before the last pool; 0 for none."
    )
    embedding: OptionalWidth = Field(
        default=0,
        description="Normalised features between the last pool and the classifier, as in FaceNet; "
        "0 for none.",
    )
    dropout: float = Field(
        default=0.0, ge=0, lt=1, description="Rate of the dropout after the last pool."
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, three stages, the later two behind a reduction, classifier."""
        depths = scale_depths(self.depth, self.depth_multiplier)
        a_scale, b_scale, c_scale = self.residual_scales
        with x.graph.scope("stem"):
            x = self._stem(x)
        with x.graph.scope("stage1"):
            widths = self._scaled(self.a_widths)
            for _ in range(depths[0]):
                x = inception_resnet_a(x, widths, a_scale)
        with x.graph.scope("stage2"):
            x = reduction_a(x, self._scaled(self.reduction_a_widths))
            widths = self._scaled(self.b_widths)
            for _ in range(depths[1]):
                x = inception_resnet_b(x, widths, b_scale, n=self.n)
        with x.graph.scope("stage3"):
            x = inception_resnet_reduction(x, self._scaled(self.reduction_b_widths))
            widths = self._scaled(self.c_widths)
            for _ in range(depths[2] - 1):
                x = inception_resnet_b(x, widths, c_scale, n=3)
            last_scale = 1.0 if self.bare_end else c_scale
            x = inception_resnet_b(x, widths, last_scale, n=3, bare=self.bare_end)
        return head(self._head)(x)

    def _stem(self, x: Tensor) -> Tensor:
        factor = self.stem_width / FIRST_WIDTH
        if self.stem == "branched":
            return stem_v4(x, self._scaled(BRANCHED_WIDTHS, factor))
        x = stem_v3(x, self._scaled(STEM_WIDTHS, factor))
        if self.stem == "strided":
            (width,) = self._scaled((STRIDED_WIDTH,), factor)
            return unit(x, Step(width, 3, 2, 0))
        x = max_pool(x, 3, stride=2)
        return inception_a(x, self._scaled(MIXED_WIDTHS, factor), pool="average", kernel=5)

    def _head(self, x: Tensor) -> Tensor:
        if self.final_width:
            (width,) = self._scaled((self.final_width,))
            x = unit(x, Step(width))
        x = dropout(last_pool(x), self.dropout)
        if self.embedding:
            x = norm(conv(x, *self._scaled((self.embedding,))))
        x = flatten(x)
        return linear(x, self.num_classes) if self.num_classes else x

    def _scaled(self, widths: Sequence[int], factor: float = 1.0) -> list[int]:
        return [
            scale_width(max(1, round(width * factor)), self.width_multiplier) for width in widths
        ]


_preset = partial(Preset, InceptionResNetSpec)

_V1 = {
    "depth": (5, 10, 5),
    "stem": "strided",
    "a_widths": (32, 32, 32, 32, 32, 32),
    "reduction_a_widths": (384, 192, 192, 256),
    "b_widths": (128, 128, 128, 128),
    "reduction_b_widths": (256, 384, 256, 256, 256, 256, 256),
    "c_widths": (192, 192, 192, 192),
    "bare_end": False,
    "final_width": 0,
}
_V2_IN_PRINT = {"depth": (5, 10, 5), "stem": "branched", "bare_end": False, "final_width": 0}

FAMILY = Family(
    title="Inception-ResNet",
    summary="Inception modules as residual branches, scaled down before they are added.",
    paper=Paper(
        "Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning",
        "Szegedy, Ioffe, Vanhoucke, Alemi",
        2016,
        "https://arxiv.org/abs/1602.07261",
    ),
    spec=InceptionResNetSpec,
    presets=(
        _preset("inception_resnet_v2", {}, "Szegedy et al. 2016, as released; timm"),
        _preset(
            "inception_resnet_v2_paper",
            _V2_IN_PRINT,
            "Szegedy et al. 2016, Figs. 3, 7 and 15-19; its stage 3 has the 2,144 channels that "
            "Fig. 18 makes, not the 2,048 of Fig. 19",
        ),
        _preset("inception_resnet_v1", _V1, "Szegedy et al. 2016, Figs. 7 and 10-15"),
        _preset(
            "inception_resnet_v1_facenet",
            {**_V1, "depth": (5, 10, 6), "bare_end": True, "embedding": 512},
            "FaceNet's implementation; pytorchcv",
        ),
    ),
)
