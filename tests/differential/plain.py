"""Networks that are chains of layers: AlexNet, VGG, SqueezeNet and RepVGG."""

from __future__ import annotations

from timm.models import byobnet
from timm.models import vgg as timm_vgg
from torch import nn
from torchvision.models import squeezenet
from torchvision.models import vgg as torchvision_vgg
from torchvision.models.alexnet import AlexNet

from tests.differential.counterparts import Pair, counterpart
from tests.differential.definitions import Knobs
from tests.differential.drawing import Draw
from tests.differential.parts import attention, drawn_attention


@counterpart("alexnet", "torchvision", smallest=64)
def torchvision_alexnets(draw: Draw) -> Pair:
    return Pair(
        {"preset": "alexnet", "dropout": 0},
        lambda: AlexNet(draw.classes, dropout=0),
    )


@counterpart("squeezenet", "torchvision")
def torchvision_squeezenets(draw: Draw) -> Pair:
    version = draw.of("1_0", "1_1")
    return Pair(
        {"preset": f"squeezenet{version}", "dropout": 0},
        lambda: squeezenet.SqueezeNet(version, draw.classes, dropout=0),
    )


def plan(knobs: Knobs) -> list[int | str]:
    """The libraries' list of widths, with an M for each pool."""
    stages = [
        [min(knobs["base_width"] * 2**stage, knobs["max_width"])] * depth
        for stage, depth in enumerate(knobs["depth"])
    ]
    return [layer for stage in stages for layer in (*stage, "M")]


def convolutions(draw: Draw) -> Knobs:
    """Knobs of a VGG before its head."""
    return {
        "depth": draw.depths(draw.of(3, 4, 5)),
        "base_width": draw.of(8, 16, 24, 32),
        "max_width": draw.of(64, 128, 512),
        "norm": draw.of("batch", "none"),
        "dropout": 0,
    }


@counterpart("vgg", "timm")
def timm_vggs(draw: Draw) -> Pair:
    knobs = {**convolutions(draw), "head": "conv"}
    norm = nn.BatchNorm2d if knobs["norm"] == "batch" else None
    return Pair(
        knobs,
        lambda: timm_vgg.VGG(
            plan(knobs), num_classes=draw.classes, in_chans=draw.channels, norm_layer=norm
        ),
    )


@counterpart("vgg", "torchvision")
def torchvision_vggs(draw: Draw) -> Pair:
    knobs = convolutions(draw)

    def build() -> nn.Module:
        layers = torchvision_vgg.make_layers(plan(knobs), batch_norm=knobs["norm"] == "batch")
        module = torchvision_vgg.VGG(layers, draw.classes, dropout=0)
        last = plan(knobs)[-2]
        module.classifier[0] = nn.Linear(49 * last, 4096)  # 512 channels are expected there
        return module

    return Pair(knobs, build)


@counterpart("repvgg", "timm")
def timm_repvggs(draw: Draw) -> Pair:
    groups = draw.of(1, 1, 2, 4)
    stages = draw.of(3, 4)
    knobs = {
        "depth": draw.depths(stages, most=4),
        "widths": draw.list_of(stages, 16, 32, 48, 64, 128),
        "stem_width": draw.of(16, 32, 64),
        "groups": groups,
        **drawn_attention(draw, "squeeze_excite"),
        "deploy": draw.chance(0.3),
    }
    knobs.pop("squeeze_divisor", None)  # always 1 here
    if knobs["deploy"]:
        knobs["attention"] = "none"

    def per_group(channels: int, index: int) -> int:
        return channels // groups if index % 2 and groups > 1 else 0

    def build() -> nn.Module:
        blocks = tuple(
            byobnet.ByoBlockCfg(type="rep", d=depth, c=width, gs=per_group)
            for depth, width in zip(knobs["depth"], knobs["widths"], strict=True)
        )
        config = byobnet.ByoModelCfg(blocks, stem_type="rep", stem_chs=knobs["stem_width"])
        attend = attention(knobs)
        module = byobnet.ByobNet(
            config, draw.classes, draw.channels, output_stride=32, attn_layer=attend
        )
        return deployed(module) if knobs["deploy"] else module

    return Pair(knobs, build)


def deployed(module: nn.Module) -> nn.Module:
    """The module with its branches folded, as timm folds them."""
    for part in module.modules():
        if isinstance(part, byobnet.RepVggBlock):
            part.reparameterize()
    return module
