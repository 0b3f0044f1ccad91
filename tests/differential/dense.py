"""DenseNets, as timm and torchvision build them."""

from __future__ import annotations

from timm.layers import BlurPool2d
from timm.models.densenet import DenseNet
from torchvision.models import densenet as torchvision_densenet

from tests.differential.counterparts import Pair, counterpart
from tests.differential.drawing import Draw


@counterpart("densenet", "timm", smallest=64)
def timm_densenets(draw: Draw) -> Pair:
    blur = draw.chance(0.25)
    stem = draw.of("conv7", "deep", "deep_tiered")
    knobs = {
        "depth": draw.depths(draw.of(2, 3, 4, 5), most=6),
        "growth_rate": draw.of(4, 8, 12, 16, 24, 32),
        "bottleneck": draw.of(1, 2, 4, 4, 6),
        "stem": stem,
        "stem_pool": "max_blur" if blur else "max",
        "transition_pool": "blur" if blur else "average",
    }
    return Pair(
        knobs,
        lambda: DenseNet(
            knobs["growth_rate"],
            knobs["depth"],
            num_classes=draw.classes,
            in_chans=draw.channels,
            bn_size=knobs["bottleneck"],
            stem_type="" if stem == "conv7" else stem,
            aa_layer=BlurPool2d if blur else None,
            aa_stem_only=False,
        ),
    )


@counterpart("densenet", "torchvision", smallest=64)
def torchvision_densenets(draw: Draw) -> Pair:
    knobs = {
        "depth": draw.depths(draw.of(2, 3, 4, 5), most=6),
        "growth_rate": draw.of(3, 4, 8, 12, 17, 24, 32),
        "bottleneck": draw.of(1, 2, 4, 4, 6),
        "stem_width": draw.of(16, 17, 24, 64, 96),
    }
    return Pair(
        knobs,
        lambda: torchvision_densenet.DenseNet(
            knobs["growth_rate"],
            knobs["depth"],
            knobs["stem_width"],
            knobs["bottleneck"],
            num_classes=draw.classes,
        ),
    )
