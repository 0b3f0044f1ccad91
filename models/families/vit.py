"""ViT: Dosovitskiy et al. 2021; DeiT: Touvron et al. 2021 and 2022. Transformers on patches."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from models.graph import Tensor
from models.layers.basics import flatten, layer_norm, linear, scale, select
from models.layers.self_attention import AttentionKind, transformer_block
from models.layers.tokens import add_positions, patch_tokens, prepend
from models.ops import Mean
from models.scaling import scale_depths
from models.spec import ArchitectureSpec, Family, Paper, Preset, Width

_MEAN_OF_TOKENS = Mean((1,))


class ViTSpec(ArchitectureSpec):
    """Patches as tokens, one stage of transformer blocks, a classifier of one token or of all."""

    family: Literal["vit"] = "vit"
    patch: int = Field(
        default=16,
        ge=1,
        le=256,
        description="Side of a patch in pixels; what no whole patch covers is not seen.",
    )
    depth: int = Field(default=12, ge=1, le=2048, description="Transformer blocks.")
    width: Width = Field(
        default=768,
        description="Channels of a token. The width multiplier scales the heads instead, each as "
        "wide as before.",
    )
    heads: int = Field(
        default=12,
        ge=1,
        le=1024,
        validate_default=True,
        description="Attention heads; divide the width.",
    )
    mlp_ratio: float = Field(
        default=4.0, ge=0.05, le=64, description="Hidden ÷ outer channels of the perceptrons."
    )
    attention: AttentionKind = Field(
        default="fused",
        description="Attention as one kernel that keeps no scores, or composed of products and a "
        "softmax. Same MACs; other memory.",
    )
    qkv_bias: bool = Field(default=True, description="Biases of queries, keys and values.")
    layer_scale: bool = Field(
        default=False, description="A trained factor per channel on what each branch adds."
    )
    pool: Literal["token", "mean"] = Field(
        default="token",
        description="Classify by a class token, or by the mean of all patches, without one.",
    )
    distillation_token: bool = Field(
        default=False,
        description="A second classifier with a token of its own (DeiT); both are averaged.",
    )
    registers: int = Field(default=0, ge=0, le=256, description="Tokens nobody reads in the end.")
    position_of_tokens: bool = Field(
        default=True, description="Whether tokens that are no patches have position embeddings."
    )

    @field_validator("heads")
    @classmethod
    def _heads_divide_the_width(cls, heads: int, given: ValidationInfo) -> int:
        width = given.data.get("width", heads)
        if width % heads:
            raise PydanticCustomError(
                "heads_do_not_divide",
                "{width} channels do not divide into {heads} heads",
                {"width": width, "heads": heads},
            )
        return heads

    @model_validator(mode="after")
    def _one_way_to_classify(self) -> Self:
        if self.distillation_token and self.pool != "token":
            raise PydanticCustomError(
                "distillation_without_token",
                "a distillation token stands beside a class token: pool must be token",
            )
        return self

    def network(self, x: Tensor) -> Tensor:
        """Patches, blocks, and a norm and a linear layer."""
        heads, width = self.heads, self.width
        if self.width_multiplier != 1:
            heads = max(1, round(heads * self.width_multiplier))
            width = heads * max(1, self.width // self.heads)
        readers = (self.pool == "token") + self.distillation_token
        with x.graph.scope("stem"):
            x = patch_tokens(x, width, self.patch)
            if self.position_of_tokens:
                x = add_positions(prepend(x, readers + self.registers))
            else:
                x = prepend(add_positions(x), readers + self.registers)
        (depth,) = scale_depths((self.depth,), self.depth_multiplier)
        hidden = max(1, round(width * self.mlp_ratio))
        with x.graph.scope("stage1"):
            for _ in range(depth):
                x = transformer_block(
                    x,
                    heads,
                    hidden=hidden,
                    kind=self.attention,
                    qkv_bias=self.qkv_bias,
                    scaled=self.layer_scale,
                )
        with x.graph.scope("head"):
            return self._head(x)

    def _head(self, x: Tensor) -> Tensor:
        if self.pool == "mean":
            x = layer_norm(flatten(x.graph.append(_MEAN_OF_TOKENS, x)))
            return linear(x, self.num_classes) if self.num_classes else x
        x = layer_norm(x)
        token = select(x, 1, 0)
        y = linear(token, self.num_classes) if self.num_classes else token
        if not self.distillation_token:
            return y
        distilled = select(x, 1, 1)
        other = linear(distilled, self.num_classes) if self.num_classes else distilled
        return scale(y + other, 0.5)


_VIT = "Dosovitskiy et al. 2021, Table 1"
_DEIT = "Touvron et al. 2021, Table 1 (DeiT)"
_DEIT3 = "Touvron et al. 2022, Table 1 (DeiT III)"
_SCALING = "Zhai et al. 2022, Table 2"
_DINO = "Oquab et al. 2023, Table 17 (DINOv2)"
_REGISTERS = "Darcet et al. 2023 (DINOv2 with registers)"

Fields = Mapping[str, Any]

_SIZES: Mapping[str, Fields] = {
    "tiny": {"width": 192, "heads": 3},
    "small": {"width": 384, "heads": 6},
    "medium": {"width": 512, "heads": 8},
    "base": {},
    "large": {"width": 1024, "heads": 16, "depth": 24},
    "huge": {"width": 1280, "heads": 16, "depth": 32},
    "giant": {"width": 1408, "heads": 16, "depth": 40, "mlp_ratio": 48 / 11},
    "gigantic": {"width": 1664, "heads": 16, "depth": 48, "mlp_ratio": 64 / 13},
}


def _preset(
    name: str, size: str, source: str, patch: int = 16, fields: Fields = MappingProxyType({})
) -> Preset:
    return Preset(ViTSpec, name, {**_SIZES[size], "patch": patch, **fields}, source)


_DISTILLED: Fields = {"distillation_token": True}
_THREE: Fields = {"layer_scale": True, "position_of_tokens": False}
_MEAN: Fields = {"pool": "mean"}
_DINOV2: Fields = {"layer_scale": True, "resolution": (518, 518)}
_WITH_REGISTERS: Fields = {**_DINOV2, "registers": 4, "position_of_tokens": False}
_LARGER: Fields = {"resolution": (384, 384)}

FAMILY = Family(
    title="ViT, DeiT",
    summary="An image as a sequence of patches, each attending to all.",
    paper=Paper(
        title="An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale",
        authors="Alexey Dosovitskiy et al.",
        year=2021,
        url="https://arxiv.org/abs/2010.11929",
    ),
    spec=ViTSpec,
    presets=(
        *(
            _preset(f"vit_{size}_patch{patch}_{side}", size, source, patch, fields)
            for size, patches, source in (
                ("tiny", (16,), "timm"),
                ("small", (8, 16, 32), "timm"),
                ("base", (8, 16, 32), _VIT),
                ("large", (14, 16, 32), _VIT),
                ("huge", (14,), _VIT),
                ("giant", (14,), _SCALING),
                ("gigantic", (14,), _SCALING),
            )
            for patch in patches
            for side, fields in ((224, {}), (384, _LARGER))
            if side == 224 or patch in {16, 32}  # noqa: PLR2004 - sizes that were trained
        ),
        _preset("vit_base_patch16_gap_224", "base", "timm", 16, _MEAN),
        _preset("vit_huge_patch14_gap_224", "huge", "timm", 14, _MEAN),
        *(
            _preset(f"vit_{size}_patch14_dinov2", size, _DINO, 14, _DINOV2)
            for size in ("small", "base", "large")
        ),
        *(
            _preset(f"vit_{size}_patch14_reg4_dinov2", size, _REGISTERS, 14, _WITH_REGISTERS)
            for size in ("small", "base", "large")
        ),
        *(
            _preset(f"vit_{letter}_{patch}", size, "torchvision", patch)
            for letter, size, patches in (
                ("b", "base", (16, 32)),
                ("l", "large", (16, 32)),
                ("h", "huge", (14,)),
            )
            for patch in patches
        ),
        *(_preset(f"deit_{size}_patch16_224", size, _DEIT) for size in ("tiny", "small", "base")),
        _preset("deit_base_patch16_384", "base", _DEIT, 16, _LARGER),
        *(
            _preset(f"deit_{size}_distilled_patch16_224", size, _DEIT, 16, _DISTILLED)
            for size in ("tiny", "small", "base")
        ),
        _preset("deit_base_distilled_patch16_384", "base", _DEIT, 16, {**_DISTILLED, **_LARGER}),
        *(
            _preset(f"deit3_{size}_patch16_{side}", size, _DEIT3, 16, {**_THREE, **fields})
            for size in ("small", "medium", "base", "large")
            for side, fields in ((224, {}), (384, _LARGER))
            if (size, side) != ("medium", 384)
        ),
        _preset("deit3_huge_patch14_224", "huge", _DEIT3, 14, _THREE),
    ),
)
