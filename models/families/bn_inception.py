"""BN-Inception, Inception v2: Ioffe & Szegedy 2015."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import conv, max_pool
from archmeter.models.layers.heads import dropout_classifier
from archmeter.models.layers.inception import (
    PoolKind,
    Step,
    Unit,
    chain,
    unit,
)
from archmeter.models.layers.inception_module import inception_v2
from archmeter.models.layers.stretch import stretch
from archmeter.models.scaling import scale_width
from archmeter.models.spec import ConvolutionalSpec, Family, Flag, Paper, Preset, Width

OptionalWidth = Annotated[int, Field(ge=0, le=16384)]
Module = Annotated[tuple[OptionalWidth, ...], Field(min_length=6, max_length=6)]
Stage = Annotated[tuple[Module, ...], Field(min_length=1, max_length=64)]


class BNInceptionSpec(ConvolutionalSpec):
    """Modules with two 3x3 convolutions in place of the 5x5, some of which halve the map."""

    family: Literal["bn_inception"] = "bn_inception"
    modules: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=6)] = Field(
        default=(
            ((64, 64, 64, 64, 96, 32), (64, 64, 96, 64, 96, 64)),
            (
                (0, 128, 160, 64, 96, 0),
                (224, 64, 96, 96, 128, 128),
                (192, 96, 128, 96, 128, 128),
                (160, 128, 160, 128, 160, 96),
                (96, 128, 192, 160, 192, 96),
            ),
            (
                (0, 128, 192, 192, 256, 0),
                (352, 192, 320, 160, 224, 128),
                (352, 192, 320, 192, 224, 128),
            ),
        ),
        description="For each stage its modules, each by six widths as in Fig. 5: 1x1; 3x3 reduce, "
        "3x3; double 3x3 reduce, double 3x3; pool projection. A width of 0 leaves that out. "
        "The first module of each stage but the first halves the map.",
    )
    stem: Literal["separable", "conv"] = Field(
        default="separable", description="The 7x7: depthwise and pointwise, or one convolution."
    )
    stem_multiplier: int = Field(
        default=8,
        ge=1,
        le=64,
        description="Maps that the separable 7x7 makes of each channel of the image.",
    )
    stem_widths: tuple[Width, ...] = Field(
        default=(64, 64, 192),
        min_length=3,
        max_length=3,
        description="Channels of the stem's 7x7, 1x1 and 3x3.",
    )
    last_pool: Literal["max", "average"] = Field(
        default="max", description="Pool in the last module; the others average."
    )
    bias: Flag = Field(
        default=False, description="Biases in the convolutions, although norms follow them."
    )
    dropout: float = Field(
        default=0.0, ge=0, lt=1, description="Rate of the dropout before the classifier."
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of modules, classifier."""
        how = Unit(bias=self.bias)
        x = self._stem(x, how)
        for i, modules in enumerate(self.modules):
            last_stage = i == len(self.modules) - 1
            with x.graph.scope(f"stage{i + 1}"):
                if i:
                    x = inception_v2(x, self._scaled(modules[0]), stride=2, pool="max", how=how)
                repeated = modules[1:] if i else modules
                inner = stretch(repeated, self.depth_multiplier)
                for j, widths in enumerate(inner):
                    last = last_stage and j == len(inner) - 1
                    pool: PoolKind = "max" if last and self.last_pool == "max" else "padded_average"
                    x = inception_v2(x, self._scaled(widths), stride=1, pool=pool, how=how)
        return dropout_classifier(x, self.num_classes, self.dropout)

    def _stem(self, x: Tensor, how: Unit) -> Tensor:
        first, second, third = self._scaled(self.stem_widths)
        with x.graph.scope("stem"):
            if self.stem == "separable":
                maps = self.stem_multiplier * x.channels
                x = conv(x, maps, 7, stride=2, groups=x.channels, bias=False)
                x = unit(x, Step(first), how)
            else:
                x = unit(x, Step(first, 7, 2), how)
            x = max_pool(x, 3, stride=2, ceil=True)
            x = chain(x, Step(second), Step(third, 3), how=how)
            return max_pool(x, 3, stride=2, ceil=True)

    def _scaled(self, widths: tuple[int, ...]) -> list[int]:
        return [width and scale_width(width, self.width_multiplier) for width in widths]


_preset = partial(Preset, BNInceptionSpec)

_DEFAULT: Any = BNInceptionSpec.model_fields["modules"].default
_RELEASED = (
    _DEFAULT[0],
    (
        *_DEFAULT[1][:3],
        (160, 128, 160, 128, 160, 128),
        (96, 128, 192, 160, 192, 128),
    ),
    _DEFAULT[2],
)
"""As the default, with wider pool projections in modules 4c and 4d."""

FAMILY = Family(
    title="BN-Inception (Inception v2)",
    summary="Batch norm after every convolution; 5x5 convolutions become two 3x3, and maps are "
    "halved by strided branches beside a pool.",
    paper=Paper(
        "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate "
        "Shift",
        "Ioffe, Szegedy",
        2015,
        "https://arxiv.org/abs/1502.03167",
    ),
    spec=BNInceptionSpec,
    presets=(
        _preset("inception_v2", {}, "Ioffe & Szegedy 2015, Fig. 5; TF-slim"),
        _preset(
            "bninception",
            {"modules": _RELEASED, "stem": "conv", "bias": True},
            "Caffe release; pretrainedmodels, pytorchcv",
        ),
    ),
)
