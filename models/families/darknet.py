"""DarkNet: Redmon & Farhadi. The backbones of YOLO, from the reference net to DarkNet-53."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import conv_norm_act
from archmeter.models.layers.classifiers import mapped_classifier
from archmeter.models.layers.dark import Dark, Downsample, dark, downsample
from archmeter.models.layers.dark_spec import DarkSpec
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.scaling import scale_depths, scale_width
from archmeter.models.spec import Family, Flag, Paper, Preset


class DarkNetSpec(DarkSpec):
    """A convolution that halves the map, then pairs of 1x1 and 3x3, with or without shortcuts."""

    family: Literal["darknet"] = "darknet"
    mid_ratio: float = Field(
        default=0.5,
        ge=0.01,
        le=8,
        allow_inf_nan=False,
        description="Channels of a pair's 1x1 ÷ those of its 3x3.",
    )
    shortcut: Flag = Field(
        default=True, description="Identity shortcut around each pair, as in DarkNet-53."
    )
    downsample: Downsample = Field(
        default="conv",
        description="Entry of each stage: a 3x3 of stride 2, a max pool and a 3x3, an average pool "
        "and a 1x1, or a max pool alone.",
    )
    last_width: int = Field(
        default=0,
        ge=0,
        le=16384,
        description="Channels of a 1x1 convolution that ends the last stage; 0 for none.",
    )
    head: Literal["linear", "conv", "conv_act", "none"] = Field(  # type: ignore[assignment]  # kinds
        default="linear",
        description="Pool, then a linear layer; or a 1x1 convolution for the scores (and its "
        "activation), then the pool; or none: the output is the maps.",
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of pairs, classifier."""
        style = Dark(self.mid_ratio, 1, self.act, self.block_attention(), self.shortcut)
        with x.graph.scope("stem"):
            for i, stem_width in enumerate(self.stem_widths):
                width = scale_width(stem_width, self.width_multiplier)
                if i:
                    x = downsample(x, width, self.downsample, self.act)
                if not i or self.downsample == "max_pool":
                    x = conv_norm_act(x, width, 3, act_kind=self.act)
        for i, depth in enumerate(scale_depths(self.depth, self.depth_multiplier)):
            width = self.stage_width(i)
            with x.graph.scope(f"stage{i + 1}"):
                x = downsample(x, width, self.downsample, self.act)
                for _ in range(depth):
                    x = dark(x, width, style)
                if self.last_width and i + 1 == len(self.depth):
                    last_width = scale_width(self.last_width, self.width_multiplier)
                    with x.graph.scope("squeeze"):
                        x = conv_norm_act(x, last_width, act_kind=self.act)
        if self.head == "linear":
            return pooled_classifier(x, self.num_classes)
        kind = self.act if self.head == "conv_act" else None
        return mapped_classifier(x, self.num_classes, act_kind=kind)


_preset = partial(Preset, DarkNetSpec)

_YOLO_V3 = "Redmon & Farhadi 2018, Table 1"
_PLAIN = {
    "shortcut": False,
    "downsample": "max_pool_conv",
    "head": "conv",
    "resolution": 224,
}

FAMILY = Family(
    title="DarkNet",
    summary="Pairs of 1x1 and 3x3 convolutions behind YOLO, plain at first, then residual.",
    paper=Paper(
        "YOLOv3: An Incremental Improvement",
        "Redmon, Farhadi",
        2018,
        "https://arxiv.org/abs/1804.02767",
    ),
    spec=DarkNetSpec,
    presets=(
        _preset("darknet53", {}, _YOLO_V3),
        _preset("darknetaa53", {"downsample": "avg_pool_conv"}, "timm"),
        _preset("darknet17", {"depth": (1, 1, 1, 1, 1)}, "timm"),
        _preset("darknet21", {"depth": (1, 1, 1, 2, 2)}, "timm"),
        _preset("sedarknet21", {"depth": (1, 1, 1, 2, 2), "attention": "squeeze_excite"}, "timm"),
        _preset(
            "darknet19",
            {**_PLAIN, "depth": (0, 1, 1, 2, 2)},
            "Redmon & Farhadi 2016 (arXiv:1612.08242), Table 6",
        ),
        _preset(
            "darknet_ref",
            {
                **_PLAIN,
                "stem_widths": (16,),
                "base_width": 32,
                "depth": (0, 0, 0, 0, 0, 0),
                "head": "conv_act",
            },
            "the Darknet reference model; pytorchcv",
        ),
        _preset(
            "darknet_tiny",
            {
                **_PLAIN,
                "stem_widths": (16, 32),
                "base_width": 128,
                "depth": (2, 2, 2),
                "mid_ratio": 0.125,
                "downsample": "max_pool",
                "last_width": 128,
            },
            "Tiny Darknet; pytorchcv",
        ),
    ),
)
