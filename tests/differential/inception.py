"""Inceptions and Xceptions, of the modules that timm's and torchvision's are made of."""

from __future__ import annotations

from functools import partial

from timm.layers import ConvNormAct
from timm.models.inception_resnet_v2 import Block8, Block17, Block35, InceptionResnetV2
from timm.models.inception_v4 import InceptionA as InceptionAOfV4
from timm.models.inception_v4 import InceptionB as InceptionBOfV4
from timm.models.inception_v4 import InceptionC as InceptionCOfV4
from timm.models.inception_v4 import InceptionV4, ReductionA, ReductionB
from timm.models.xception import Block, SeparableConv2d
from timm.models.xception_aligned import XceptionAligned
from torch import nn
from torchvision.models.googlenet import BasicConv2d, Inception
from torchvision.models.inception import BasicConv2d as BasicConv2dOfV3
from torchvision.models.inception import (
    InceptionA,
    InceptionB,
    InceptionC,
    InceptionD,
    InceptionE,
)

from tests.differential.counterparts import Pair, counterpart
from tests.differential.definitions import Knobs
from tests.differential.drawing import Draw
from tests.differential.parts import output_stride

WIDTHS = (8, 16, 24, 32, 48)


def classified(layers: list[nn.Module], width: int, classes: int) -> nn.Module:
    """Layers, a pool and a classifier."""
    last = nn.Linear(width, classes) if classes else nn.Identity()
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), last)


@counterpart("inception_v1", "torchvision", smallest=96, largest=299)
def torchvision_inceptions(draw: Draw) -> Pair:
    stem = draw.list_of(3, 16, 32, 64)
    stages = [[draw.list_of(6, *WIDTHS) for _ in range(draw.whole(1, 3))] for _ in range(3)]

    def build() -> nn.Module:
        def halve(kernel: int = 3) -> nn.Module:
            return nn.MaxPool2d(kernel, 2, ceil_mode=True)

        first, second, width = stem
        layers: list[nn.Module] = [
            BasicConv2d(3, first, kernel_size=7, stride=2, padding=3),
            halve(),
            BasicConv2d(first, second, kernel_size=1),
            BasicConv2d(second, width, kernel_size=3, padding=1),
            halve(),
        ]
        for stage, modules in enumerate(stages):
            layers += [halve(3 if stage == 1 else 2)] if stage else []
            for widths in modules:
                layers.append(Inception(width, *widths))
                width = widths[0] + widths[2] + widths[4] + widths[5]
        return classified(layers, width, draw.classes)

    knobs = {"preset": "googlenet", "modules": stages, "stem_widths": stem, "dropout": 0}
    return Pair(knobs, build)


@counterpart("inception_v3", "torchvision", smallest=96, largest=299)
def torchvision_inception_v3s(draw: Draw) -> Pair:
    knobs: Knobs = {
        "preset": "inception_v3",
        "a_pool_widths": draw.list_of(draw.whole(1, 4), *WIDTHS),
        "b_inner_widths": draw.list_of(draw.whole(1, 5), 32, 64, 96, 128),
        "c_modules": draw.whole(1, 3),
        "dropout": 0,
    }

    def build() -> nn.Module:
        layers: list[nn.Module] = [
            BasicConv2dOfV3(3, 32, kernel_size=3, stride=2),
            BasicConv2dOfV3(32, 32, kernel_size=3),
            BasicConv2dOfV3(32, 64, kernel_size=3, padding=1),
            nn.MaxPool2d(3, 2),
            BasicConv2dOfV3(64, 80, kernel_size=1),
            BasicConv2dOfV3(80, 192, kernel_size=3),
            nn.MaxPool2d(3, 2),
        ]
        width = 192
        for pooled in knobs["a_pool_widths"]:
            layers.append(InceptionA(width, pooled))
            width = 224 + pooled
        layers.append(InceptionB(width))
        width += 480
        for inner in knobs["b_inner_widths"]:
            layers.append(InceptionC(width, inner))
            width = 768
        layers.append(InceptionD(width))
        width += 512
        for _ in range(knobs["c_modules"]):
            layers.append(InceptionE(width))
            width = 2048
        return classified(layers, width, draw.classes)

    return Pair(knobs, build)


@counterpart("inception_v4", "timm", smallest=96, largest=384)
def timm_inception_v4s(draw: Draw) -> Pair:
    depth = draw.depths(3)
    conv = partial(ConvNormAct, padding=0, norm_kwargs={"eps": 1e-3})

    def build() -> nn.Module:
        module = InceptionV4(draw.classes, draw.channels)
        first, second, third = depth
        module.features = nn.Sequential(
            *module.features[:6],
            *(InceptionAOfV4(conv) for _ in range(first)),
            ReductionA(conv),
            *(InceptionBOfV4(conv) for _ in range(second)),
            ReductionB(conv),
            *(InceptionCOfV4(conv) for _ in range(third)),
        )
        return module

    return Pair({"depth": depth}, build)


@counterpart("inception_resnet", "timm", smallest=96, largest=384)
def timm_inception_resnets(draw: Draw) -> Pair:
    depth = [*draw.depths(2, most=4), draw.whole(2, 4)]
    conv = partial(ConvNormAct, padding=0, norm_kwargs={"eps": 1e-3})

    def build() -> nn.Module:
        module = InceptionResnetV2(draw.classes, draw.channels)
        first, second, third = depth
        module.repeat = nn.Sequential(*(Block35(0.17, conv_block=conv) for _ in range(first)))
        module.repeat_1 = nn.Sequential(*(Block17(0.1, conv_block=conv) for _ in range(second)))
        module.repeat_2 = nn.Sequential(*(Block8(0.2, conv_block=conv) for _ in range(third - 1)))
        return module

    return Pair({"depth": depth}, build)


@counterpart("xception", "timm", smallest=96, largest=384)
def timm_xceptions(draw: Draw) -> Pair:
    knobs: Knobs = {
        "preset": "legacy_xception",
        "stem_widths": [draw.of(16, 32), draw.of(32, 64)],
        "entry_widths": draw.list_of(3, 64, 96, 128, 256),
        "middle_depth": draw.whole(1, 4),
        "exit_widths": draw.list_of(3, 128, 256, 384),
        "dropout": 0,
    }

    def build() -> nn.Module:
        first, width = knobs["stem_widths"]
        layers: list[nn.Module] = []
        for entering, leaving, stride in ((draw.channels, first, 2), (first, width, 1)):
            conv = nn.Conv2d(entering, leaving, 3, stride, bias=False)
            layers += [conv, nn.BatchNorm2d(leaving), nn.ReLU()]
        for i, entry in enumerate(knobs["entry_widths"]):
            layers.append(Block(width, entry, 2, 2, start_with_relu=i > 0))
            width = entry
        layers += [Block(width, width, 3, 1) for _ in range(knobs["middle_depth"])]
        exit_width, *after = knobs["exit_widths"]
        layers.append(Block(width, exit_width, 2, 2, grow_first=False))
        width = exit_width
        for last in after:
            separable = SeparableConv2d(width, last, 3, 1, 1)
            layers += [separable, nn.BatchNorm2d(last), nn.ReLU()]
            width = last
        return classified(layers, width, draw.classes)

    return Pair(knobs, build)


@counterpart("xception_aligned", "timm", smallest=96, largest=299)
def timm_xception_aligneds(draw: Draw) -> Pair:
    knobs: Knobs = {
        "stem_widths": [32, 64],
        "entry_widths": [draw.list_of(draw.of(1, 1, 2), 32, 64, 128) for _ in range(3)],
        "middle_depth": draw.whole(1, 4),
        "exit_widths": draw.list_of(3, 64, 128, 256),
        "final_widths": draw.list_of(3, 96, 128, 192),
        "preactivation": draw.chance(),
        **output_stride(draw),
    }

    def build() -> nn.Module:
        blocks, width = [], 64
        for stage in knobs["entry_widths"]:
            for i, leaving in enumerate(stage):
                blocks.append({"in_chs": width, "out_chs": leaving, "stride": 1 if i else 2})
                width = leaving
        middle = {"in_chs": width, "out_chs": width, "stride": 1}
        leaving, final = tuple(knobs["exit_widths"]), tuple(knobs["final_widths"])
        plain = {} if knobs["preactivation"] else {"start_with_relu": False}
        blocks += [
            *(dict(middle) for _ in range(knobs["middle_depth"])),
            {"in_chs": width, "out_chs": leaving, "stride": 2},
            {"in_chs": leaving[-1], "out_chs": final, "stride": 1, "no_skip": True, **plain},
        ]
        return XceptionAligned(
            blocks,
            draw.classes,
            draw.channels,
            output_stride=knobs.get("output_stride", 32),
            preact=knobs["preactivation"],
        )

    return Pair(knobs, build)
