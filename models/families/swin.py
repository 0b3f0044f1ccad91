"""Swin: Liu et al. 2021; V2: Liu et al. 2022. Attention within windows that shift."""

from __future__ import annotations

from collections.abc import Mapping
from math import gcd, lcm
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from archmeter.models.graph import Tensor
from archmeter.models.head import head
from archmeter.models.layers.basics import conv, flatten, global_avg_pool, layer_norm, linear
from archmeter.models.layers.channel_norm import channels_first, channels_last
from archmeter.models.layers.knobs import BiasOfKeys, NormOfBranches
from archmeter.models.layers.self_attention import AttentionStyle
from archmeter.models.layers.stages import at_stage
from archmeter.models.layers.transformer_block import TransformerStyle
from archmeter.models.layers.windows import PositionBias, WindowStyle, patch_merging, swin_block
from archmeter.models.scaling import scale_depths, scale_width
from archmeter.models.spec import ArchitectureSpec, Depths, Family, Flag, Paper, Preset, Width

_Side = Annotated[int, Field(ge=1, le=64)]
_OF_STAGES = Field(min_length=1, max_length=8)
_HEAD_WIDTH = 32


def _one_if_equal(sides: int | tuple[int, ...]) -> int | tuple[int, ...]:
    return sides[0] if isinstance(sides, tuple) and len(set(sides)) == 1 else sides


class SwinSpec(ArchitectureSpec):
    """Patches, and stages of windowed attention with merging of 2x2 patches between them."""

    family: Literal["swin"] = "swin"
    depth: Depths = Field(default=(2, 2, 6, 2), description="Blocks per stage.")
    base_width: Width = Field(
        default=96, description="Channels of the first stage; doubles with each stage."
    )
    head_width: int = Field(
        default=_HEAD_WIDTH, ge=1, le=1024, description="Channels per head; divides the width."
    )
    heads: Annotated[tuple[Annotated[int, Field(ge=1, le=1024)], ...], _OF_STAGES] | None = Field(
        default=None,
        description="Heads of each stage, among which its channels are divided; the last holds "
        "for later stages. Null for as many as are head_width wide.",
    )
    inner_head_width: int | None = Field(
        default=None,
        ge=1,
        le=1024,
        description="Channels of each query, key and value, whatever those of the map. Null for "
        "what the heads divide these into.",
    )
    window: Annotated[
        _Side | Annotated[tuple[_Side, ...], _OF_STAGES], AfterValidator(_one_if_equal)
    ] = Field(
        default=7,
        description="Side of the windows in patches, or a list with that of each stage, of which "
        "the last holds for later stages; every second block shifts them by half.",
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
    qkv_bias: Flag = Field(default=True, description="Biases of queries, keys and values.")
    key_bias: BiasOfKeys = "trained"
    similarity: Literal["dot", "cosine"] = Field(
        default="dot",
        description="Of queries and keys: their product, or the cosine of the angle between them "
        "times a factor that each head trains (Swin V2).",
    )
    position_bias: PositionBias = Field(
        default="table",
        description="What is added to scores: a trained number for each offset between two "
        "positions, or what a small perceptron makes of it, once for all images (Swin V2).",
    )
    norm_place: NormOfBranches = "before"

    @model_validator(mode="after")
    def _without_contradictions(self) -> Self:
        if self.heads is not None and self.head_width != _HEAD_WIDTH:
            raise PydanticCustomError(
                "heads_twice", "heads and head_width both say how many heads there are: leave one"
            )
        if self.key_bias != "trained" and not self.qkv_bias:
            raise PydanticCustomError(
                "key_bias_without_biases", "key_bias is of biases, and qkv_bias says there are none"
            )
        return self

    @property
    def windows(self) -> tuple[int, ...]:
        """Sides of the windows of the stages; the last holds for later stages."""
        return self.window if isinstance(self.window, tuple) else (self.window,)

    @property
    def _divisor(self) -> int:
        """What the channels of the first stage have to be a multiple of."""
        if self.heads is None:
            return self.head_width
        return lcm(*(heads // gcd(heads, 2**i) for i, heads in enumerate(self.heads)))

    def _heads(self, stage: int, width: int) -> int:
        """Heads of a stage of so many channels."""
        return -(-width // self.head_width) if self.heads is None else at_stage(self.heads, stage)

    def network(self, x: Tensor) -> Tensor:
        """Patches, stages on maps of (N, H, W, C), norm and classifier."""
        attention = AttentionStyle(
            "composed",
            self.qkv_bias,
            self.key_bias,
            similarity=self.similarity,
            head_width=self.inner_head_width or 0,
        )
        style = WindowStyle(
            TransformerStyle(attention, norm_place=self.norm_place),
            self.position_bias,
            padded=self.small_maps == "pad",
        )
        width = scale_width(self.base_width, self.width_multiplier, self._divisor)
        with x.graph.scope("stem"):
            x = conv(x, width, self.patch, stride=self.patch, padding=0, bias=True)
            x = layer_norm(channels_last(x))
        for i, depth in enumerate(scale_depths(self.depth, self.depth_multiplier)):
            with x.graph.scope(f"stage{i + 1}"):
                if i:
                    x = patch_merging(x, norm_last=self.norm_place == "after")
                width = x.shape[3]
                for j in range(depth):
                    x = swin_block(
                        x,
                        self._heads(i, width),
                        window=at_stage(self.windows, i),
                        shifted=j % 2 == 1,
                        hidden=max(1, round(width * self.mlp_ratio)),
                        style=style,
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
_SEARCHED = "Chen et al. 2021 (Swin-S3), arXiv:2111.14725"
_SECOND = "Liu et al. 2022 (Swin V2), arXiv:2111.09883"
_PADDED = {"small_maps": "pad"}
_384 = {"window": 12, "resolution": (384, 384)}
_BASE_30 = {"depth": (2, 2, 30, 2)}
_V2 = {"similarity": "cosine", "position_bias": "network", "norm_place": "after"}
_22K = {"num_classes": 21841}


def _version_2(size: Mapping[str, Any], window: int, side: int, **fields: Any) -> dict[str, Any]:
    given = {"window": window, "resolution": (side, side), "key_bias": "fixed", **fields}
    return {**size, **_V2, **given}


_PRESETS: tuple[tuple[str, Mapping[str, Any], str], ...] = (
    ("swin_tiny_patch4_window7_224", {}, _PAPER),
    ("swin_small_patch4_window7_224", _SMALL, _PAPER),
    ("swin_base_patch4_window7_224", _BASE, _PAPER),
    ("swin_base_patch4_window12_384", {**_BASE, **_384}, _PAPER),
    ("swin_large_patch4_window7_224", _LARGE, _PAPER),
    ("swin_large_patch4_window12_384", {**_LARGE, **_384}, _PAPER),
    ("swin_s3_tiny_224", {"window": (7, 7, 14, 7)}, _SEARCHED),
    ("swin_s3_small_224", {**_SMALL, "window": (14, 14, 14, 7)}, _SEARCHED),
    ("swin_s3_base_224", {**_BASE_30, "window": (7, 7, 14, 7)}, _SEARCHED),
    ("swinv2_tiny_window8_256", _version_2({}, 8, 256), _SECOND),
    ("swinv2_tiny_window16_256", _version_2({}, 16, 256), _SECOND),
    ("swinv2_small_window8_256", _version_2(_SMALL, 8, 256), _SECOND),
    ("swinv2_small_window16_256", _version_2(_SMALL, 16, 256), _SECOND),
    ("swinv2_base_window8_256", _version_2(_BASE, 8, 256), _SECOND),
    ("swinv2_base_window16_256", _version_2(_BASE, 16, 256), _SECOND),
    ("swinv2_base_window12_192", _version_2(_BASE, 12, 192, **_22K), _SECOND),
    ("swinv2_base_window12to16_192to256", _version_2(_BASE, 16, 256), _SECOND),
    ("swinv2_base_window12to24_192to384", _version_2(_BASE, 24, 384), _SECOND),
    ("swinv2_large_window12_192", _version_2(_LARGE, 12, 192, **_22K), _SECOND),
    ("swinv2_large_window12to16_192to256", _version_2(_LARGE, 16, 256), _SECOND),
    ("swinv2_large_window12to24_192to384", _version_2(_LARGE, 24, 384), _SECOND),
    *(
        (name, _version_2(size, 8, 256, **_PADDED, key_bias="masked"), "torchvision")
        for name, size in (("swin_v2_t", {}), ("swin_v2_s", _SMALL), ("swin_v2_b", _BASE))
    ),
    ("swin_t", _PADDED, "torchvision"),
    ("swin_s", {**_SMALL, **_PADDED}, "torchvision"),
    ("swin_b", {**_BASE, **_PADDED}, "torchvision"),
)

FAMILY = Family(
    title="Swin, Swin V2",
    summary="Attention within windows, shifted by half from block to block.",
    paper=Paper(
        title="Swin Transformer: Hierarchical Vision Transformer using Shifted Windows",
        authors="Ze Liu et al.",
        year=2021,
        url="https://arxiv.org/abs/2103.14030",
    ),
    spec=SwinSpec,
    presets=tuple(Preset(SwinSpec, *preset) for preset in _PRESETS),
)
