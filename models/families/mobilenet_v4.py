"""MobileNet v4: Qin et al. 2024. Universal bottlenecks, searched for every kind of phone."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from pydantic import Field

from archmeter.models.layers.mbconv_spec import Strides, Widths
from archmeter.models.layers.universal_spec import (
    ExpansionsOfBlocks,
    SidesBefore,
    SidesBetween,
    UniversalSpec,
    searched,
)
from archmeter.models.spec import Depths, Family, Paper, Preset

_FUSED = [(0, 0, 4)]
_MEDIUM = searched(
    _FUSED,
    [(3, 5, 4), (3, 3, 2)],
    [(3, 5, 6), (3, 3, 4), (3, 3, 4), (3, 5, 4), (3, 3, 4), (3, 0, 4), (0, 0, 2), (3, 0, 4)],
    [
        *((5, 5, 6), (5, 5, 4), (3, 5, 4), (3, 5, 4), (0, 0, 4), (3, 0, 4)),
        *((3, 5, 2), (5, 5, 4), (0, 0, 4), (0, 0, 4), (5, 0, 2)),
    ],
)


class MobileNetV4Spec(UniversalSpec):
    """Fused, then universal bottlenecks; by default MNv4-Conv-M, Qin et al. 2024."""

    family: Literal["mobilenet_v4"] = "mobilenet_v4"
    depth: Depths = Field(default=_MEDIUM["depth"], description="Bottlenecks per stage.")
    widths: Widths = Field(
        default=(48, 80, 160, 256),
        description="Channels after each stage; the last holds for all later stages.",
    )
    strides: Strides = Field(
        default=(2,),
        description="Stride of each stage's first block; the last holds for all later stages.",
    )
    expansions: ExpansionsOfBlocks = _MEDIUM["expansions"]
    kernels_before: SidesBefore = _MEDIUM["kernels_before"]
    kernels_between: SidesBetween = _MEDIUM["kernels_between"]


_preset = partial(Preset, MobileNetV4Spec)

_SMALL = {
    **searched(
        [(0, 0, 1)],
        [(0, 0, 3)],
        [(5, 5, 3), (0, 3, 2), (0, 3, 2), (0, 3, 2), (0, 3, 2), (3, 0, 4)],
        [(3, 3, 6), (5, 5, 4), (0, 5, 4), (0, 5, 3), (0, 3, 4), (0, 3, 4)],
    ),
    "widths": (32, 64, 96, 128),
    "fused_stages": 2,
    "fused_projection": "activated",
    "plain_stages": 2,
}
_LARGE_EARLY = (
    _FUSED,
    [(3, 5, 4), (3, 3, 4)],
    [(3, 5, 4), *[(3, 3, 4)] * 3, (3, 5, 4), *[(5, 3, 4)] * 5, (3, 0, 4)],
)
_LARGE_LATE = [*[(5, 5, 4)] * 4, (5, 0, 4), (5, 3, 4), (5, 0, 4), (5, 0, 4), (5, 3, 4), (5, 5, 4)]
_LARGE = {
    **searched(*_LARGE_EARLY, [*_LARGE_LATE, *[(5, 0, 4)] * 3]),
    "widths": (48, 96, 192, 512),
    "stem_width": 24,
}
_HYBRID = {"attentions": (0, 0, 4), "branch_scale": True}
_HYBRID_MEDIUM = {
    **searched(
        _FUSED,
        [(3, 5, 4), (3, 3, 2)],
        [(3, 5, 6), (0, 0, 2), (3, 3, 4), (3, 5, 4), (3, 3, 4), (3, 0, 4), (3, 3, 4), (3, 0, 4)],
        [
            *((5, 5, 6), (5, 5, 4), (3, 5, 4), (3, 5, 4), (0, 0, 2), (3, 5, 2)),
            *((0, 0, 2), (0, 0, 4), (3, 0, 4), (5, 5, 4), (5, 0, 4), (5, 0, 4)),
        ],
    ),
    **_HYBRID,
}
_HYBRID_LARGE = {
    **_LARGE,
    **searched(*_LARGE_EARLY, [*_LARGE_LATE, *[(5, 0, 4)] * 4]),
    **_HYBRID,
    "heads": (8,),
    "head_widths": (48, 48, 48, 64),
    "activation": "gelu",
}

_THIN = {"stem_scaling": False}
_NETWORKS: dict[str, tuple[dict[str, Any], int]] = {
    "conv_small": (_SMALL, 224),
    "conv_small_050": ({**_SMALL, **_THIN, "width_multiplier": 0.5}, 224),
    "conv_small_035": ({**_SMALL, **_THIN, "width_multiplier": 0.35}, 224),
    "conv_medium": ({}, 256),
    "conv_aa_medium": ({"strided_pool": "average"}, 256),
    "conv_blur_medium": ({"strided_pool": "blur"}, 224),
    "conv_large": (_LARGE, 384),
    "conv_aa_large": ({**_LARGE, "strided_pool": "average"}, 448),
    "hybrid_medium": (_HYBRID_MEDIUM, 256),
    "hybrid_medium_075": ({**_HYBRID_MEDIUM, **_THIN, "width_multiplier": 0.75}, 224),
    "hybrid_large": (_HYBRID_LARGE, 384),
    "hybrid_large_075": ({**_HYBRID_LARGE, **_THIN, "width_multiplier": 0.75}, 256),
}
"""Knobs, and the resolution that timm gives them."""

_PAPERS = ("conv_small", "conv_medium", "conv_large", "hybrid_medium", "hybrid_large")

FAMILY = Family(
    title="MobileNet v4",
    summary="Searched bottlenecks of five forms, and attention whose heads share their keys.",
    paper=Paper(
        "MobileNetV4: Universal Models for the Mobile Ecosystem",
        "Qin, Leichner, Delakis, Fornoni, Luo, Yang, Wang, Banbury, Ye, Akin, Aggarwal, Zhu, Moro, "
        "Howard",
        2024,
        "https://arxiv.org/abs/2404.10518",
    ),
    spec=MobileNetV4Spec,
    presets=tuple(
        _preset(
            f"mobilenetv4_{name}",
            {**knobs, "resolution": side},
            "Qin et al. 2024; timm" if name in _PAPERS else "timm",
        )
        for name, (knobs, side) in _NETWORKS.items()
    ),
)
