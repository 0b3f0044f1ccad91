"""EfficientNetV2: Tan & Le 2021. Full convolutions in the early stages train faster."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from pydantic import Field

from archmeter.models.layers.mbconv_spec import (
    Expansions,
    HeadScaling,
    MobileActivation,
    Ratios,
    SqueezedSpec,
    Strides,
    Widths,
)
from archmeter.models.spec import Depths, Family, Paper, Preset, Width


class EfficientNetV2Spec(SqueezedSpec):
    """Fused, then depthwise mobile blocks; by default V2-S, Tan & Le 2021, Table 4."""

    family: Literal["efficientnetv2"] = "efficientnetv2"
    depth: Depths = Field(default=(2, 4, 4, 6, 9, 15), description="Blocks per stage.")
    widths: Widths = Field(
        default=(24, 48, 64, 128, 160, 256),
        description="Channels after each stage; the last holds for all later stages.",
    )
    strides: Strides = Field(
        default=(1, 2, 2, 2, 1, 2, 1),
        description="Stride of each stage's first block; the last holds for all later stages.",
    )
    expansions: Expansions = Field(
        default=(1, 4, 4, 4, 6),
        description="Inner channels ÷ input of each stage's blocks, or a list with one for each "
        "block, stretched to the depth; the last holds for later stages.",
    )
    fused_stages: int = Field(
        default=3,
        ge=0,
        le=8,
        description="First stages whose blocks have a full convolution in place of the 1x1 and "
        "the depthwise one.",
    )
    squeeze_ratios: Ratios = Field(
        default=(0, 0, 0, 0.25),
        description="Squeezed channels ÷ input of each stage's blocks, 0 for no "
        "squeeze-and-excitation; the last holds for all later stages.",
    )
    activation: MobileActivation = Field(
        default="silu", description="Activation after stem, inner convolutions and head."
    )
    stem_width: Width = Field(default=24, description="Channels after the stem.")
    head_scaling: HeadScaling = Field(
        default="full",
        description="Whether the width multiplier applies to the head: never, above 1, or always.",
    )

    def is_fused(self, stage: int) -> bool:
        """Whether full convolutions expand the channels of a stage."""
        return stage < self.fused_stages


_preset = partial(Preset, EfficientNetV2Spec)

_BASE = {
    "depth": (1, 2, 2, 3, 5, 8),
    "widths": (16, 32, 48, 96, 112, 192),
    "stem_width": 32,
    "round_limit": 0.0,
}
_M = {"depth": (3, 5, 5, 7, 14, 18, 5), "widths": (24, 48, 80, 160, 176, 304, 512)}
_L = {
    "depth": (4, 7, 7, 10, 19, 25, 7),
    "widths": (32, 64, 96, 192, 224, 384, 640),
    "stem_width": 32,
}
_XL = {
    "depth": (4, 8, 8, 16, 24, 32, 8),
    "widths": (32, 64, 96, 192, 256, 512, 640),
    "stem_width": 32,
}
_RW = {"widths": (24, 48, 64, 128, 160, 272), "unit_expansion": True, "head_width": 1792}

_SIZES: dict[str, tuple[dict[str, Any], int, int]] = {
    "s": ({}, 384, 300),
    "m": (_M, 480, 384),
    "l": (_L, 480, 384),
    "xl": (_XL, 512, 384),
    "b0": (_BASE, 224, 192),
    "b1": ({**_BASE, "depth_multiplier": 1.1}, 240, 192),
    "b2": ({**_BASE, "width_multiplier": 1.1, "depth_multiplier": 1.2}, 260, 208),
    "b3": ({**_BASE, "width_multiplier": 1.2, "depth_multiplier": 1.4}, 300, 240),
}
"""Knobs, resolution of the authors' evaluation and of timm's training."""

_EDGE = {
    "depth": (1, 2, 4, 5, 4, 2),
    "widths": (24, 32, 48, 96, 144, 192),
    "kernels": (3, 3, 3, 5),
    "strides": (1, 2, 2, 2, 1, 2),
    "squeeze_ratios": (0,),
    "activation": "relu",
    "plain_stages": 1,
    "stem_width": 32,
}
_EDGE_SIZES = {
    "es": (1.0, 1.0, 224, (3, 8)),
    "em": (1.0, 1.1, 240, ((3, 4), 8)),
    "el": (1.2, 1.4, 300, ((3.2, 4), 8)),
}
"""Width multiplier, depth multiplier, resolution, expansions: in the first stage of the output."""

_PAPER = "Tan & Le 2021, Tables 4 and 7; the authors' code"
_EDGE_SOURCE = "Gupta & Akin 2020 (arXiv:2003.02838): EfficientNet-EdgeTPU; timm"


def _edge(name: str, width: float, depth: float, side: int, expansions: tuple[Any, ...]) -> Preset:
    scale = {"width_multiplier": width, "depth_multiplier": depth, "resolution": side}
    return _preset(name, {**_EDGE, **scale, "expansions": expansions}, _EDGE_SOURCE)


FAMILY = Family(
    title="EfficientNet V2",
    summary="Mobile blocks fused into full convolutions where maps are large: quicker to train.",
    paper=Paper(
        "EfficientNetV2: Smaller Models and Faster Training",
        "Tan, Le",
        2021,
        "https://arxiv.org/abs/2104.00298",
    ),
    spec=EfficientNetV2Spec,
    presets=(
        *(
            _preset(f"efficientnetv2_{name}", {**knobs, "resolution": side}, _PAPER)
            for name, (knobs, side, _) in _SIZES.items()
        ),
        *(
            _preset(f"tf_efficientnetv2_{name}", {**knobs, "resolution": side}, f"{_PAPER}; timm")
            for name, (knobs, _, side) in _SIZES.items()
        ),
        *(
            _preset(f"efficientnet_v2_{name}", {**_SIZES[name][0], "resolution": side}, _PAPER)
            for name, side in (("s", 384), ("m", 480), ("l", 480))
        ),
        *(
            _edge(f"{prefix}efficientnet_{size}", *scale)
            for prefix in ("", "tf_")
            for size, scale in _EDGE_SIZES.items()
        ),
        _preset(
            "efficientnetv2_rw_t",
            {"width_multiplier": 0.8, "depth_multiplier": 0.9, "resolution": 224},
            "timm",
        ),
        _preset("efficientnetv2_rw_s", {**_RW, "resolution": 288}, "timm"),
        _preset(
            "efficientnetv2_rw_m",
            {**_RW, "depth": (3, 5, 5, 8, 15, 24), "width_multiplier": 1.2, "resolution": 320},
            "timm",
        ),
    ),
)
