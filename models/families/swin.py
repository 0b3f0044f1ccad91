"""Swin: Liu et al. 2021. Attention within windows that shift from block to block."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.head import head
from archmeter.models.layers.basics import conv, flatten, global_avg_pool, layer_norm, linear
from archmeter.models.layers.channel_norm import channels_first, channels_last
from archmeter.models.layers.windows import patch_merging, swin_block
from archmeter.models.scaling import scale_depths, scale_width
from archmeter.models.spec import ArchitectureSpec, Depths, Family, Paper, Preset, Width


class SwinSpec(ArchitectureSpec):
    """Patches, and stages of windowed attention with merging of 2x2 patches between them."""

    family: Literal["swin"] = "swin"
    depth: Depths = Field(default=(2, 2, 6, 2), description="Blocks per stage.")
    base_width: Width = Field(
        default=96, description="Channels of the first stage; doubles with each stage."
    )
    head_width: int = Field(
        default=32, ge=1, le=1024, description="Channels per head; divides the width."
    )
    window: int = Field(
        default=7,
        ge=1,
        le=64,
        description="Side of the windows in patches; every second block shifts them by half.",
    )
    small_maps: Literal["shrink", "pad"] = Field(
        default="shrink",
        description="Where a map is smaller than a window: windows shrink to it (timm), or it is "
        "padded up to a window (torchvision).",
    )
    patch: int = Field(default=4, ge=1, le=64, description="Side of a patch in pixels.")
    mlp_ratio: float = Field(
        default=4.0, ge=0.05, le=64, description="Hidden ÷ outer channels of the perceptrons."
    )

    def network(self, x: Tensor) -> Tensor:
        """Patches, stages on maps of (N, H, W, C), norm and classifier."""
        width = scale_width(self.base_width, self.width_multiplier, self.head_width)
        with x.graph.scope("stem"):
            x = conv(x, width, self.patch, stride=self.patch, padding=0, bias=True)
            x = layer_norm(channels_last(x))
        for i, depth in enumerate(scale_depths(self.depth, self.depth_multiplier)):
            with x.graph.scope(f"stage{i + 1}"):
                if i:
                    x = patch_merging(x)
                width = x.shape[3]
                for j in range(depth):
                    x = swin_block(
                        x,
                        -(-width // self.head_width),
                        window=self.window,
                        shifted=j % 2 == 1,
                        padded=self.small_maps == "pad",
                        hidden=max(1, round(width * self.mlp_ratio)),
                    )
        return head(self._head)(x)

    def _head(self, x: Tensor) -> Tensor:
        """(N, H, W, C) -> (N, num_classes)."""
        x = flatten(global_avg_pool(channels_first(layer_norm(x))))
        return linear(x, self.num_classes) if self.num_classes else x


_PAPER = "Liu et al. 2021, §3.3 and Table 1"
_SMALL, _BASE, _LARGE = (
    {"depth": (2, 2, 18, 2), **fields} for fields in ({}, {"base_width": 128}, {"base_width": 192})
)
_PADDED = {"small_maps": "pad"}
_384 = {"window": 12, "resolution": (384, 384)}

FAMILY = Family(
    title="Swin",
    summary="Attention within windows, shifted by half from block to block.",
    paper=Paper(
        title="Swin Transformer: Hierarchical Vision Transformer using Shifted Windows",
        authors="Ze Liu et al.",
        year=2021,
        url="https://arxiv.org/abs/2103.14030",
    ),
    spec=SwinSpec,
    presets=tuple(
        Preset(SwinSpec, name, fields, source)
        for name, fields, source in (
            ("swin_tiny_patch4_window7_224", {}, _PAPER),
            ("swin_small_patch4_window7_224", _SMALL, _PAPER),
            ("swin_base_patch4_window7_224", _BASE, _PAPER),
            ("swin_base_patch4_window12_384", {**_BASE, **_384}, _PAPER),
            ("swin_large_patch4_window7_224", _LARGE, _PAPER),
            ("swin_large_patch4_window12_384", {**_LARGE, **_384}, _PAPER),
            ("swin_t", _PADDED, "torchvision"),
            ("swin_s", {**_SMALL, **_PADDED}, "torchvision"),
            ("swin_b", {**_BASE, **_PADDED}, "torchvision"),
        )
    ),
)
