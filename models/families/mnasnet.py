"""MnasNet: Tan et al. 2018. Mobile blocks whose kernels, widths and attention were searched."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from archmeter.models.layers.mbconv_spec import (
    Expansions,
    HeadScaling,
    Kernels,
    MobileActivation,
    Ratios,
    SqueezedSpec,
    Widths,
)
from archmeter.models.spec import Depths, Family, Paper, Preset


class MnasNetSpec(SqueezedSpec):
    """Mobile blocks with or without squeeze-and-excitation; by default MnasNet-A1, Fig. 7."""

    family: Literal["mnasnet"] = "mnasnet"
    depth: Depths = Field(default=(1, 2, 3, 4, 2, 3, 1), description="Blocks per stage.")
    widths: Widths = Field(
        default=(16, 24, 40, 80, 112, 160, 320),
        description="Channels after each stage; the last holds for all later stages.",
    )
    kernels: Kernels = Field(
        default=(3, 3, 5, 3, 3, 5, 3),
        description="Side of each stage's depthwise convolutions; the last holds for later stages.",
    )
    expansions: Expansions = Field(
        default=(1, 6, 3, 6),
        description="Inner channels ÷ input of each stage's blocks, or a list with one for each "
        "block, stretched to the depth; the last holds for later stages.",
    )
    squeeze_ratios: Ratios = Field(
        default=(0, 0, 0.25, 0, 0.25, 0.25, 0),
        description="Squeezed channels ÷ input of each stage's blocks, 0 for no "
        "squeeze-and-excitation; the last holds for all later stages.",
    )
    activation: MobileActivation = Field(
        default="relu", description="Activation after stem, inner convolutions and head."
    )
    head_scaling: HeadScaling = Field(
        default="fixed",
        description="Whether the width multiplier applies to the head: never, above 1, or always.",
    )


_preset = partial(Preset, MnasNetSpec)

_B1 = {
    "depth": (1, 3, 3, 3, 2, 4, 1),
    "widths": (16, 24, 40, 80, 96, 192, 320),
    "kernels": (3, 3, 5, 5, 3, 5, 3),
    "expansions": (1, 3, 3, 6),
    "squeeze_ratios": (0,),
}
_SMALL = {
    "depth": (1, 1, 2, 4, 3, 3, 1),
    "widths": (8, 16, 16, 32, 32, 88, 144),
    "kernels": (3, 3, 3, 5, 3, 5, 3),
    "expansions": (1, 3, 6),
    "squeeze_ratios": (0, 0, 0, 0.25, 0.25, 0.25, 0),
    "stem_width": 8,
}
_A1_PAPER = "Tan et al. 2018, Fig. 7 and Table 1; timm"
_B1_PAPER = "Tan et al. 2018, MnasNet without squeeze-and-excitation; timm"

FAMILY = Family(
    title="MnasNet",
    summary="Mobile blocks found by a search that measures latency on a phone.",
    paper=Paper(
        "MnasNet: Platform-Aware Neural Architecture Search for Mobile",
        "Tan, Chen, Pang, Vasudevan, Sandler, Howard, Le",
        2018,
        "https://arxiv.org/abs/1807.11626",
    ),
    spec=MnasNetSpec,
    presets=(
        *(
            _preset(f"semnasnet_{round(100 * w):03}", {"width_multiplier": w}, _A1_PAPER)
            for w in (0.5, 0.75, 1.0, 1.4)
        ),
        _preset("mnasnet_a1", {}, _A1_PAPER),
        *(
            _preset(f"mnasnet_{round(100 * w):03}", {"width_multiplier": w, **_B1}, _B1_PAPER)
            for w in (0.5, 0.75, 1.0, 1.4)
        ),
        _preset("mnasnet_b1", _B1, _B1_PAPER),
        *(
            _preset(name, {"width_multiplier": w, **_B1}, "torchvision")
            for name, w in (
                ("mnasnet0_5", 0.5),
                ("mnasnet0_75", 0.75),
                ("mnasnet1_0", 1.0),
                ("mnasnet1_3", 1.3),
            )
        ),
        _preset("mnasnet_small", _SMALL, "Tan et al. 2018; timm"),
    ),
)
