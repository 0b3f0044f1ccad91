"""Networks composed of blocks: of timm's, one after the other."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from timm.layers import LayerNorm, LayerNorm2d, get_attn
from timm.models import convnext, regnet, resnet
from timm.models._efficientnet_blocks import (
    DepthwiseSeparableConv,
    EdgeResidual,
    InvertedResidual,
    SqueezeExcite,
)
from torch import nn

from tests.differential.counterparts import Pair, counterpart
from tests.differential.definitions import Knobs
from tests.differential.drawing import Draw
from tests.differential.inception import classified
from tests.differential.parts import activation
from tests.differential.residual import bottleneck

Stage = tuple[Knobs, list[nn.Module], int]
"""Knobs of a stage, timm's blocks of it, and the channels after them."""


@counterpart("custom", "timm", smallest=64, largest=225, draws=60)
def timm_blocks(draw: Draw) -> Pair:
    width, kernel = draw.of(16, 24, 32), draw.of(3, 5, 7)
    stages: list[Knobs] = []
    with torch.device("meta"):
        conv = nn.Conv2d(draw.channels, width, kernel, 2, kernel // 2, bias=False)
        layers: list[nn.Module] = [conv, nn.BatchNorm2d(width), nn.ReLU()]
        for _ in range(draw.whole(1, 5)):
            make = draw.of(residual, mobile, x_blocks, convnext_blocks, separable)
            knobs, blocks, width = make(draw, width, draw.whole(1, 3), draw.of(1, 2))
            stages.append(knobs)
            layers += blocks
        module = classified(layers, width, draw.classes)
    stem = {"kind": "conv", "width": conv.out_channels, "kernel": kernel, "stride": 2}
    return Pair({"stem": stem, "stages": stages, "head": "pooled"}, lambda: module)


def attention(draw: Draw) -> tuple[Knobs, Any]:
    """Knobs of attention, and what timm builds it with."""
    reduction, divisor = draw.of(2, 4, 8, 16), draw.of(1, 4, 8)
    match draw.of("none", "none", "squeeze_excite", "cbam", "eca"):
        case "squeeze_excite" as kind:
            layer = partial(get_attn("se"), rd_ratio=1 / reduction, rd_divisor=divisor)
            return {"kind": kind, "reduction": reduction, "divisor": divisor}, layer
        case "cbam" as kind:
            layer = partial(get_attn("cbam"), rd_ratio=1 / reduction, rd_divisor=1)
            return {"kind": kind, "reduction": reduction, "divisor": 1, "bias": False}, layer
        case "eca" as kind:
            return {"kind": kind}, get_attn("eca")
        case kind:
            return {"kind": kind}, None


def residual(draw: Draw, width: int, depth: int, stride: int) -> Stage:
    """Basic blocks or bottlenecks."""
    kind = draw.of("basic", "bottleneck")
    expansion = 1 if kind == "basic" else draw.of(1, 2, 4)
    groups = 1 if kind == "basic" else draw.of(1, 2, 4)
    inner, pooled = draw.of(16, 24, 32), draw.chance(0.4)
    attended, layer = attention(draw)
    leaving = inner * expansion
    knobs: Knobs = {
        "block": kind,
        "depth": depth,
        "stride": stride,
        "width": leaving,
        "attention": attended,
        "pooled_shortcut": pooled,
    }
    make = resnet.BasicBlock
    if kind == "bottleneck":
        knobs |= {"expansion": expansion, "groups": groups}
        make = bottleneck(resnet.Bottleneck, expansion)
    project = resnet.downsample_avg if pooled else resnet.downsample_conv
    blocks = []
    for i in range(depth):
        step = 1 if i else stride
        shortcut = project(width, leaving, 1, step) if step > 1 or width != leaving else None
        block = make(
            width,
            inner,
            step,
            shortcut,
            cardinality=groups,
            base_width=64 / groups,
            attn_layer=layer,
        )
        blocks.append(block)
        width = leaving
    return knobs, blocks, width


def mobile(draw: Draw, width: int, depth: int, stride: int) -> Stage:
    """Inverted bottlenecks, depthwise or fused."""
    kind, act = draw.of("mbconv", "fused_mbconv"), draw.of("relu", "silu", "relu6")
    leaving, expansion, kernel = 8 * draw.whole(2, 8), draw.of(2, 3, 4, 6), draw.of(3, 5, 7)
    squeezed = draw.chance()
    squeeze = {
        "kind": "squeeze_excite",
        "reduction": 4,
        "channels": "input",
        "divisor": 1,
        "activation": act,
    }
    knobs = {
        "block": kind,
        "depth": depth,
        "stride": stride,
        "width": leaving,
        "kernel": kernel,
        "expansion": expansion,
        "activation": act,
        "attention": squeeze if squeezed else {"kind": "none"},
    }
    make, side = {
        "mbconv": (InvertedResidual, "dw_kernel_size"),
        "fused_mbconv": (EdgeResidual, "exp_kernel_size"),
    }[kind]
    blocks = []
    for i in range(depth):
        layer = partial(SqueezeExcite, rd_channels=max(1, width // 4)) if squeezed else None
        block = make(
            width,
            leaving,
            stride=1 if i else stride,
            exp_ratio=expansion,
            act_layer=activation(act),
            se_layer=layer,
            **{side: kernel},
        )
        blocks.append(block)
        width = leaving
    return knobs, blocks, width


def x_blocks(draw: Draw, width: int, depth: int, stride: int) -> Stage:
    """Blocks of the RegNet design space."""
    group_width, expansion = draw.of(4, 8, 16), draw.of(1, 1, 2)
    leaving = group_width * draw.whole(2, 6) * expansion
    squeezed, linear, shortcut = draw.chance(), draw.chance(0.3), draw.of("conv", "pooled")
    knobs = {
        "block": "x_block",
        "depth": depth,
        "stride": stride,
        "width": leaving,
        "group_width": group_width,
        "expansion": expansion,
        "linear_end": linear,
        "shortcut": shortcut,
        "attention": {"kind": "squeeze_excite", "reduction": 4} if squeezed else {"kind": "none"},
    }
    blocks = []
    for i in range(depth):
        block = regnet.Bottleneck(
            width,
            leaving,
            stride=1 if i else stride,
            bottle_ratio=1 / expansion,
            group_size=group_width,
            se_ratio=0.25 if squeezed else 0,
            downsample={"conv": "conv1x1", "pooled": "avg"}[shortcut],
            linear_out=linear,
            act_layer=nn.ReLU,
        )
        blocks.append(block)
        width = leaving
    return knobs, blocks, width


def convnext_blocks(draw: Draw, width: int, depth: int, stride: int) -> Stage:
    """ConvNeXt blocks, after a norm and a convolution where shapes change."""
    leaving, kernel, expansion = 8 * draw.whole(2, 8), draw.of(3, 5, 7, 9), draw.of(2, 3, 4)
    scaled, normed, convolutional = draw.chance(), draw.chance(0.3), draw.chance()
    knobs = {
        "block": "convnext_block",
        "depth": depth,
        "stride": stride,
        "width": leaving,
        "kernel": kernel,
        "expansion": expansion,
        "layer_scale": scaled,
        "response_norm": normed,
        "pointwise": "conv" if convolutional else "linear",
    }
    blocks: list[nn.Module] = []
    if stride > 1 or width != leaving:
        blocks += [LayerNorm2d(width), nn.Conv2d(width, leaving, stride, stride)]
    for _ in range(depth):
        block = convnext.ConvNeXtBlock(
            leaving,
            leaving,
            kernel_size=kernel,
            mlp_ratio=expansion,
            conv_mlp=convolutional,
            use_grn=normed,
            ls_init_value=1e-6 if scaled else None,
            norm_layer=LayerNorm2d if convolutional else LayerNorm,
        )
        blocks.append(block)
    return knobs, blocks, leaving


def separable(draw: Draw, width: int, depth: int, stride: int) -> Stage:
    """Depthwise separable convolutions."""
    leaving, kernel, act = 8 * draw.whole(2, 8), draw.of(3, 5), draw.of("relu", "relu6")
    knobs = {
        "block": "depthwise_separable",
        "depth": depth,
        "stride": stride,
        "width": leaving,
        "kernel": kernel,
        "activation": act,
    }
    blocks = []
    for i in range(depth):
        block = DepthwiseSeparableConv(
            width,
            leaving,
            dw_kernel_size=kernel,
            stride=1 if i else stride,
            pw_act=True,
            noskip=True,
            act_layer=activation(act),
        )
        blocks.append(block)
        width = leaving
    return knobs, blocks, width
