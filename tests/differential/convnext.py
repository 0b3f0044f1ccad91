"""ConvNeXts, as timm and torchvision build them."""

from __future__ import annotations

from functools import partial
from unittest.mock import patch

from timm.models import convnext as timm_convnext
from torch import nn
from torchvision.models import convnext as torchvision_convnext

from tests.differential.counterparts import Pair, counterpart
from tests.differential.definitions import Knobs
from tests.differential.drawing import Draw
from tests.differential.parts import doubling, output_stride


@counterpart("convnext", "timm", draws=60)
def timm_convnexts(draw: Draw) -> Pair:
    stem = draw.of("patch", "patch", "overlap", "overlap_tiered", "overlap_act")
    knobs: Knobs = {
        "depth": draw.depths(4),
        "base_width": draw.of(16, 24, 40, 48, 64, 80),
        "kernel": draw.of(3, 5, 7, 9, 11),
        "expansion": draw.of(1, 2, 3, 4, 4, 6),
        "pointwise": draw.of("conv", "linear"),
        "layer_scale": draw.chance(),
        "response_norm": draw.chance(0.4),
        "norm": draw.of("layer", "layer", "rms"),
        "stem": stem,
        "head_norm": draw.of("maps", "pooled", "pooled"),
        **output_stride(draw),
    }
    if knobs["head_norm"] == "pooled":
        knobs["head_width"] = draw.of(0, 0, 96)
    if stem == "patch":
        knobs["patch"] = draw.of(2, 4, 4)
        knobs["first_stride"] = 4 // knobs["patch"]  # timm halves once more behind small patches
    block = partial(timm_convnext.ConvNeXtBlock, mlp_ratio=knobs["expansion"])

    def build() -> nn.Module:
        with patch.object(timm_convnext, "ConvNeXtBlock", block):
            return timm_convnext.ConvNeXt(
                in_chans=draw.channels,
                num_classes=draw.classes,
                output_stride=knobs.get("output_stride", 32),
                depths=tuple(knobs["depth"]),
                dims=doubling(knobs["base_width"], 4),
                kernel_sizes=knobs["kernel"],
                ls_init_value=1e-6 if knobs["layer_scale"] else None,
                stem_type=stem,
                patch_size=knobs.get("patch", 4),
                head_norm_first=knobs["head_norm"] == "maps",
                head_hidden_size=knobs.get("head_width") or None,
                conv_mlp=knobs["pointwise"] == "conv",
                use_grn=knobs["response_norm"],
                norm_layer="rmsnorm2d" if knobs["norm"] == "rms" else None,
            )

    return Pair(knobs, build)


@counterpart("convnext", "torchvision")
def torchvision_convnexts(draw: Draw) -> Pair:
    stages, width = draw.of(2, 3, 4), draw.of(16, 24, 48, 96)
    depth = draw.depths(stages)
    after = [*doubling(width, stages)[1:], None]
    return Pair(
        {"depth": depth, "base_width": width},
        lambda: torchvision_convnext.ConvNeXt(
            [
                torchvision_convnext.CNBlockConfig(width * 2**stage, after[stage], blocks)
                for stage, blocks in enumerate(depth)
            ],
            num_classes=draw.classes,
        ),
    )
