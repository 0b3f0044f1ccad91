"""ResNets and their kin, as timm's and torchvision's ResNet classes build them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from timm.layers import BatchNormAct2d, BlurPool2d, GroupNorm, GroupNormAct, StdConv2d
from timm.layers import create_conv2d as plain_conv
from timm.models import res2net, resnest, resnetv2, senet, sknet
from timm.models import resnet as timm_resnet
from torch import Tensor, nn
from torchvision.models import resnet as torchvision_resnet

from tests.differential.counterparts import Pair, counterpart
from tests.differential.drawing import Draw
from tests.differential.parts import (
    ACTIVATIONS,
    activation,
    attention,
    doubling,
    drawn_attention,
    output_stride,
)

Knobs = dict[str, Any]

STEM_TYPES = {"conv7": "", "deep": "deep", "deep_tiered": "deep_tiered"}
BLURS = {"none": None, "average": nn.AvgPool2d, "blur": BlurPool2d}


class AnyStages(timm_resnet.ResNet):
    """timm's ResNet, which always runs four stages, with as many as it has."""

    def forward_features(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.act1(self.bn1(self.conv1(x))))
        for name, stage in self.named_children():
            if name.startswith("layer"):
                x = stage(x)
        return x


def stem(draw: Draw) -> Knobs:
    """Knobs of first layers that timm has; its plain stem is always 64 wide."""
    kind = draw.of("conv7", "conv7", "deep", "deep_tiered")
    return {"stem": kind, "stem_width": 64 if kind == "conv7" else draw.of(16, 32, 48, 64, 96)}


def residual(draw: Draw, widths: tuple[int, ...] = (8, 16, 24, 32, 40, 64, 96)) -> Knobs:
    """Knobs that residual networks share."""
    pool = draw.of("none", "none", "average", "blur")
    return {
        "depth": draw.depths(draw.of(2, 3, 4, 4)),
        "base_width": draw.of(*widths),
        **stem(draw),
        "strided_pool": pool,
        "stem_pool": {"none": draw.of("max", "conv"), "average": "average", "blur": "max_blur"}[
            pool
        ],
        "pooled_shortcut": draw.chance(0.4),
        "activation": draw.of(*ACTIVATIONS),
        **drawn_attention(draw, "squeeze_excite", "cbam", "eca"),
        **output_stride(draw),
    }


def build(
    draw: Draw, knobs: Knobs, block: type[nn.Module], block_args: Knobs | None = None, **more: Any
) -> Callable[[], nn.Module]:
    """timm's ResNet of these knobs; what they do not say is as timm has it."""
    deep = knobs.get("stem", "conv7") != "conv7"
    grouped = knobs.get("norm") == "group"
    arguments = {
        "layers": knobs["depth"],
        "channels": doubling(knobs["base_width"], len(knobs["depth"])),
        "num_classes": draw.classes,
        "in_chans": draw.channels,
        "output_stride": knobs.get("output_stride", 32),
        "stem_type": STEM_TYPES[knobs.get("stem", "conv7")],
        "stem_width": knobs.get("stem_width", 64) // (2 if deep else 1),
        "replace_stem_pool": knobs.get("stem_pool") == "conv",
        "avg_down": knobs.get("pooled_shortcut", False),
        "act_layer": activation(knobs.get("activation", "relu")),
        "aa_layer": BLURS[knobs.get("strided_pool", "none")],
        "norm_layer": partial(GroupNorm, num_groups=32) if grouped else nn.BatchNorm2d,
        "zero_init_last": False,
        **more,
    }
    args = block_args or {}
    if "attention" in knobs:
        args = {**args, "attn_layer": attention(knobs)}
    return lambda: AnyStages(block, block_args=args, **arguments)


def bottleneck(kind: type[nn.Module], expansion: int) -> type[nn.Module]:
    """timm's block with a fixed expansion, with another."""
    return type(kind.__name__, (kind,), {"expansion": expansion})


def per_stage(group_width: int, knobs: Knobs) -> float:
    """The group width as timm says it: of a stage of 64 channels."""
    return group_width * 64 / knobs["base_width"]


@counterpart("resnet", "timm", draws=60)
def timm_resnets(draw: Draw) -> Pair:
    kind = draw.of("basic", "bottleneck")
    knobs = {"block": kind, **residual(draw)}
    groupable = knobs["base_width"] % 32 == 0 and knobs["stem_width"] % 64 == 0
    if groupable and knobs["stem"] != "deep_tiered" and draw.chance():
        knobs["norm"] = "group"
    if kind == "basic":
        return Pair(knobs, build(draw, knobs, timm_resnet.BasicBlock))
    knobs["expansion"] = draw.of(1, 2, 3, 4, 4)
    block = bottleneck(timm_resnet.Bottleneck, knobs["expansion"])
    return Pair(knobs, build(draw, knobs, block))


@counterpart("resnet", "torchvision")
def torchvision_resnets(draw: Draw) -> Pair:
    kind = draw.of("basic", "bottleneck")
    knobs = {"block": kind, "depth": draw.depths(4)}
    if kind == "bottleneck":
        knobs |= output_stride(draw)
    block = {
        "basic": torchvision_resnet.BasicBlock,
        "bottleneck": torchvision_resnet.Bottleneck,
    }[kind]
    return Pair(knobs, torchvision_build(draw, knobs, block))


def torchvision_build(
    draw: Draw, knobs: Knobs, block: type[nn.Module], **more: Any
) -> Callable[[], nn.Module]:
    """torchvision's ResNet, which gives up strides one by one."""
    stride = knobs.get("output_stride", 32)
    dilated = [False, stride < 16, stride < 32]
    return lambda: torchvision_resnet.ResNet(
        block,
        knobs["depth"],
        num_classes=draw.classes,
        replace_stride_with_dilation=dilated,
        **more,
    )


@counterpart("resnext", "timm")
def timm_resnexts(draw: Draw) -> Pair:
    knobs = residual(draw, (16, 32, 64, 64, 96, 128)) | {
        "cardinality": draw.of(1, 2, 4, 8, 16, 32),
        "group_width": draw.of(1, 2, 3, 4, 8, 14, 24),
    }
    groups = {
        "cardinality": knobs["cardinality"],
        "base_width": per_stage(knobs["group_width"], knobs),
    }
    return Pair(knobs, build(draw, knobs, timm_resnet.Bottleneck, **groups))


@counterpart("resnext", "torchvision")
def torchvision_resnexts(draw: Draw) -> Pair:
    knobs = {
        "depth": draw.depths(4),
        "cardinality": draw.of(1, 2, 4, 8, 16, 32, 64),
        "group_width": draw.of(1, 2, 3, 4, 5, 8, 14, 24),
        **output_stride(draw),
    }
    groups = {"groups": knobs["cardinality"], "width_per_group": knobs["group_width"]}
    return Pair(knobs, torchvision_build(draw, knobs, torchvision_resnet.Bottleneck, **groups))


@counterpart("wide_resnet", "torchvision")
def torchvision_wide_resnets(draw: Draw) -> Pair:
    widening = draw.of(1, 1.25, 1.5, 1.7, 2, 2.3, 3, 4)
    knobs = {"depth": draw.depths(4), "widening": widening, **output_stride(draw)}
    block = torchvision_resnet.Bottleneck
    return Pair(knobs, torchvision_build(draw, knobs, block, width_per_group=64 * widening))


@counterpart("resnetv2", "timm")
def timm_resnetv2s(draw: Draw) -> Pair:
    kind = draw.of("basic", "bottleneck", "bottleneck")
    expansion = 1 if kind == "basic" else draw.of(1, 2, 4)
    knobs: Knobs = {
        "block": kind,
        "depth": draw.depths(draw.of(3, 4, 4)),
        "base_width": draw.of(16, 24, 32, 64, 96),
        "stem": draw.of(*STEM_TYPES),
        "stem_width": draw.of(32, 64, 96),
        "pooled_shortcut": draw.chance(0.4),
        "weight_standardization": draw.chance(0.4),
        "activation": draw.of("relu", "silu", "gelu"),
        **output_stride(draw),
    }
    if kind == "bottleneck":
        knobs["expansion"] = expansion
    group = partial(GroupNormAct, num_groups=32)
    norms = {"batch": BatchNormAct2d, "group": group}
    if knobs["base_width"] % 32 == 0 and knobs["stem_width"] == 64 and draw.chance():
        knobs |= {"norm": "group", "stem": draw.of("conv7", "deep")}
    widths = doubling(knobs["base_width"] * expansion, len(knobs["depth"]))
    return Pair(
        knobs,
        lambda: resnetv2.ResNetV2(
            knobs["depth"],
            channels=widths,
            num_classes=draw.classes,
            in_chans=draw.channels,
            output_stride=knobs.get("output_stride", 32),
            stem_chs=knobs["stem_width"],
            stem_type=knobs["stem"].replace("conv7", "").replace("deep_tiered", "tiered"),
            avg_down=knobs["pooled_shortcut"],
            basic=kind == "basic",
            bottle_ratio=1 / expansion,
            act_layer=activation(knobs["activation"]),
            norm_layer=norms[knobs.get("norm", "batch")],
            conv_layer=StdConv2d if knobs["weight_standardization"] else plain_conv,
        ),
    )


@counterpart("res2net", "timm")
def timm_res2nets(draw: Draw) -> Pair:
    knobs: Knobs = {
        "depth": draw.depths(4, most=2),
        "base_width": draw.of(32, 64, 64),
        **stem(draw),
        "scale": draw.of(1, 2, 3, 4, 6, 8),
        "cardinality": draw.of(1, 1, 2, 4, 8),
        "group_width": draw.of(4, 8, 14, 26),
        "pooled_shortcut": draw.chance(0.4),
        "activation": draw.of(*ACTIVATIONS),
        **drawn_attention(draw, "squeeze_excite", "eca"),
        **output_stride(draw),
    }
    groups = {
        "cardinality": knobs["cardinality"],
        "base_width": per_stage(knobs["group_width"], knobs),
    }
    scales = {"scale": knobs["scale"]}
    return Pair(knobs, build(draw, knobs, res2net.Bottle2neck, scales, **groups))


@counterpart("resnest", "timm")
def timm_resnests(draw: Draw) -> Pair:
    pool = draw.of("after", "before", "none")
    knobs: Knobs = {
        "depth": draw.depths(4, most=2),
        "base_width": draw.of(16, 32, 64),
        "radix": draw.of(0, 1, 2, 2, 4),
        "cardinality": draw.of(1, 1, 2, 4),
        "group_width": draw.of(16, 32, 64),
        "stem": "deep",
        "stem_width": draw.of(32, 64),
        "pooled_shortcut": True,
        "downsampling_pool": pool,
        **output_stride(draw),
    }
    groups = {
        "cardinality": knobs["cardinality"],
        "base_width": per_stage(knobs["group_width"], knobs),
    }
    splits = {"radix": knobs["radix"], "avd": pool != "none", "avd_first": pool == "before"}
    return Pair(knobs, build(draw, knobs, resnest.ResNestBottleneck, splits, **groups))


@counterpart("sknet", "timm")
def timm_sknets(draw: Draw) -> Pair:
    kind = draw.of("basic", "bottleneck", "bottleneck")
    kernels = draw.of([3, 5], [3, 5], [5, 7], [3, 5, 7, 9])
    least = draw.of(8, 16, 32)
    knobs: Knobs = {
        "block": kind,
        "depth": draw.depths(4, most=2),
        "base_width": draw.of(32, 64),
        "kernels": kernels,
        "dilated": draw.chance(0.6),
        "split_input": draw.chance(),
        "select_reduction": draw.of(4, 8, 16),
        "select_least": least,
        "select_divisor": least,  # timm has one for both
        **output_stride(draw),
    }
    knobs |= (
        {"cardinality": 1, "group_width": knobs["base_width"]}
        if kind == "basic"
        else {"cardinality": draw.of(1, 2, 4, 8, 32), "group_width": draw.of(4, 8, 16)}
    )
    selection = {
        "kernel_size": kernels,
        "keep_3x3": knobs["dilated"],
        "rd_ratio": 1 / knobs["select_reduction"],
        "rd_divisor": least,
        "split_input": knobs["split_input"],
    }
    groups = {
        "cardinality": knobs["cardinality"],
        "base_width": per_stage(knobs["group_width"], knobs),
    }
    block = {"basic": sknet.SelectiveKernelBasic, "bottleneck": sknet.SelectiveKernelBottleneck}
    return Pair(knobs, build(draw, knobs, block[kind], {"sk_kwargs": selection}, **groups))


@counterpart("senet", "timm", smallest=64)
def timm_senets(draw: Draw) -> Pair:
    groups, kernel = draw.of(1, 4, 16, 32, 64), draw.of(1, 3)
    knobs: Knobs = {
        "depth": draw.depths(4, most=2),
        "cardinality": groups,
        "group_width": 256 // groups,
        "reduction": draw.of(4, 8, 16),
        "shortcut_kernel": kernel,
        "dropout": 0,
    }
    return Pair(
        knobs,
        lambda: senet.SENet(
            senet.SEBottleneck,
            knobs["depth"],
            groups,
            knobs["reduction"],
            drop_rate=0,
            in_chans=draw.channels,
            inplanes=128,
            input_3x3=True,
            downsample_kernel_size=kernel,
            downsample_padding=kernel // 2,
            num_classes=draw.classes,
        ),
    )
