"""CSPNet: Wang et al. 2019. Part of the channels goes around each stage."""

from __future__ import annotations

from functools import partial
from math import gcd
from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import conv_norm_act, max_pool
from archmeter.models.layers.cross_stage import Fusion, expanded_cross_stage
from archmeter.models.layers.dark import Dark, DarkBlock, dark_block
from archmeter.models.layers.dark_spec import Counts, DarkSpec, Groups, Ratios, Widths, of_stage
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.scaling import scale_depths, scale_width
from archmeter.models.spec import Family, Flag, Paper, Preset, Width


class CSPNetSpec(DarkSpec):
    """Stages that expand their input, send one part through blocks, and join both parts.

    Of the lists with an entry for each stage the last entry repeats.
    """

    family: Literal["cspnet"] = "cspnet"
    depth: Counts = Field(default=(3, 3, 5, 2), description="Blocks per stage.")
    base_width: Width = Field(
        default=128, description="Output channels of the first stage; doubles with each."
    )
    stem_widths: Widths = Field(
        default=(64,), description="Channels of each convolution of the stem."
    )
    stem_kernel: int = Field(default=7, ge=1, le=15, description="Window of these convolutions.")
    stem_stride: Literal[1, 2, 4] = Field(
        default=4, description="Of the stem: the first convolution's 2, then that of a max pool."
    )
    first_stride: Literal[1, 2] = Field(
        default=1, description="Whether the first stage halves the map as the others do."
    )
    block: DarkBlock = Field(
        default="bottleneck",
        description="Blocks: 1x1 and 3x3 (DarkNet), 3x3 and 1x1, or 1x1, 3x3, 1x1 (ResNet).",
    )
    mid_ratio: Ratios = Field(
        default=(0.5,), description="Inner channels of the blocks ÷ theirs, for each stage."
    )
    groups: Groups = Field(
        default=(1,),
        description="Groups of the 3x3 convolutions, for each stage; inner "
        "channels are a multiple of it.",
    )
    expand_ratio: Ratios = Field(
        default=(2.0,),
        description="Channels before the parts are split ÷ output channels, for each stage.",
    )
    partial_ratio: float = Field(
        default=0.5,
        ge=0.05,
        le=0.95,
        allow_inf_nan=False,
        description="Share of those channels that goes around the blocks.",
    )
    fusion: Fusion = Field(
        default="both",
        description="Transitions on the blocks' part and on both parts, only on both (fusion "
        "first), or only on the blocks' (fusion last).",
    )
    expand_act: Flag = Field(
        default=False, description="Activation after the convolution that expands."
    )
    down_growth: Flag = Field(
        default=False,
        description="The convolution that halves the map also grows to the output channels.",
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, cross stages, classifier."""
        with x.graph.scope("stem"):
            for i, width in enumerate(self.stem_widths):
                x = conv_norm_act(
                    x,
                    scale_width(width, self.width_multiplier),
                    self.stem_kernel,
                    stride=1 if i else min(2, self.stem_stride),
                    act_kind=self.act,
                )
            if self.stem_stride > 2:  # noqa: PLR2004 - more than the convolution does
                x = max_pool(x, 3, stride=2, padding=1)
        for i, depth in enumerate(scale_depths(self.depth, self.depth_multiplier)):
            with x.graph.scope(f"stage{i + 1}"):
                x = self._stage(x, i, depth, 2 if i else self.first_stride)
        return pooled_classifier(x, self.num_classes)

    def _stage(self, x: Tensor, stage: int, depth: int, stride: int) -> Tensor:
        """Halve the map, expand, and cross the stage."""
        width = self.stage_width(stage)
        mid_ratio, groups = of_stage(self.mid_ratio, stage), of_stage(self.groups, stage)
        style = Dark(mid_ratio, groups, self.act, self.block_attention())
        if stride > 1:
            down = width if self.down_growth else x.channels
            with x.graph.scope("downsample"):
                # Widths are those of the stages: as many groups as divide them.
                common = gcd(groups, x.channels, down)
                x = conv_norm_act(x, down, 3, stride=stride, groups=common, act_kind=self.act)

        def blocks(x: Tensor) -> Tensor:
            for _ in range(depth):
                x = dark_block(x, x.channels, self.block, style)
            return x

        return expanded_cross_stage(
            x,
            width,
            blocks,
            expanded=max(1, round(of_stage(self.expand_ratio, stage) * width)),
            share=self.partial_ratio,
            fusion=self.fusion,
            act_kind=self.act,
            expand_act=self.expand_act,
        )


_preset = partial(Preset, CSPNetSpec)

_TABLE = "Wang et al. 2019, Table 3; timm"
_DEEP_STEM = {"stem_widths": (32, 32, 64), "stem_kernel": 3}
_WIDE = {"base_width": 256, "expand_ratio": (1.0,)}
_SE = {"attention": "squeeze_excite"}


_CS3_SIZES = {
    "s": (0.5, (1, 3, 4, 1)),
    "m": (0.75, (2, 4, 6, 2)),
    "l": (1.0, (3, 6, 9, 3)),
    "x": (1.25, (3, 7, 11, 3)),
}
_EDGE = {"block": "edge", "mid_ratio": (1.5,)}


def _cs3(size: str, *, focus: bool = False) -> dict[str, object]:
    """timm's third form, with one transition; focus opens with one 6x6 convolution."""
    width, depth = _CS3_SIZES[size]
    widths = (int(64 * width),) if focus else (int(32 * width), int(64 * width))
    return {
        "depth": depth,
        "base_width": int(128 * width),
        "stem_widths": widths,
        "stem_kernel": 6 if focus else 3,
        "stem_stride": 2,
        "first_stride": 2,
        "block": "dark",
        "mid_ratio": (1.0,),
        "expand_ratio": (1.0,),
        "expand_act": True,
        "fusion": "first",
        "act": "silu",
    }


FAMILY = Family(
    title="CSPNet",
    summary="Cross stage partial: part of the channels goes around each stage and joins after it.",
    paper=Paper(
        "CSPNet: A New Backbone that can Enhance Learning Capability of CNN",
        "Wang, Liao, Yeh, Wu, Chen, Hsieh",
        2019,
        "https://arxiv.org/abs/1911.11929",
    ),
    spec=CSPNetSpec,
    presets=(
        _preset("cspresnet50", {}, _TABLE),
        _preset("cspresnet50d", _DEEP_STEM, "timm"),
        _preset("cspresnet50w", {**_DEEP_STEM, **_WIDE, "mid_ratio": (0.25,)}, "timm"),
        _preset("cspresnext50", {**_WIDE, "mid_ratio": (1.0,), "groups": (32,)}, _TABLE),
        _preset(
            "cspdarknet53",
            {
                "depth": (1, 2, 8, 8, 4),
                "base_width": 64,
                "stem_widths": (32,),
                "stem_kernel": 3,
                "stem_stride": 1,
                "first_stride": 2,
                "block": "dark",
                "mid_ratio": (0.5, 1.0),
                "expand_ratio": (2.0, 1.0),
                "expand_act": True,
                "down_growth": True,
            },
            "Bochkovskiy et al. 2020 (arXiv:2004.10934); timm",
        ),
        *(_preset(f"cs3darknet_{size}", _cs3(size), "timm") for size in _CS3_SIZES),
        *(
            _preset(f"cs3darknet_focus_{size}", _cs3(size, focus=True), "timm")
            for size in _CS3_SIZES
        ),
        _preset("cs3sedarknet_l", {**_cs3("l"), **_SE, "reduction": 4}, "timm"),
        _preset("cs3sedarknet_x", {**_cs3("x"), **_SE}, "timm"),
        _preset(
            "cs3sedarknet_xdw",
            {
                **_WIDE,
                **_SE,
                "depth": (3, 6, 12, 4),
                "stem_widths": (32, 64),
                "stem_kernel": 3,
                "stem_stride": 2,
                "first_stride": 2,
                "groups": (1, 1, 256, 512),
                "expand_act": True,
                "act": "silu",
            },
            "timm",
        ),
        _preset("cs3edgenet_x", {**_cs3("x"), **_EDGE}, "timm"),
        _preset("cs3se_edgenet_x", {**_cs3("x"), **_EDGE, **_SE, "reduction": 4}, "timm"),
    ),
)
