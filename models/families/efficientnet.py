"""EfficientNet: Tan & Le 2019. One searched network, scaled in depth, width and resolution."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from archmeter.models.layers.mbconv_spec import (
    HeadScaling,
    Kernels,
    MobileActivation,
    SqueezedSpec,
    Widths,
)
from archmeter.models.spec import Depths, Family, Paper, Preset


class EfficientNetSpec(SqueezedSpec):
    """Mobile blocks with squeeze-and-excitation; by default B0, Tan & Le 2019, Table 1.

    B1 to B8 are B0 under depth multiplier, width multiplier and resolution: the α^φ, β^φ and γ^φ
    of the paper, rounded by hand.
    """

    family: Literal["efficientnet"] = "efficientnet"
    depth: Depths = Field(default=(1, 2, 2, 3, 3, 4, 1), description="Blocks per stage.")
    widths: Widths = Field(
        default=(16, 24, 40, 80, 112, 192, 320),
        description="Channels after each stage; the last holds for all later stages.",
    )
    kernels: Kernels = Field(
        default=(3, 3, 5, 3, 5, 5, 3),
        description="Side of each stage's depthwise convolutions; the last holds for later stages.",
    )
    activation: MobileActivation = Field(
        default="silu", description="Activation after stem, inner convolutions and head."
    )
    head_scaling: HeadScaling = Field(
        default="full",
        description="Whether the width multiplier applies to the head: never, above 1, or always.",
    )


_preset = partial(Preset, EfficientNetSpec)

_SCALES = {
    "b0": (1.0, 1.0, 224),
    "b1": (1.0, 1.1, 240),
    "b2": (1.1, 1.2, 260),
    "b3": (1.2, 1.4, 300),
    "b4": (1.4, 1.8, 380),
    "b5": (1.6, 2.2, 456),
    "b6": (1.8, 2.6, 528),
    "b7": (2.0, 3.1, 600),
    "b8": (2.2, 3.6, 672),
    "l2": (4.3, 5.3, 800),
}
"""Width multiplier, depth multiplier, resolution."""

_LITE_SCALES = {
    "lite0": (1.0, 1.0, 224, 224),
    "lite1": (1.0, 1.1, 240, 240),
    "lite2": (1.1, 1.2, 260, 260),
    "lite3": (1.2, 1.4, 280, 300),
    "lite4": (1.4, 1.8, 300, 380),
}
"""Width multiplier, depth multiplier, resolution of the authors and of timm."""

_LITE = {
    "activation": "relu6",
    "squeeze_ratios": (0,),
    "stem_scaling": False,
    "end_depth_scaling": False,
    "head_scaling": "fixed",
}
_TINY_SCALES = {
    "a": (1.0, (1, 2, 2, 4, 4, 5, 1), 192),
    "b": (0.75, (1, 2, 2, 3, 3, 4, 1), 188),
    "c": (0.54, (1, 2, 2, 3, 3, 3, 1), 184),
    "d": (0.54, (1, 1, 1, 2, 2, 3, 1), 152),
    "e": (0.51, (1, 1, 1, 2, 2, 2, 1), 106),
}
"""Width multiplier, blocks per stage (multiplied, then rounded to the nearest), resolution."""

_TINY = {"stem_scaling": False, "head_scaling": "up"}
_TINY_SOURCE = "Han et al. 2020 (arXiv:2010.14819); timm"
_SOURCES = {
    "b8": "Xie et al. 2019 (arXiv:1911.09665); timm",
    "l2": "Xie et al. 2019 (arXiv:1911.04252), Table 7",
}
_PAPER = "Tan & Le 2019, Table 2; the coefficients of the authors' code"
_LITE_SOURCE = "The authors' EfficientNet-Lite; timm"


def _scaled(name: str, width: float, depth: float, side: int) -> Preset:
    fields = {"width_multiplier": width, "depth_multiplier": depth, "resolution": side}
    return _preset(name, fields, _SOURCES.get(name[-2:], _PAPER))


def _tiny(name: str, width: float, depth: tuple[int, ...], side: int) -> Preset:
    fields = {"width_multiplier": width, "depth": depth, "resolution": side, **_TINY}
    return _preset(name, fields, _TINY_SOURCE)


def _lite(name: str, width: float, depth: float, side: int) -> Preset:
    fields = {"width_multiplier": width, "depth_multiplier": depth, "resolution": side, **_LITE}
    return _preset(name, fields, _LITE_SOURCE)


FAMILY = Family(
    title="EfficientNet",
    summary="A searched mobile network, and one coefficient that scales all its dimensions.",
    paper=Paper(
        "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
        "Tan, Le",
        2019,
        "https://arxiv.org/abs/1905.11946",
    ),
    spec=EfficientNetSpec,
    presets=(
        *(_scaled(f"efficientnet_{name}", *scale) for name, scale in _SCALES.items()),
        *(_scaled(f"tf_efficientnet_{name}", *scale) for name, scale in _SCALES.items()),
        *(
            _lite(f"efficientnet_{name}", w, d, side)
            for name, (w, d, side, _) in _LITE_SCALES.items()
        ),
        *(
            _lite(f"tf_efficientnet_{name}", w, d, side)
            for name, (w, d, _, side) in _LITE_SCALES.items()
        ),
        *(_tiny(f"tinynet_{name}", *scale) for name, scale in _TINY_SCALES.items()),
    ),
)
