"""ResNet: He, Zhang, Ren, Sun 2015, with the refinements that later papers made customary."""

from __future__ import annotations

from functools import partial
from typing import Literal

from models.layers.residual_spec import ResNetSpec
from models.spec import Family, Paper, Preset


class ImageNetResNetSpec(ResNetSpec):
    """Basic or bottleneck blocks in four stages; He et al. 2015, Table 1."""

    family: Literal["resnet"] = "resnet"


_preset = partial(Preset, ImageNetResNetSpec)

_C = {"stem": "deep"}
_D = {"stem": "deep", "pooled_shortcut": True}
_T = {"stem": "deep_tiered", "pooled_shortcut": True}
_S = {"stem": "deep", "stem_width": 128}
_SE = {"attention": "squeeze_excite", "squeeze_divisor": 8}
_ECA = {"attention": "eca"}
_CBAM = {"attention": "cbam"}
_LEGACY_SE = {"attention": "squeeze_excite", "stride_on": "1x1", "stem_pool": "max_ceil"}

_TABLE_1 = "He et al. 2015, Table 1; stride on the 3x3 as in torchvision and timm"
_BAG_OF_TRICKS = "He et al. 2018 (arXiv:1812.01187), Fig. 2; timm"
_SENET = "Hu et al. 2018 (arXiv:1709.01507); timm"
_SENET_RELEASED = "Hu et al. 2018, the authors' release; timm legacy_senet"
_ECANET = "Wang et al. 2020 (arXiv:1910.03151); timm"
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
        _preset("resnet50_gn", {"depth": 50, "norm": "group"}, "Wu & He 2018 (arXiv:1803.08494)"),
        *(_preset(f"seresnet{d}", {"depth": d, **_SE}, _SENET) for d in (18, 34, 50, 101, 152)),
        _preset("seresnet50t", {"depth": 50, **_T, **_SE}, _SENET),
        *(
            _preset(f"seresnet{d}d", {"depth": d, "resolution": 256, **_D, **_SE}, _SENET)
            for d in (152, 200, 269)
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
    ),
)
