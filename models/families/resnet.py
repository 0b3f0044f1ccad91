"""ResNet: He, Zhang, Ren, Sun 2015, with the refinements that later papers made customary."""

from __future__ import annotations

from functools import partial
from typing import Literal

from archmeter.models.layers.cifar import CIFAR10, PYTORCH_CIFAR, PYTORCH_CIFAR100
from archmeter.models.layers.residual_spec import ResNetSpec
from archmeter.models.spec import Family, Paper, Preset


class ImageNetResNetSpec(ResNetSpec):
    """Basic or bottleneck blocks in four stages; He et al. 2015, Table 1."""

    family: Literal["resnet"] = "resnet"


_preset = partial(Preset, ImageNetResNetSpec)

_C = {"stem": "deep"}
_D = {"stem": "deep", "pooled_shortcut": True}
_T = {"stem": "deep_tiered", "pooled_shortcut": True}
_S = {"stem": "deep", "stem_width": 128}
_BLUR = {"strided_pool": "blur", "stem_pool": "max_blur"}
_AA = {"strided_pool": "average", "stem_pool": "average"}
_SE = {"attention": "squeeze_excite", "squeeze_divisor": 8}
_ECA = {"attention": "eca"}
_CBAM = {"attention": "cbam"}
_RS = {**_D, **_SE, "reduction": 4, "stem_pool": "conv"}
_LEGACY_SE = {"attention": "squeeze_excite", "stride_on": "1x1", "stem_pool": "max_ceil"}

_TABLE_1 = "He et al. 2015, Table 1; stride on the 3x3 as in torchvision and timm"
_BAG_OF_TRICKS = "He et al. 2018 (arXiv:1812.01187), Fig. 2; timm"
_SENET = "Hu et al. 2018 (arXiv:1709.01507); timm"
_SENET_RELEASED = "Hu et al. 2018, the authors' release; timm legacy_senet"
_ECANET = "Wang et al. 2020 (arXiv:1910.03151); timm"
_RESNET_RS = "Bello et al. 2021 (arXiv:2103.07579), Table 1 and Figure 4; timm"
_BLURRED = "Zhang 2019 (arXiv:1904.11486); timm"
_CLIP = "Radford et al. 2021 (arXiv:2103.00020), Table 20: CLIP's image encoders; timm"
_CLIP_SIZES = (
    ("50", 50, 64, 224, 1024),
    ("101", 101, 64, 224, 512),
    ("50x4", (4, 6, 10, 6), 80, 288, 640),
    ("50x16", (6, 8, 18, 8), 96, 384, 768),
    ("50x64", (3, 15, 36, 10), 128, 448, 1024),
)
"""Name, depth, base width, resolution, features."""
_CBAM_PAPER = "Woo et al. 2018 (arXiv:1807.06521), the authors' code"

FAMILY = Family(
    title="ResNet",
    summary="Residual blocks around identity shortcuts; depth by repetition.",
    paper=Paper(
        "Deep Residual Learning for Image Recognition",
        "He, Zhang, Ren, Sun",
        2015,
        "https://arxiv.org/abs/1512.03385",
    ),
    spec=ImageNetResNetSpec,
    presets=(
        *(_preset(f"resnet{d}", {"depth": d}, _TABLE_1) for d in (18, 34, 50, 101, 152, 200)),
        *(_preset(f"resnet{d}", {"depth": d}, "timm") for d in (10, 14, 26)),
        *(
            _preset(f"resnet{d}_v1", {"depth": d, "stride_on": "1x1"}, "He et al. 2015, Table 1")
            for d in (50, 101, 152)
        ),
        *(_preset(f"resnet{d}c", {"depth": d, **_C}, _BAG_OF_TRICKS) for d in (50, 101, 152)),
        *(
            _preset(f"resnet{d}d", {"depth": d, **_D}, _BAG_OF_TRICKS)
            for d in (18, 26, 34, 50, 101)
        ),
        *(
            _preset(f"resnet{d}d", {"depth": d, "resolution": 256, **_D}, _BAG_OF_TRICKS)
            for d in (152, 200)
        ),
        *(_preset(f"resnet{d}s", {"depth": d, **_S}, "timm") for d in (50, 101, 152)),
        *(
            _preset(f"resnet{d}t", {"depth": d, "resolution": side, **_T}, "timm")
            for d, side in ((10, 176), (14, 176), (26, 256), (50, 224))
        ),
        *(_preset(f"resnetblur{d}", {"depth": d, **_BLUR}, _BLURRED) for d in (18, 50)),
        *(_preset(f"resnetblur{d}d", {"depth": d, **_D, **_BLUR}, _BLURRED) for d in (50, 101)),
        _preset("resnetaa50", {"depth": 50, **_AA}, "timm"),
        *(_preset(f"resnetaa{d}d", {"depth": d, **_D, **_AA}, "timm") for d in (34, 50, 101)),
        _preset("resnet50_gn", {"depth": 50, "norm": "group"}, "Wu & He 2018 (arXiv:1803.08494)"),
        *(_preset(f"seresnet{d}", {"depth": d, **_SE}, _SENET) for d in (18, 34, 50, 101, 152)),
        _preset("seresnet50t", {"depth": 50, **_T, **_SE}, _SENET),
        *(
            _preset(f"seresnet{d}d", {"depth": d, "resolution": 256, **_D, **_SE}, _SENET)
            for d in (152, 200, 269)
        ),
        _preset("seresnetaa50d", {"depth": 50, **_D, **_AA, **_SE}, _SENET),
        *(
            _preset(
                f"resnet{name}_clip",
                {
                    "depth": depth,
                    "base_width": width,
                    "stem_width": width,
                    "resolution": side,
                    "num_classes": features,
                    "head_pool": "attention",
                    **_D,
                    **_AA,
                },
                _CLIP,
            )
            for name, depth, width, side, features in _CLIP_SIZES
        ),
        *(
            _preset(f"resnetrs{name}", {"depth": depth, "resolution": side, **_RS}, _RESNET_RS)
            for name, depth, side in (
                (50, 50, 160),
                (101, 101, 192),
                (152, 152, 256),
                (200, 200, 256),
                (270, (4, 29, 53, 4), 256),
                (350, (4, 36, 72, 4), 288),
                (420, (4, 44, 87, 4), 320),
            )
        ),
        *(
            _preset(f"legacy_seresnet{d}", {"depth": d, **_LEGACY_SE}, _SENET_RELEASED)
            for d in (18, 34, 50, 101, 152)
        ),
        _preset("ecaresnet26t", {"depth": 26, "resolution": 256, **_T, **_ECA}, _ECANET),
        _preset("ecaresnet50t", {"depth": 50, "resolution": 256, **_T, **_ECA}, _ECANET),
        *(
            _preset(f"ecaresnet{d}d", {"depth": d, "resolution": side, **_D, **_ECA}, _ECANET)
            for d, side in ((50, 224), (101, 224), (200, 256), (269, 320))
        ),
        _preset(
            "ecaresnetlight", {"depth": (1, 1, 11, 3), "pooled_shortcut": True, **_ECA}, _ECANET
        ),
        *(
            _preset(f"cbam_resnet{d}", {"depth": d, **_CBAM}, _CBAM_PAPER)
            for d in (18, 34, 50, 101, 152)
        ),
        *(
            _preset(
                f"resnet{d}_cifar10",
                {"depth": d, "stem": "cifar", **CIFAR10},
                f"{PYTORCH_CIFAR}; with 100 classes, {PYTORCH_CIFAR100}",
            )
            for d in (18, 34, 50, 101, 152)
        ),
    ),
)
