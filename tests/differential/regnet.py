"""RegNets, as timm and torchvision generate them."""

from __future__ import annotations

from typing import Any

from timm.models import regnet as timm_regnet
from torchvision.models import regnet as torchvision_regnet

from tests.differential.counterparts import Pair, counterpart
from tests.differential.drawing import Draw
from tests.differential.parts import output_stride, really

MOST_LINES = 1000
"""Drawn before one has four stages, at most."""


def line(draw: Draw, starts: tuple[int, ...]) -> dict[str, Any]:
    """Depth and widths of blocks on a line, which are quantized to four stages: timm's number."""
    for _ in range(MOST_LINES):
        knobs = {
            "depth": draw.whole(4, 18),
            "w0": draw.of(*starts),
            "wa": draw.real(4, 50),
            "wm": draw.real(1.6, 3.1),
        }
        _, stages, *_ = timm_regnet.generate_regnet(
            knobs["wa"], knobs["w0"], knobs["wm"], knobs["depth"], 8
        )
        if stages == 4:
            return knobs
    raise AssertionError(f"none of {MOST_LINES} lines has four stages")


@counterpart("regnet", "timm", draws=60)
def timm_regnets(draw: Draw) -> Pair:
    kind = draw.of("activated", "activated", "preactivated", "linear")
    shortcut = draw.of("conv", "pooled", "none") if kind == "linear" else draw.of("conv", "pooled")
    knobs = {
        **line(draw, (16, 24, 32, 48, 64, 80)),
        "group_width": draw.of(1, 4, 8, 16, 24, 40, 56),
        "bottleneck_ratio": draw.of(1, 1, 1, 0.5, 2, 4, 0.25),
        "squeeze_ratio": draw.of(0, 0, 0.25, 0.125, 0.1),
        "block": kind,
        "shortcut": shortcut,
        "stem_width": draw.of(16, 32, 48),
        "head_width": draw.of(0, 0, 320),
        "activation": draw.of("relu", "silu"),
        **output_stride(draw),
    }

    def build() -> timm_regnet.RegNet:
        config = timm_regnet.RegNetCfg(
            depth=knobs["depth"],
            w0=knobs["w0"],
            wa=knobs["wa"],
            wm=knobs["wm"],
            group_size=knobs["group_width"],
            bottle_ratio=knobs["bottleneck_ratio"],
            se_ratio=knobs["squeeze_ratio"],
            stem_width=knobs["stem_width"],
            downsample={"conv": "conv1x1", "pooled": "avg", "none": None}[shortcut],
            linear_out=kind == "linear",
            preact=kind == "preactivated",
            num_features=knobs["head_width"],
            act_layer=knobs["activation"],
        )
        return timm_regnet.RegNet(
            config,
            in_chans=draw.channels,
            num_classes=draw.classes,
            output_stride=knobs.get("output_stride", 32),
        )

    return Pair(knobs, build)


@counterpart("regnet", "torchvision")
def torchvision_regnets(draw: Draw) -> Pair:
    squeeze = draw.of(None, 0.25)
    knobs = {
        **line(draw, (16, 24, 32, 40, 48, 56, 64)),
        "group_width": draw.of(8, 16, 24, 32, 40, 48, 56, 64, 120),
        "bottleneck_ratio": draw.of(1, 1, 0.5, 0.25),
        "squeeze_ratio": squeeze or 0,
        "width_rounding": "keep_90",
    }

    def build() -> torchvision_regnet.RegNet:
        with really():
            params = torchvision_regnet.BlockParams.from_init_params(
                depth=knobs["depth"],
                w_0=knobs["w0"],
                w_a=knobs["wa"],
                w_m=knobs["wm"],
                group_width=knobs["group_width"],
                bottleneck_multiplier=knobs["bottleneck_ratio"],
                se_ratio=squeeze,
            )
        return torchvision_regnet.RegNet(params, num_classes=draw.classes)

    return Pair(knobs, build)
