"""ConvNeXt: Liu et al. 2022, and v2 with global response norm, Woo et al. 2023."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.channel_norm import PositionNormKind
from archmeter.models.layers.convnext_block import (
    ConvNeXtStyle,
    Pointwise,
    convnext_block,
    downsample,
)
from archmeter.models.layers.heads import NormPlace, normed_classifier
from archmeter.models.layers.kernels import OddKernel
from archmeter.models.layers.stages import WidthOfStages, at_stage, stages, width_at
from archmeter.models.layers.stems import overlapping_convs, patches
from archmeter.models.scaling import scale_depths, scale_width
from archmeter.models.spec import ConvolutionalSpec, Depths, Family, Flag, Paper, Preset

Kernels = Annotated[tuple[OddKernel, ...], Field(min_length=1, max_length=8)]


class ConvNeXtSpec(ConvolutionalSpec):
    """A patchifying stem, and stages of ConvNeXt blocks with 2x2 convolutions between them."""

    family: Literal["convnext"] = "convnext"
    depth: Depths = Field(default=(3, 3, 9, 3), description="Blocks per stage.")
    base_width: WidthOfStages = Field(
        default=96,
        description="Channels of the first stage, doubling with each; or a list with those of "
        "each, the last for all later stages.",
    )
    kernel: OddKernel | Kernels = Field(
        default=7,
        description="Side of the depthwise convolutions; odd. Or a list with one for each stage, "
        "the last for all later stages.",
    )
    expansion: int = Field(
        default=4, ge=1, le=16, description="Hidden ÷ outer channels of the blocks' perceptrons."
    )
    pointwise: Pointwise = Field(
        default="linear",
        description="The perceptrons as linear layers on channels moved last, or as 1x1 "
        "convolutions. Same weights, same MACs.",
    )
    layer_scale: Flag = Field(
        default=True, description="A trained factor per channel on what each block adds (v1)."
    )
    response_norm: Flag = Field(
        default=False, description="Global response norm inside the perceptrons (v2)."
    )
    norm: PositionNormKind = Field(
        default="layer",
        description="Over the channels of each position: layer norm, or division by their root "
        "mean square or by their standard deviation.",
    )
    stem: Literal["patch", "overlap", "overlap_tiered", "overlap_act"] = Field(
        default="patch",
        description="First layers: one convolution of patches, or two 3x3 of stride 2, the first "
        "as wide as the second or (tiered) half, or (act) with an activation between.",
    )
    patch: int = Field(default=4, ge=1, le=64, description="Side of the stem's patches.")
    first_stride: Literal[1, 2] = Field(
        default=1,
        description="2 for a 2x2 convolution before the first stage too, as timm has it behind "
        "patches of side 2.",
    )
    stem_norm: Flag = Field(
        default=True, description="A norm after the stem; the isotropic networks have none."
    )
    head_norm: NormPlace = Field(
        default="pooled", description="Whether the last norm follows the pool or precedes it."
    )
    head_width: int = Field(
        default=0, ge=0, le=16384, description="Hidden channels of the classifier; 0 for none."
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of blocks, classifier."""
        kernels = self.kernel if isinstance(self.kernel, tuple) else (self.kernel,)
        style = ConvNeXtStyle(
            expansion=self.expansion,
            pointwise=self.pointwise,
            scaled=self.layer_scale,
            response_norm=self.response_norm,
            norm=self.norm,
        )

        def build(x: Tensor, stage: int, stride: int) -> Tensor:
            if stride > 1:
                x = downsample(x, self._width(stage), norm_kind=self.norm)
            return convnext_block(x, style._replace(kernel=at_stage(kernels, stage)))

        depths = scale_depths(self.depth, self.depth_multiplier)
        x = stages(self._stem(x), depths, build, first_stride=self.first_stride)
        return normed_classifier(
            x,
            self.num_classes,
            norm_on=self.head_norm,
            norm_kind=self.norm,
            hidden=self.head_width and scale_width(self.head_width, self.width_multiplier),
        )

    def _width(self, stage: int) -> int:
        return scale_width(width_at(self.base_width, stage), self.width_multiplier)

    def _stem(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, width, H/4, W/4), or another patch side than 4."""
        width = self._width(0)
        if self.stem == "patch":
            return patches(x, width, self.patch, normed=self.stem_norm, norm_kind=self.norm)
        return overlapping_convs(
            x,
            width,
            tiered=self.stem == "overlap_tiered",
            normed=self.stem_norm,
            norm_kind=self.norm,
            act_kind="gelu" if self.stem == "overlap_act" else None,
        )


_preset = partial(Preset, ConvNeXtSpec)

_PAPER = "Liu et al. 2022, §3 and Table 1"
_V2_PAPER = "Woo et al. 2023 (arXiv:2301.00808); timm"
_V2 = {"response_norm": True, "layer_scale": False}
_CONV = {"pointwise": "conv"}

_ZEPTO = {"depth": (2, 2, 4, 2), "base_width": 32, "norm": "deviation", **_CONV}
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
        _preset("convnext_zepto_rms", _ZEPTO, "timm"),
        _preset("convnext_zepto_rms_ols", {**_ZEPTO, "stem": "overlap_act"}, "timm"),
        *(_preset(f"convnext_{size}", fields, "timm") for size, fields in _SMALL.items()),
        _preset("convnext_atto_rms", {**_SMALL["atto"], "norm": "rms"}, "timm"),
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
