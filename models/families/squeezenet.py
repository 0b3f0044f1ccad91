"""SqueezeNet: Iandola et al. 2016. Few 3x3 filters on few channels, downsampling late."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import act, conv, max_pool
from archmeter.models.layers.classifiers import mapped_classifier
from archmeter.models.layers.fire import Bypass, Fire, fire
from archmeter.models.layers.stretch import stretch
from archmeter.models.scaling import scale_width
from archmeter.models.spec import ConvolutionalSpec, Depths, Family, Paper, Preset, Width


class SqueezeNetSpec(ConvolutionalSpec):
    """Stages of fire modules under the metaparameters of §5.1: fire i expands to e_i channels.

    e_i = base_expand + expand_step · ⌊i / expand_every⌋, counted from 0 over all stages.
    """

    family: Literal["squeezenet"] = "squeezenet"
    depth: Depths = Field(
        default=(3, 4, 1), description="Fire modules per stage; a max pool precedes each stage."
    )
    stem_width: Width = Field(default=96, description="Channels of the first convolution.")
    stem_kernel: int = Field(default=7, ge=1, le=15, description="Window of the first convolution.")
    base_expand: int = Field(
        default=128, ge=8, le=16384, description="Expanded channels of the first fire module."
    )
    expand_step: int = Field(
        default=128, ge=0, le=16384, description="Expanded channels added every so many modules."
    )
    expand_every: int = Field(
        default=2, ge=1, le=2048, description="Modules between two such additions."
    )
    squeeze_ratio: float = Field(
        default=0.125,
        ge=0.01,
        le=4,
        allow_inf_nan=False,
        description="Squeezed ÷ expanded channels.",
    )
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
    dropout: float = Field(
        default=0.5,
        ge=0,
        lt=1,
        allow_inf_nan=False,
        description="Rate of the dropout before the classifier.",
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of a pool and fire modules, a convolution for the scores."""
        with x.graph.scope("stem"):
            width = scale_width(self.stem_width, self.width_multiplier)
            x = act(conv(x, width, self.stem_kernel, stride=2, padding=0, bias=True))
        position = 0
        for i, depth in enumerate(self.depth):
            with x.graph.scope(f"stage{i + 1}"):
                with x.graph.scope("downsample"):
                    x = max_pool(x, 3, stride=2, ceil=True)
                modules = range(position, position + depth)
                for module in stretch(modules, self.depth_multiplier):
                    x = fire(x, self.fire_widths(module), bypass=self.bypass)
            position += depth
        return mapped_classifier(x, self.num_classes, dropout_rate=self.dropout, act_kind="relu")

    def fire_widths(self, module: int) -> Fire:
        """Channels of the fire module at a position, scaled."""
        expanded = scale_width(
            self.base_expand + self.expand_step * (module // self.expand_every),
            self.width_multiplier,
        )
        expand_3x3 = min(expanded - 1, max(1, round(self.share_3x3 * expanded)))
        squeeze = max(1, round(self.squeeze_ratio * expanded))
        return Fire(squeeze, expanded - expand_3x3, expand_3x3)


_preset = partial(Preset, SqueezeNetSpec)

_1_1 = {"depth": (2, 2, 4), "stem_width": 64, "stem_kernel": 3}
_TABLE_1 = "Iandola et al. 2016, Table 1"
_1_1_RELEASE = "the authors' release 1.1; torchvision"

FAMILY = Family(
    title="SqueezeNet",
    summary="AlexNet's accuracy with a fiftieth of its weights, from fire modules.",
    paper=Paper(
        "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size",
        "Iandola, Han, Moskewicz, Ashraf, Dally, Keutzer",
        2016,
        "https://arxiv.org/abs/1602.07360",
    ),
    spec=SqueezeNetSpec,
    presets=(
        _preset("squeezenet1_0", {}, f"{_TABLE_1}; torchvision"),
        _preset("squeezenet1_1", _1_1, _1_1_RELEASE),
        _preset("squeezeresnet1_0", {"bypass": "simple"}, "Iandola et al. 2016, Fig. 2, middle"),
        _preset("squeezeresnet1_1", {**_1_1, "bypass": "simple"}, "as Fig. 2, of release 1.1"),
        _preset(
            "squeezenet1_0_complex_bypass",
            {"bypass": "complex"},
            "Iandola et al. 2016, Fig. 2, right",
        ),
    ),
)
