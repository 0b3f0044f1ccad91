"""Published networks as compositions of stages, and words to compose them with."""

from __future__ import annotations

from typing import Any

Fields = dict[str, Any]


def stages(
    block: str, widths: list[int], depths: list[int], strides: list[int] | None = None, **knobs: Any
) -> list[Fields]:
    """Stages of one block; all but the first halve the map unless strides are given."""
    strides = strides or [1] + [2] * (len(widths) - 1)
    return [
        {"block": block, "width": width, "depth": depth, "stride": stride, **knobs}
        for width, depth, stride in zip(widths, depths, strides, strict=True)
    ]


def each(composed: list[Fields], *knobs: Fields) -> list[Fields]:
    """Stages with knobs of their own."""
    return [{**stage, **own} for stage, own in zip(composed, knobs, strict=True)]


FOUR, DOUBLING, OF_50 = [256, 512, 1024, 2048], [64, 128, 256, 512], [3, 4, 6, 3]
SE = {"kind": "squeeze_excite", "divisor": 8}
INNER_SE = {
    "kind": "squeeze_excite",
    "channels": "inner",
    "divisor": 8,
    "gate": "hardsigmoid",
}
SILU_SE = {"kind": "squeeze_excite", "activation": "silu"}
GOOGLENET = [
    (64, 96, 128, 16, 32, 32),
    (128, 128, 192, 32, 96, 64),
    (192, 96, 208, 16, 48, 64),
    (160, 112, 224, 24, 64, 64),
    (128, 128, 256, 24, 64, 64),
    (112, 144, 288, 32, 64, 64),
    (256, 160, 320, 32, 128, 128),
    (256, 160, 320, 32, 128, 128),
    (384, 192, 384, 48, 128, 128),
]
_V3 = {"block": "mbconv", "activation": "hardswish"}

KNOWN: dict[str, Fields] = {
    "resnet18": {"stem": "conv7", "stages": stages("basic", DOUBLING, [2] * 4)},
    "resnet50": {"stem": "conv7", "stages": stages("bottleneck", FOUR, OF_50)},
    "resnet50_v1": {"stem": "conv7", "stages": stages("bottleneck", FOUR, OF_50, stride_on="1x1")},
    "resnet50_gn": {
        "stem": {"kind": "conv7", "norm": "group"},
        "stages": stages("bottleneck", FOUR, OF_50, norm="group"),
    },
    "seresnet50": {"stem": "conv7", "stages": stages("bottleneck", FOUR, OF_50, attention=SE)},
    "cbam_resnet50": {
        "stem": "conv7",
        "stages": stages("bottleneck", FOUR, OF_50, attention="cbam"),
    },
    "ecaresnet50d": {
        "stem": "deep",
        "stages": stages("bottleneck", FOUR, OF_50, pooled_shortcut=True, attention="eca"),
    },
    "resnet20_cifar10": {
        "stem": "cifar",
        "stages": stages("basic", [16, 32, 64], [3] * 3, shortcut="A"),
    },
    "resnext50_32x4d": {
        "stem": "conv7",
        "stages": stages("bottleneck", FOUR, OF_50, expansion=2, groups=32),
    },
    "resnext50_4x24d": {
        "stem": "conv7",
        "stages": stages("bottleneck", FOUR, OF_50, expansion=8 / 3, groups=4),
    },
    "wide_resnet50_2": {
        "stem": "conv7",
        "stages": stages("bottleneck", FOUR, OF_50, expansion=2),
    },
    "resnetv2_50": {
        "stem": {"kind": "conv7", "bare_end": True},
        "stages": stages("preact_bottleneck", FOUR, OF_50),
        "head": {"kind": "preactivated", "convolutional": True},
    },
    "senet154": {
        "stem": {"kind": "deep", "width": 128, "pool": "max_ceil"},
        "stages": stages(
            "senet_bottleneck",
            FOUR,
            [3, 8, 36, 3],
            expansion=1,
            groups=64,
            attention="squeeze_excite",
        ),
        "head": "dropout",
    },
    "sknet50": {
        "stem": "conv7",
        "stages": stages("sk_bottleneck", FOUR, OF_50, expansion=2, groups=32),
    },
    "resnest50d": {
        "stem": "deep",
        "stages": stages("resnest_bottleneck", FOUR, OF_50, pooled_shortcut=True),
    },
    "regnety_040": {
        "stages": stages(
            "x_block",
            [128, 192, 512, 1088],
            [2, 6, 12, 2],
            [2] * 4,
            group_width=64,
            attention="squeeze_excite",
        )
    },
    "mobilenetv1_100": {
        "stem": {"kind": "conv", "activation": "relu6"},
        "stages": stages("depthwise_separable", [64, 128, 256, 512, 1024], [1, 2, 2, 6, 2]),
    },
    "mobilenetv2_100": {
        "stem": {"kind": "conv", "activation": "relu6"},
        "stages": each(
            stages(
                "mbconv",
                [16, 24, 32, 64, 96, 160, 320],
                [1, 2, 3, 4, 3, 3, 1],
                [1, 2, 2, 2, 1, 2, 1],
            ),
            {"expansion": 1},
            *[{}] * 6,
        ),
        "head": {"kind": "conv", "activation": "relu6"},
    },
    "mobilenetv3_small_100": {
        "stem": {"kind": "conv", "width": 16, "activation": "hardswish"},
        "stages": [
            {**_V3, "width": 16, "expansion": 1, "attention": INNER_SE, "activation": "relu"},
            {**_V3, "width": 24, "expansion": 4.5, "activation": "relu"},
            {**_V3, "width": 24, "stride": 1, "expansion": 3.67, "activation": "relu"},
            {**_V3, "width": 40, "kernel": 5, "expansion": 4, "attention": INNER_SE},
            {
                **_V3,
                "width": 40,
                "depth": 2,
                "stride": 1,
                "kernel": 5,
                "expansion": 6,
                "attention": INNER_SE,
            },
            {
                **_V3,
                "width": 48,
                "depth": 2,
                "stride": 1,
                "kernel": 5,
                "expansion": 3,
                "attention": INNER_SE,
            },
            {**_V3, "width": 96, "depth": 3, "kernel": 5, "expansion": 6, "attention": INNER_SE},
        ],
        "head": {"kind": "late_conv", "width": 576, "hidden": 1024},
    },
    "efficientnet_b0": {
        "stem": {"kind": "conv", "activation": "silu"},
        "stages": each(
            stages(
                "mbconv",
                [16, 24, 40, 80, 112, 192, 320],
                [1, 2, 2, 3, 3, 4, 1],
                [1, 2, 2, 2, 1, 2, 1],
                activation="silu",
                attention=SILU_SE,
            ),
            {"expansion": 1},
            {},
            {"kernel": 5},
            {},
            {"kernel": 5},
            {"kernel": 5},
            {},
        ),
        "head": {"kind": "conv", "activation": "silu"},
    },
    "efficientnetv2_s": {
        "stem": {"kind": "conv", "width": 24, "activation": "silu"},
        "stages": [
            *each(
                stages("fused_mbconv", [24, 48, 64], [2, 4, 4], activation="silu"),
                {"expansion": 1},
                {"expansion": 4},
                {"expansion": 4},
            ),
            *each(
                stages(
                    "mbconv",
                    [128, 160, 256],
                    [6, 9, 15],
                    [2, 1, 2],
                    activation="silu",
                    attention=SILU_SE,
                ),
                {"expansion": 4},
                {},
                {},
            ),
        ],
        "head": {"kind": "conv", "activation": "silu"},
    },
    "shufflenet_g3": {
        "stem": {"kind": "conv", "width": 24, "pool": "max"},
        "stages": each(
            stages("grouped_shuffle_unit", [240, 480, 960], [4, 8, 4], [2] * 3, groups=3),
            {"first_grouped": False},
            {},
            {},
        ),
    },
    "shufflenet_v2_x1_0": {
        "stem": {"kind": "conv", "width": 24, "pool": "max"},
        "stages": stages("split_shuffle_unit", [116, 232, 464], [4, 8, 4], [2] * 3),
        "head": {"kind": "conv", "width": 1024},
    },
    "densenet121": {
        "stem": "conv7",
        "stages": [
            {"block": "dense_block", "depth": 6, "stride": 1, "compression": 1},
            *({"block": "dense_block", "depth": depth} for depth in (12, 24, 16)),
        ],
        "head": "preactivated",
    },
    "darknet53": {
        "stem": {"kind": "conv", "stride": 1, "activation": "leaky_relu"},
        "stages": stages("dark", [64, 128, 256, 512, 1024], [1, 2, 8, 8, 4], [2] * 5),
    },
    "cspresnet50": {
        "stem": {
            "kind": "conv",
            "width": 64,
            "kernel": 7,
            "activation": "leaky_relu",
            "pool": "max",
        },
        "stages": stages(
            "dark_bottleneck",
            [128, 256, 512, 1024],
            [3, 3, 5, 2],
            cross_stage={"activation": "leaky_relu"},
        ),
    },
    "squeezenet1_1": {
        "stem": {"kind": "conv", "width": 64, "norm": "none", "padded": False},
        "stages": stages("fire", [128, 256, 384, 512], [2] * 4, [2, 2, 2, 1]),
        "head": {"kind": "mapped", "dropout": 0.5, "activation": "relu"},
    },
    "vgg16": {
        "stem": "none",
        "stages": stages(
            "conv", [64, 128, 256, 512, 512], [2, 2, 3, 3, 3], [1] * 5, norm="none", end_pool=True
        ),
        "head": "hidden",
    },
    "googlenet_bn_5x5": {
        "stem": {"kind": "conv", "width": 64, "kernel": 7, "pool": "max_ceil"},
        "stages": [
            {"block": "conv", "width": 64, "kernel": 1, "stride": 1},
            {"block": "conv", "width": 192, "stride": 1},
            *(
                {"block": "inception_v1", "widths": widths, "stride": 2 if i in (0, 2, 7) else 1}
                for i, widths in enumerate(GOOGLENET)
            ),
        ],
        "head": {"kind": "dropout", "rate": 0.4},
    },
    "convnext_tiny": {
        "stem": "patches",
        "stages": stages("convnext_block", [96, 192, 384, 768], [3, 3, 9, 3]),
        "head": "normed",
    },
    "convnextv2_tiny": {
        "stem": "patches",
        "stages": stages(
            "convnext_block",
            [96, 192, 384, 768],
            [3, 3, 9, 3],
            layer_scale=False,
            response_norm=True,
        ),
        "head": "normed",
    },
    "roadmap_convnext_tiny": {
        "stem": "patches",
        "stages": stages(
            "roadmap_bottleneck",
            [96, 192, 384, 768],
            [3, 3, 9, 3],
            expansion=0.25,
            depthwise=True,
            spatial_first=True,
            kernel=7,
            activation="gelu",
            activations="one",
            norms="one",
            norm="layer",
            layer_scale=True,
            separate_downsampling=True,
        ),
        "head": "normed",
    },
    "van_b2": {
        "stem": "overlapping_patches",
        "stages": each(
            stages("van_block", [64, 128, 320, 512], [3, 3, 12, 3]),
            {"expansion": 8},
            {"expansion": 8},
            {},
            {},
        ),
    },
    "swin_tiny_patch4_window7_224": {
        "stem": "patches",
        "stages": stages("swin_block", [96, 192, 384, 768], [2, 2, 6, 2]),
        "head": {"kind": "normed", "norm_on": "maps"},
    },
}
"""Published networks as compositions of stages."""
