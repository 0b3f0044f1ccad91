"""RegNet: Radosavovic, Kosaraju, Girshick, He, Dollár 2020. A line generates the widths.

X and Y of that paper, Z of Dollár, Singh & Girshick 2021 (arXiv:2103.06877), and timm's
pre-activated V.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.head import head
from archmeter.models.layers.basics import NormKind, act, conv, flatten, linear
from archmeter.models.layers.cifar import CIFAR10, PYTORCH_CIFAR
from archmeter.models.layers.design_space import (
    GroupedWidth,
    WidthRounding,
    fit_groups,
    generated_stages,
    scaled_group_width,
    scaled_width,
)
from archmeter.models.layers.last_pool import last_pool
from archmeter.models.layers.stages import stages
from archmeter.models.layers.x_block import XShortcut, XStyle, preact_x_block, x_block
from archmeter.models.ops import ActivationKind
from archmeter.models.scaling import DepthRounding, scale_depths
from archmeter.models.spec import ConvolutionalSpec, Family, Multiplier, Paper, Preset, Width


class RegNetSpec(ConvolutionalSpec):
    """A 3x3 stem and stages of grouped bottlenecks whose sizes five numbers generate."""

    family: Literal["regnet"] = "regnet"
    width_multiplier: Multiplier = Field(
        default=1.0,
        description="Multiplies the channels of every layer, rounding to the nearest multiple of "
        "8, and those of a group: 1, 2, 4 or a multiple of 8.",
    )
    depth: int = Field(default=22, ge=1, le=1024, description="Blocks in all: d.")
    w0: int = Field(default=96, ge=1, le=4096, description="Width of the first block.")
    wa: float = Field(
        default=31.41, ge=0, le=1024, description="Channels that the line gains with each block."
    )
    wm: float = Field(
        default=2.24, ge=1.1, le=16, description="Width of a stage ÷ that of the one before."
    )
    group_width: int = Field(
        default=64, ge=1, le=4096, description="Channels of a group of the 3x3 convolutions."
    )
    group_width_multiplier: Multiplier = Field(
        default=1.0,
        description="Multiplies the group width, on top of the width multiplier.",
    )
    bottleneck_ratio: float = Field(
        default=1.0, ge=0.125, le=16, description="Inner channels ÷ output of a block; 4 in Z."
    )
    squeeze_ratio: float = Field(
        default=0.0,
        ge=0,
        le=4,
        description="Squeezed channels ÷ channels that enter the block, in the squeeze-and-"
        "excitation of Y and Z; 0 for none (X).",
    )
    width_rounding: WidthRounding = Field(
        default="nearest",
        description="To a multiple of the group width: the nearest one (pycls, timm), or one that "
        "keeps nine tenths of the channels (torchvision).",
    )
    depth_rounding: DepthRounding = Field(
        default="up",
        description="Of a stage's blocks times the depth multiplier: up, or to the nearest number, "
        "which fast compound scaling wants.",
    )
    block: Literal["activated", "preactivated", "linear"] = Field(
        default="activated",
        description="Activation after the addition (X, Y), before each convolution (timm's V), or "
        "none after the addition (Z).",
    )
    shortcut: XShortcut = Field(
        default="conv",
        description="Where shapes differ: a strided 1x1 convolution, an average pool before a "
        "1x1, or no shortcut (Z).",
    )
    stem_width: Width = Field(default=32, description="Channels after the stem.")
    head_width: int = Field(
        default=0, ge=0, le=16384, description="Channels of a last 1x1 convolution; 0 for none."
    )
    norm: NormKind = Field(
        default="batch", description="Batch norm, group norm, or filter response norm."
    )
    norm_group_width: int = Field(
        default=16, ge=1, le=1024, description="Channels of a group of the group norm."
    )
    activation: ActivationKind = Field(default="relu", description="The nonlinearity everywhere.")

    def network(self, x: Tensor) -> Tensor:
        """Stem, generated stages, classifier."""
        generated = generated_stages(self.depth, self.w0, self.wa, self.wm)
        widths = [self.fitted(stage.width) for stage in generated]
        style = self.block_style()
        make = preact_x_block if self.block == "preactivated" else x_block

        def build(x: Tensor, stage: int, stride: int) -> Tensor:
            width, mid, group_width = widths[stage]
            return make(x, width, mid=mid, group_width=group_width, stride=stride, style=style)

        with x.graph.scope("stem"):
            x = conv(x, self.scaled(self.stem_width), 3, stride=2)
            x = x if self.block == "preactivated" else style.ready(x)
        depths = scale_depths(
            [stage.depth for stage in generated], self.depth_multiplier, self.depth_rounding
        )
        x = stages(x, depths, build, first_stride=2)
        return head(self._head)(x)

    def _head(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, num_classes)."""
        if self.head_width:
            x = self.block_style().ready(conv(x, self.scaled(self.head_width)))
        elif self.block != "activated":
            x = act(x, self.activation)
        x = flatten(last_pool(x))
        return linear(x, self.num_classes) if self.num_classes else x

    def scaled(self, width: int) -> int:
        """A width times the width multiplier."""
        return scaled_width(width, self.width_multiplier)

    def fitted(self, width: int) -> GroupedWidth:
        """Channels of a stage and of its groups: fitted to each other, both scaled, fitted again.

        A stage keeps about as many groups as it has unscaled, as where pycls scales a RegNet.
        """
        fit = partial(fit_groups, ratio=self.bottleneck_ratio, rounding=self.width_rounding)
        base = fit(width, group_width=self.group_width)
        by = round(self.width_multiplier * self.group_width_multiplier, 9)
        if by == self.width_multiplier == 1:
            return base
        group_width = scaled_group_width(base.group_width, by)
        return fit(self.scaled(base.width), group_width=group_width)

    def block_style(self) -> XStyle:
        """What the blocks have in common."""
        return XStyle(
            squeeze_ratio=self.squeeze_ratio,
            shortcut=self.shortcut,
            linear_end=self.block == "linear",
            norm=self.norm,
            norm_group_width=self.norm_group_width,
            act=self.activation,
        )


_preset = partial(Preset, RegNetSpec)

_KEEP = {"width_rounding": "keep_90"}
_V = {"block": "preactivated", "activation": "silu"}
_Z = {
    "bottleneck_ratio": 4.0,
    "squeeze_ratio": 0.25,
    "block": "linear",
    "shortcut": "none",
    "activation": "silu",
}

_X_TABLE = "Radosavovic et al. 2020, Fig. 16"
_Y_TABLE = "Radosavovic et al. 2020, Fig. 17"
_SEER = "Goyal et al. 2021, 2022 (arXiv:2103.01988, arXiv:2202.08360); timm"
_Z_MADE = "Dollár et al. 2021 (arXiv:2103.06877); timm"


def _line(d: int, w0: int, wa: float, wm: float, g: int) -> dict[str, Any]:
    return {"depth": d, "w0": w0, "wa": wa, "wm": wm, "group_width": g}


_X = {
    "002": _line(13, 24, 36.44, 2.49, 8),
    "004": _line(22, 24, 24.48, 2.54, 16),
    "006": _line(16, 48, 36.97, 2.24, 24),
    "008": _line(16, 56, 35.73, 2.28, 16),
    "016": _line(18, 80, 34.01, 2.25, 24),
    "032": _line(25, 88, 26.31, 2.25, 48),
    "040": _line(23, 96, 38.65, 2.43, 40),
    "064": _line(17, 184, 60.83, 2.07, 56),
    "080": _line(23, 80, 49.56, 2.88, 120),
    "120": _line(19, 168, 73.36, 2.37, 112),
    "160": _line(22, 216, 55.59, 2.1, 128),
    "320": _line(23, 320, 69.86, 2.0, 168),
}
_Y = {
    size: {**line, "squeeze_ratio": 0.25}
    for size, line in {
        "002": _line(13, 24, 36.44, 2.49, 8),
        "004": _line(16, 48, 27.89, 2.09, 8),
        "006": _line(15, 48, 32.54, 2.32, 16),
        "008": _line(14, 56, 38.84, 2.4, 16),
        "016": _line(27, 48, 20.71, 2.65, 24),
        "032": _line(21, 80, 42.63, 2.66, 24),
        "040": _line(22, 96, 31.41, 2.24, 64),
        "064": _line(25, 112, 33.22, 2.27, 72),
        "080": _line(17, 192, 76.82, 2.19, 56),
        "120": _line(19, 168, 73.36, 2.37, 112),
        "160": _line(18, 200, 106.23, 2.48, 112),
        "320": _line(20, 232, 115.89, 2.53, 232),
        "640": _line(20, 352, 147.48, 2.4, 328),
        "1280": _line(27, 456, 160.83, 2.52, 264),
        "2560": _line(27, 640, 230.83, 2.53, 373),
    }.items()
}
_Z_040 = {**_line(28, 48, 14.5, 2.226, 8), **_Z}
_LARGE: dict[str, dict[str, Any]] = {size: {"resolution": 384} for size in ("640", "1280", "2560")}
_KEPT = {"x": ("004",), "y": ("008", "080")}
"""Sizes that torchvision's rounding changes."""

_TORCHVISION_NAMES = {
    "004": "400mf",
    "008": "800mf",
    "016": "1_6gf",
    "032": "3_2gf",
    "080": "8gf",
    "160": "16gf",
    "320": "32gf",
    "1280": "128gf",
}

FAMILY = Family(
    title="RegNet",
    summary="A design space of grouped bottlenecks whose widths grow along a quantised line.",
    paper=Paper(
        "Designing Network Design Spaces",
        "Radosavovic, Kosaraju, Girshick, He, Dollár",
        2020,
        "https://arxiv.org/abs/2003.13678",
    ),
    spec=RegNetSpec,
    presets=(
        *(
            _preset(f"regnet{kind}_{size}", line, source)
            for kind, lines, source in (("x", _X, _X_TABLE), ("y", _Y, _Y_TABLE))
            for size, line in lines.items()
            if size not in _LARGE
        ),
        *(_preset(f"regnety_{size}", {**_Y[size], **_LARGE[size]}, _SEER) for size in _LARGE),
        *(
            _preset(f"regnet{kind}_{size}_tv", {**lines[size], **_KEEP}, "timm, torchvision")
            for kind, lines in (("x", _X), ("y", _Y))
            for size in _KEPT[kind]
        ),
        *(
            _preset(
                f"regnet_{kind}_{_TORCHVISION_NAMES[size]}",
                {**line, **(_KEEP if size in _KEPT[kind] else {}), **_LARGE.get(size, {})},
                "torchvision",
            )
            for kind, lines in (("x", _X), ("y", _Y))
            for size, line in lines.items()
            if size in _TORCHVISION_NAMES
        ),
        _preset("regnety_040_sgn", {**_Y["040"], "norm": "group", "activation": "silu"}, "timm"),
        _preset("regnetv_040", {**_Y["040"], **_V}, "timm"),
        _preset("regnetv_064", {**_Y["064"], **_V, "shortcut": "pooled"}, "timm"),
        _preset("regnetz_005", {**_line(21, 16, 10.7, 2.51, 4), **_Z, "head_width": 1024}, _Z_MADE),
        _preset("regnetz_040", {**_Z_040, "resolution": 256}, _Z_MADE),
        _preset("regnetz_040_h", {**_Z_040, "head_width": 1536, "resolution": 256}, _Z_MADE),
        *(
            _preset(
                f"regnetx_{size}_cifar10",
                {**_X[size], "stem_width": 64, "dropped_stride": 8, **CIFAR10},
                PYTORCH_CIFAR,
            )
            for size in ("002", "004")
        ),
    ),
)
