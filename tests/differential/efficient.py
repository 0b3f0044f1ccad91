"""EfficientNets and MnasNets, as timm and torchvision build them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from timm.models.efficientnet import EfficientNet, decode_arch_def
from torch import nn
from torchvision.models import efficientnet as torchvision_efficientnet
from torchvision.models import mnasnet as torchvision_mnasnet
from torchvision.models._utils import _make_divisible

from tests.differential.counterparts import Pair, counterpart
from tests.differential.definitions import (
    NO_LIMIT,
    Knobs,
    decoding,
    drawn_scaling,
    drawn_stages,
    rounding,
    scaled_head,
    stage_strings,
)
from tests.differential.drawing import Draw
from tests.differential.parts import ACTIVATIONS, activation

RATIOS = (0, 0.25, 0.25, 0.125, 0.5)


def drawn(draw: Draw) -> Knobs:
    """Knobs of any network of mobile blocks with squeeze-and-excitation."""
    return {
        **drawn_stages(draw, ratios=RATIOS),
        **drawn_scaling(draw),
        "activation": draw.of(*ACTIVATIONS),
        "head_width": draw.of(320, 640, 1280),
        "head_scaling": draw.of("fixed", "up", "full"),
        "plain_stages": draw.of(0, 0, 0, 1, 2),
        "unit_expansion": draw.chance(0.2),
    }


def build(draw: Draw, knobs: Knobs) -> Callable[[], nn.Module]:
    """timm's EfficientNet of these knobs."""
    return lambda: EfficientNet(
        decode_arch_def(stage_strings(knobs), **decoding(knobs)),
        num_classes=draw.classes,
        num_features=scaled_head(knobs),
        in_chans=draw.channels,
        stem_size=knobs["stem_width"],
        fix_stem=not knobs["stem_scaling"],
        output_stride=knobs.get("output_stride", NO_LIMIT),
        round_chs_fn=rounding(knobs),
        act_layer=activation(knobs["activation"]),
    )


@counterpart("efficientnet", "timm")
def timm_efficientnets(draw: Draw) -> Pair:
    knobs = drawn(draw)
    return Pair(knobs, build(draw, knobs))


@counterpart("mnasnet", "timm")
def timm_mnasnets(draw: Draw) -> Pair:
    knobs = drawn(draw)
    return Pair(knobs, build(draw, knobs))


@counterpart("efficientnetv2", "timm")
def timm_efficientnetv2s(draw: Draw) -> Pair:
    knobs = {**drawn(draw), "fused_stages": draw.whole(0, 3)}
    if knobs["fused_stages"] and not knobs["unit_expansion"]:
        knobs["squeeze_ratios"][0] = 0  # timm's plain convolutions have none
    return Pair(knobs, build(draw, knobs))


def torchvision_stages(draw: Draw) -> Knobs:
    """Stages as torchvision can say them: the stem is as wide as the first block's input."""
    knobs = drawn_stages(draw, ratios=(0.25,), whole=True)
    return {
        **knobs,
        "squeezed_from": "input",
        "stem_width": knobs["widths"][0],
        "head_width": 640,
    }


def blocks(knobs: Knobs, make: Callable[..., Any], *stages: int) -> list[Any]:
    """torchvision's configurations of these stages."""
    inputs = [knobs["stem_width"], *knobs["widths"]]
    return [
        make(
            knobs["expansions"][stage],
            knobs["kernels"][stage],
            knobs["strides"][stage],
            inputs[stage],
            knobs["widths"][stage],
            knobs["depth"][stage],
        )
        for stage in stages
    ]


@counterpart("efficientnet", "torchvision")
def torchvision_efficientnets(draw: Draw) -> Pair:
    knobs = {
        **torchvision_stages(draw),
        "width_multiplier": draw.of(1, 0.5, 0.75, 1.1, 1.4),
        "depth_multiplier": draw.of(1, 1.1, 1.4, 1.8),
    }

    def make(*arguments: Any) -> Any:
        return torchvision_efficientnet.MBConvConfig(
            *arguments,
            width_mult=knobs["width_multiplier"],
            depth_mult=knobs["depth_multiplier"],
        )

    last = _make_divisible(knobs["head_width"] * knobs["width_multiplier"], 8)
    return Pair(
        knobs,
        lambda: torchvision_efficientnet.EfficientNet(
            blocks(knobs, make, *range(len(knobs["depth"]))),
            dropout=0,
            stochastic_depth_prob=0,
            num_classes=draw.classes,
            last_channel=last,
        ),
    )


@counterpart("efficientnetv2", "torchvision")
def torchvision_efficientnetv2s(draw: Draw) -> Pair:
    knobs = torchvision_stages(draw)
    fused = knobs["fused_stages"] = draw.whole(0, 3)
    count = len(knobs["depth"])
    knobs["squeeze_ratios"] = [0] * fused + [0.25] * (count - fused or 1)
    config = torchvision_efficientnet
    return Pair(
        knobs,
        lambda: config.EfficientNet(
            [
                *blocks(knobs, config.FusedMBConvConfig, *range(fused)),
                *blocks(knobs, config.MBConvConfig, *range(fused, count)),
            ],
            dropout=0,
            stochastic_depth_prob=0,
            num_classes=draw.classes,
            last_channel=knobs["head_width"],
        ),
    )


@counterpart("mnasnet", "torchvision")
def torchvision_mnasnets(draw: Draw) -> Pair:
    multiplier = draw.real(0.2, 2.5)
    return Pair(
        {"preset": "mnasnet_100", "width_multiplier": multiplier},
        lambda: torchvision_mnasnet.MNASNet(multiplier, draw.classes, dropout=0),
    )
