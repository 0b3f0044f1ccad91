"""ConvNeXt: Liu et al. 2022, and v2 with global response norm, Woo et al. 2023."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from models.graph import Tensor
from models.layers.basics import act, conv, flatten, global_avg_pool, linear
from models.layers.channel_norm import channel_norm
from models.layers.convnext_block import ConvNeXtStyle, Pointwise, convnext_block, downsample
from models.layers.kernels import OddKernel
from models.layers.stages import stages
from models.scaling import make_divisible, scale_depths, scale_width
from models.spec import ArchitectureSpec, Depths, Family, Paper, Preset, Width


class ConvNeXtSpec(ArchitectureSpec):
    """A patchifying stem, and stages of ConvNeXt blocks with 2x2 convolutions between them."""

    family: Literal["convnext"] = "convnext"
    depth: Depths = Field(default=(3, 3, 9, 3), description="Blocks per stage.")
    base_width: Width = Field(
        default=96, description="Channels of the first stage; doubles with each stage."
    )
    kernel: OddKernel = Field(default=7, description="Side of the depthwise convolutions; odd.")
    expansion: int = Field(
        default=4, ge=1, le=16, description="Hidden ÷ outer channels of the blocks' perceptrons."
    )
    pointwise: Pointwise = Field(
        default="linear",
        description="The perceptrons as linear layers on channels moved last, or as 1x1 "
        "convolutions. Same weights, same MACs.",
    )
    layer_scale: bool = Field(
        default=True, description="A trained factor per channel on what each block adds (v1)."
    )
    response_norm: bool = Field(
        default=False, description="Global response norm inside the perceptrons (v2)."
    )
    stem: Literal["patch", "overlap", "overlap_tiered"] = Field(
        default="patch",
        description="First layers: one convolution of patches, or two 3x3 of stride 2, the first "
        "as wide as the second or (tiered) half.",
    )
    patch: int = Field(default=4, ge=1, le=64, description="Side of the stem's patches.")
    stem_norm: bool = Field(
        default=True, description="Layer norm after the stem; the isotropic networks have none."
    )
    head_norm: Literal["pooled", "maps"] = Field(
        default="pooled", description="Whether the last layer norm follows the pool or precedes it."
    )
    head_width: int = Field(
        default=0, ge=0, le=16384, description="Hidden channels of the classifier; 0 for none."
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of blocks, classifier."""
        style = ConvNeXtStyle(
            self.kernel, self.expansion, self.pointwise, self.layer_scale, self.response_norm
        )

        def build(x: Tensor, stage: int, stride: int) -> Tensor:
            if stride > 1:
                x = downsample(x, self._width(self.base_width << stage))
            return convnext_block(x, style)

        x = stages(self._stem(x), scale_depths(self.depth, self.depth_multiplier), build)
        return self._head(x)

    def _width(self, width: int) -> int:
        return scale_width(width, self.width_multiplier)

    def _stem(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, width, H/4, W/4), or another patch side than 4."""
        width = self._width(self.base_width)
        with x.graph.scope("stem"):
            if self.stem == "patch":
                x = conv(x, width, self.patch, stride=self.patch, padding=0, bias=True)
            else:
                first = width if self.stem == "overlap" else make_divisible(width // 2)
                x = conv(conv(x, first, 3, stride=2, bias=True), width, 3, stride=2, bias=True)
            return channel_norm(x) if self.stem_norm else x

    def _head(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, num_classes)."""
        with x.graph.scope("head"):
            if self.head_norm == "maps":
                x = global_avg_pool(channel_norm(x))
            else:
                x = channel_norm(global_avg_pool(x))
            x = flatten(x)
            if self.head_width:
                x = act(linear(x, self._width(self.head_width)), "gelu")
            return linear(x, self.num_classes) if self.num_classes else x


_preset = partial(Preset, ConvNeXtSpec)

_PAPER = "Liu et al. 2022, §3 and Table 1"
_V2_PAPER = "Woo et al. 2023 (arXiv:2301.00808); timm"
_V2 = {"response_norm": True, "layer_scale": False}
_CONV = {"pointwise": "conv"}

_SMALL = {  # timm gave the tiniest their sizes; v2 took them over
    "atto": {"depth": (2, 2, 6, 2), "base_width": 40, **_CONV},
    "femto": {"depth": (2, 2, 6, 2), "base_width": 48, **_CONV},
    "pico": {"depth": (2, 2, 6, 2), "base_width": 64, **_CONV},
    "nano": {"depth": (2, 2, 8, 2), "base_width": 80, **_CONV},
}
_PUBLISHED = {
    "tiny": {"depth": (3, 3, 9, 3), "base_width": 96},
    "small": {"depth": (3, 3, 27, 3), "base_width": 96},
    "base": {"depth": (3, 3, 27, 3), "base_width": 128},
    "large": {"depth": (3, 3, 27, 3), "base_width": 192},
}
_XLARGE = {"depth": (3, 3, 27, 3), "base_width": 256}
_HUGE = {"depth": (3, 3, 27, 3), "base_width": 352}

FAMILY = Family(
    title="ConvNeXt",
    summary="Depthwise 7x7 convolutions and inverted bottlenecks, arranged as in a transformer.",
    paper=Paper(
        "A ConvNet for the 2020s",
        "Liu, Mao, Wu, Feichtenhofer, Darrell, Xie",
        2022,
        "https://arxiv.org/abs/2201.03545",
    ),
    spec=ConvNeXtSpec,
    presets=(
        *(_preset(f"convnext_{size}", fields, "timm") for size, fields in _SMALL.items()),
        *(
            _preset(f"convnext_{size}_ols", {**_SMALL[size], "stem": stem}, "timm")
            for size, stem in (
                ("atto", "overlap_tiered"),
                ("femto", "overlap_tiered"),
                ("pico", "overlap_tiered"),
                ("nano", "overlap"),
            )
        ),
        *(_preset(f"convnext_{size}", fields, _PAPER) for size, fields in _PUBLISHED.items()),
        _preset("convnext_tiny_hnf", {**_PUBLISHED["tiny"], **_CONV, "head_norm": "maps"}, "timm"),
        _preset("convnext_large_mlp", {**_PUBLISHED["large"], "head_width": 1536}, "timm"),
        _preset("convnext_xlarge", _XLARGE, _PAPER),
        _preset("convnext_xxlarge", {"depth": (3, 4, 30, 3), "base_width": 384}, "timm"),
        *(
            _preset(
                f"convnext_isotropic_{size}",
                {
                    "depth": (depth,),
                    "base_width": width,
                    "patch": 16,
                    "stem_norm": False,
                    "layer_scale": False,
                },
                "Liu et al. 2022, §3.3 and Table 2; the authors' code",
            )
            for size, depth, width in (("small", 18, 384), ("base", 18, 768), ("large", 36, 1024))
        ),
        *(
            _preset(f"convnextv2_{size}", {**fields, **_V2}, _V2_PAPER)
            for size, fields in {**_SMALL, **_PUBLISHED}.items()
        ),
        _preset("convnextv2_huge", {**_HUGE, **_V2}, _V2_PAPER),
    ),
)
