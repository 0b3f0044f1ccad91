"""VAN: Guo, Lu, Liu, Cheng, Hu 2022. Convolutions with large kernels as attention."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.layers.kernels import OddKernel
from archmeter.models.layers.van_block import (
    VANStyle,
    overlapping_patches,
    patch_embed,
    stage_norm,
    van_block,
)
from archmeter.models.scaling import scale_depths, scale_width
from archmeter.models.spec import ConvolutionalSpec, Depths, Family, Paper, Preset, Width

Widths = Annotated[tuple[Width, ...], Field(min_length=1, max_length=8)]
Expansions = Annotated[
    tuple[Annotated[int, Field(ge=1, le=16)], ...], Field(min_length=1, max_length=8)
]


class VANSpec(ConvolutionalSpec):
    """Overlapping patches, then at each stage blocks of large-kernel attention and a perceptron."""

    family: Literal["van"] = "van"
    depth: Depths = Field(default=(3, 3, 12, 3), description="Blocks per stage.")
    width: Widths = Field(
        default=(64, 128, 320, 512),
        description="Channels of each stage; the last holds for later stages.",
    )
    expansion: Expansions = Field(
        default=(8, 8, 4, 4),
        description="Hidden ÷ outer channels of each stage's perceptrons; the last holds for "
        "later stages.",
    )
    kernel: int = Field(
        default=21, ge=1, le=255, description="Side K of the window that attention sees."
    )
    dilation: int = Field(
        default=3,
        ge=1,
        le=32,
        description="Decomposes the window into one of side 2d-1 and one of side K/d, rounded up, "
        "of this dilation.",
    )
    mlp_kernel: OddKernel = Field(
        default=3, description="Side of the depthwise convolution inside the perceptrons; odd."
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of blocks that end in a layer norm, classifier."""
        style = VANStyle(self.kernel, self.dilation, self.mlp_kernel)
        for i, depth in enumerate(scale_depths(self.depth, self.depth_multiplier)):
            width = scale_width(_held(self.width, i), self.width_multiplier)
            if i == 0:
                x = stem(x, width)
            with x.graph.scope(f"stage{i + 1}"):
                if i:
                    x = patch_embed(x, width)
                for _ in range(depth):
                    x = van_block(x, _held(self.expansion, i), style)
                x = stage_norm(x)
        return pooled_classifier(x, self.num_classes)


@block
def stem(x: Tensor, width: int) -> Tensor:
    """(N, C, H, W) -> (N, width, H/4, W/4): norm(7x7 convolution)."""
    return overlapping_patches(x, width, 7, stride=4)


def _held(values: tuple[int, ...], stage: int) -> int:
    return values[min(stage, len(values) - 1)]


_preset = partial(Preset, VANSpec)

_32 = (32, 64, 160, 256)
_64 = (64, 128, 320, 512)
_96 = (96, 192, 480, 768)

FAMILY = Family(
    title="VAN",
    summary="Large-kernel attention: a wide window decomposed into sparse convolutions.",
    paper=Paper(
        "Visual Attention Network",
        "Guo, Lu, Liu, Cheng, Hu",
        2022,
        "https://arxiv.org/abs/2202.09741",
    ),
    spec=VANSpec,
    presets=tuple(
        _preset(name, {"depth": depth, "width": width}, "Guo et al. 2022, Tables 5 and 7")
        for name, depth, width in (
            ("van_b0", (3, 3, 5, 2), _32),
            ("van_b1", (2, 2, 4, 2), _64),
            ("van_b2", (3, 3, 12, 3), _64),
            ("van_b3", (3, 5, 27, 3), _64),
            ("van_b4", (3, 6, 40, 3), _64),
            ("van_b5", (3, 3, 24, 3), _96),
            ("van_b6", (6, 6, 90, 6), (96, 192, 384, 768)),
        )
    ),
)
