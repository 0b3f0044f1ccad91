"""MobileNets one to three, as timm and torchvision build them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from unittest.mock import patch

from timm.models import mobilenetv3 as timm_mobilenetv3
from timm.models._efficientnet_blocks import SqueezeExcite
from timm.models._efficientnet_builder import decode_arch_def, round_channels
from timm.models.efficientnet import EfficientNet
from torch import nn
from torchvision.models import mobilenetv2 as torchvision_mobilenetv2
from torchvision.models import mobilenetv3 as torchvision_mobilenetv3

from tests.differential import efficient
from tests.differential.counterparts import Pair, counterpart
from tests.differential.definitions import (
    NO_LIMIT,
    Knobs,
    builder_with,
    decoding,
    drawn_scaling,
    drawn_stages,
    rounding,
    stage_strings,
)
from tests.differential.drawing import Draw
from tests.differential.parts import ACTIVATIONS, activation, doubling, output_stride


@counterpart("mobilenet_v1", "timm")
def timm_mobilenet_v1s(draw: Draw) -> Pair:
    stages = draw.whole(2, 5)
    knobs: Knobs = {
        "depth": draw.depths(stages),
        "base_width": draw.of(16, 24, 32, 64),
        "kernel": draw.of(3, 3, 5, 7),
        "stem_width": draw.of(16, 24, 32),
        "head_width": draw.of(0, 0, 512, 1024),
        "width_multiplier": draw.real(0.2, 2),
        "depth_multiplier": draw.of(1, 1, 1.2, 1.5, 2),
        "activation": draw.of(*ACTIVATIONS),
        **output_stride(draw),
    }
    scaled = rounding(knobs)
    head = knobs["head_width"] and max(knobs["head_width"], scaled(knobs["head_width"]))
    widths = doubling(knobs["base_width"], stages)
    strings = [
        [f"dsa_r{depth}_k{knobs['kernel']}_s{2 if stage else 1}_c{widths[stage]}"]
        for stage, depth in enumerate(knobs["depth"])
    ]
    return Pair(
        knobs,
        lambda: EfficientNet(
            decode_arch_def(strings, depth_multiplier=knobs["depth_multiplier"]),
            num_classes=draw.classes,
            num_features=head,
            in_chans=draw.channels,
            stem_size=knobs["stem_width"],
            output_stride=knobs.get("output_stride", NO_LIMIT),
            round_chs_fn=scaled,
            act_layer=activation(knobs["activation"]),
        ),
    )


@counterpart("mobilenet_v2", "timm")
def timm_mobilenet_v2s(draw: Draw) -> Pair:
    knobs = efficient.drawn(draw)
    del knobs["squeeze_ratios"]
    return Pair(knobs, efficient.build(draw, knobs))


@counterpart("mobilenet_v2", "torchvision")
def torchvision_mobilenet_v2s(draw: Draw) -> Pair:
    stages = drawn_stages(draw, ratios=(0,), whole=True)
    knobs = {name: stages[name] for name in ("depth", "widths", "strides", "expansions")} | {
        "width_multiplier": draw.of(1, 0.35, 0.5, 0.75, 1.1, 1.4, 2, 1.37),
        "width_divisor": draw.of(8, 8, 4, 16, 1),
    }
    if knobs["width_multiplier"] == 1:
        knobs["width_divisor"] = 8  # unscaled widths stay as they are here
    columns = [knobs[name] for name in ("expansions", "widths", "depth", "strides")]
    return Pair(
        knobs,
        lambda: torchvision_mobilenetv2.MobileNetV2(
            draw.classes,
            knobs["width_multiplier"],
            inverted_residual_setting=[[*row] for row in zip(*columns, strict=True)],
            round_nearest=knobs["width_divisor"],
            dropout=0,
        ),
    )


@counterpart("mobilenet_v3", "timm")
def timm_mobilenet_v3s(draw: Draw) -> Pair:
    stages = drawn_stages(draw, ratios=(0, 0.25, 0.25, 0.5))
    knobs: Knobs = {
        **stages,
        **drawn_scaling(draw),
        "end_depth_scaling": True,
        "relu_stages": draw.whole(0, len(stages["depth"])),
        "plain_stages": draw.of(0, 0, 0, 1),
        "squeeze_divisor": draw.of(8, 8, 1, 4, 16),
        "last_width": draw.of(480, 576, 960),
        "head_width": draw.of(640, 1280),
        "head_bias": draw.chance(0.7),
    }
    squeeze = partial(
        SqueezeExcite,
        gate_layer="hard_sigmoid",
        force_act_layer=nn.ReLU,
        rd_round_fn=partial(round_channels, divisor=knobs["squeeze_divisor"]),
    )
    last = decode_arch_def([[f"cn_r1_k1_s1_c{knobs['last_width']}"]])
    return Pair(
        knobs,
        late_headed(
            knobs,
            lambda: timm_mobilenetv3.MobileNetV3(
                decode_arch_def(stage_strings(knobs), **decoding(knobs)) + last,
                num_classes=draw.classes,
                in_chans=draw.channels,
                stem_size=knobs["stem_width"],
                fix_stem=not knobs["stem_scaling"],
                num_features=knobs["head_width"],
                head_bias=knobs["head_bias"],
                act_layer=activation("hardswish"),
                se_layer=squeeze,
                round_chs_fn=rounding(knobs),
            ),
        ),
    )


def late_headed(knobs: Knobs, build: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    """timm's MobileNetV3, whose output stride is fixed where it makes its blocks."""

    def strided() -> nn.Module:
        builder = builder_with(knobs.get("output_stride", NO_LIMIT))
        with patch.object(timm_mobilenetv3, "EfficientNetBuilder", builder):
            return build()

    return strided


REDUCED_TAILS = {
    "mobilenet_v3_large": ([16, 24, 40, 80, 112, 80], 640),
    "mobilenet_v3_small": ([16, 24, 40, 48, 48], 512),
}
"""Widths of stages and head of torchvision's option."""


@counterpart("mobilenet_v3", "torchvision")
def torchvision_mobilenet_v3s(draw: Draw) -> Pair:
    name = draw.of(*REDUCED_TAILS)
    knobs: Knobs = {"preset": name, "width_multiplier": draw.real(0.3, 2)}
    reduced = draw.chance(0.3)
    if reduced:
        widths, head = REDUCED_TAILS[name]
        knobs |= {"widths": widths, "last_width": 6 * widths[-1], "head_width": head}
    dilated = not reduced and draw.chance(0.3)
    if dilated:
        knobs["output_stride"] = 16

    def build() -> nn.Module:
        blocks, head = torchvision_mobilenetv3._mobilenet_v3_conf(
            name, knobs["width_multiplier"], reduced_tail=reduced, dilated=dilated
        )
        return torchvision_mobilenetv3.MobileNetV3(
            blocks, head, num_classes=draw.classes, dropout=0
        )

    return Pair(knobs, build)
