"""ViT: Dosovitskiy et al. 2021; DeiT: Touvron et al. 2021; DINO. Transformers on patches."""

from __future__ import annotations

from functools import partial
from typing import Literal

from archmeter.models.layers.patch_sizes import Fields, patch_preset
from archmeter.models.layers.patch_spec import PatchSpec
from archmeter.models.spec import Family, Paper


class ViTSpec(PatchSpec):
    """Patches as tokens, one stage of transformer blocks, a classifier of one token or of all."""

    family: Literal["vit"] = "vit"


_preset = partial(patch_preset, ViTSpec)

_VIT = "Dosovitskiy et al. 2021, Table 1"
_DEIT = "Touvron et al. 2021, Table 1 (DeiT)"
_DEIT3 = "Touvron et al. 2022, Table 1 (DeiT III)"
_SCALING = "Zhai et al. 2022, Table 2"
_DINO = "Oquab et al. 2023, Table 17 (DINOv2)"
_REGISTERS = "Darcet et al. 2023 (DINOv2 with registers)"
_DINO3 = "Siméoni et al. 2025, Table 2 (DINOv3)"
_ROPE = "Heo et al. 2024 (RoPE-ViT)"
_SHAPE = "Alabdulmohsin et al. 2023 (SoViT)"
_FLEXI = "Beyer et al. 2023 (FlexiViT)"

_DISTILLED: Fields = {"distillation_token": True}
_UNPLACED: Fields = {"position_of_tokens": False}
_SCALED: Fields = {"layer_scale": True}
_THREE: Fields = {**_SCALED, **_UNPLACED}
_MEAN: Fields = {"pool": "mean"}
_HEADLESS: Fields = {"num_classes": 0}
_MEAN_OF_NORMED: Fields = {**_MEAN, "norm_on": "tokens"}
_DINOV2: Fields = {**_SCALED, **_HEADLESS}
_WITH_REGISTERS: Fields = {**_THREE, **_HEADLESS, "registers": 4}
_UNBIASED: Fields = {**_MEAN_OF_NORMED, **_SCALED, "qkv_bias": False}
_UNBIASED_KEYS: Fields = {"key_bias": "fixed"}
_ROTARY: Fields = {"positions": "rotary", **_SCALED}
_ROTARY_LEARNED: Fields = {**_ROTARY, "positions": "learned_and_rotary", **_UNPLACED}
_ROTARY_MEAN: Fields = {**_ROTARY, **_MEAN}
_DINOV3: Fields = {
    **_ROTARY_MEAN,
    **_HEADLESS,
    "norm_on": "tokens",
    "class_token": True,
    "registers": 4,
    "qkv_bias": False,
}
_GATED: Fields = {"perceptron": "swiglu"}
_BESIDE: Fields = {
    "perceptron_place": "beside",
    "norm": "rms",
    "qk_norm": True,
    "qkv_bias": False,
    "stem_norm": True,
    **_UNPLACED,
}
_WITHOUT_HEAD = {("small", 8, 224), ("large", 32, 224), ("huge", 14, 224)}
"""Sizes that timm builds without a classifier, because the weights that it loads have none."""

_DINO_SIZES = (("small", "small"), ("base", "base"), ("large", "large"), ("giant", "gated_giant"))


FAMILY = Family(
    title="ViT, DeiT, DINOv2, DINOv3",
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
            _preset(
                f"vit_{size}_patch{patch}_{side}",
                size,
                source,
                patch,
                _HEADLESS if (size, patch, side) in _WITHOUT_HEAD else {},
                side,
            )
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
            for side in ((224, 384) if patch in {16, 32} else (224,))
        ),
        _preset("vit_base_patch16_plus_240", "plus", "timm", 16, _SCALED, 240),
        _preset("vit_base_patch32_plus_256", "plus", "timm", 32, _SCALED, 256),
        *(
            _preset(f"flexivit_{size}", size, _FLEXI, 16, _UNPLACED, 240)
            for size in ("small", "base", "large")
        ),
        *(
            _preset(f"vit_{size}_patch{patch}_gap_{side}", size, "timm", patch, fields, side)
            for size, patch, side, fields in (
                ("medium", 16, 256, _UNBIASED),
                ("medium", 16, 384, _UNBIASED),
                ("betwixt", 16, 256, _UNBIASED),
                ("base", 16, 224, {**_MEAN_OF_NORMED, "heads": 16}),
                ("huge", 14, 224, {**_MEAN_OF_NORMED, **_HEADLESS}),
                ("huge", 16, 448, {**_MEAN_OF_NORMED, **_HEADLESS}),
                ("giant", 16, 224, {**_MEAN_OF_NORMED, **_HEADLESS}),
            )
        ),
        *(
            _preset(
                f"vit_{size}_patch16_reg{registers}_gap_{side}",
                size,
                source,
                16,
                {**_MEAN, "registers": registers, **fields},
                side,
            )
            for size, registers, sides, source, fields in (
                ("medium", 4, (256,), "timm", _THREE),
                ("mediumd", 4, (256, 384), "timm", _THREE),
                ("betwixt", 4, (256, 384), "timm", _THREE),
                ("base", 4, (256,), "timm", _UNPLACED),
                ("so150m", 4, (256, 384), _SHAPE, _MEAN_OF_NORMED),
                ("so150m2", 1, (256, 384, 448), _SHAPE, {**_SCALED, "qkv_bias": False}),
            )
            for side in sides
        ),
        *(
            _preset(f"vit_{name}_patch14_dinov2", size, _DINO, 14, _DINOV2, 518)
            for name, size in _DINO_SIZES
        ),
        *(
            _preset(f"vit_{name}_patch14_reg4_dinov2", size, _REGISTERS, 14, _WITH_REGISTERS, 518)
            for name, size in _DINO_SIZES
        ),
        *(
            _preset(f"vit_{name}_patch16_dinov3", size, _DINO3, 16, {**_DINOV3, **fields}, 256)
            for name, size, fields in (
                ("small", "small", {}),
                ("small_plus", "small", {**_GATED, "mlp_ratio": 4}),
                ("base", "base", {}),
                ("large", "large", {}),
                ("huge_plus", "huge", {**_GATED, "mlp_ratio": 4, "heads": 20}),
                ("7b", "7b", {}),
            )
        ),
        *(
            _preset(f"vit_{size}_patch16_{name}_224", size, _ROPE, 16, fields)
            for name, fields in (("rope", _ROTARY), ("rope_ape", _ROTARY_LEARNED))
            for size in ("small", "base", "large")
        ),
        *(
            _preset(
                f"vit_{size}_patch16_rope_reg{registers}_gap_256",
                size,
                "timm",
                16,
                {**_ROTARY_MEAN, "registers": registers, **fields},
                256,
            )
            for size, registers, fields in (
                ("medium", 1, _UNBIASED_KEYS),
                ("mediumd", 1, {"qkv_bias": False}),
                ("betwixt", 4, _UNBIASED_KEYS),
                ("base", 1, _UNBIASED_KEYS),
            )
        ),
        *(
            _preset(f"vit_{size}_patch16_{depth}x{branches}_224", size, "timm", 16, fields)
            for size, depth, branches in (("small", 36, 1), ("small", 18, 2), ("base", 18, 2))
            for fields in ({**_SCALED, "depth": depth, "branches": branches},)
        ),
        *(
            _preset(f"vit_{size}_patch{patch}_xp_224", size, "timm", patch, _BESIDE)
            for size, patch in (("base", 16), ("large", 14), ("huge", 14))
        ),
        _preset(
            "vit_base_patch16_rpn_224",
            "base",
            "timm",
            16,
            {**_MEAN, "norm_place": "after", "qkv_bias": False},
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
        _preset("deit_base_patch16_384", "base", _DEIT, side=384),
        *(
            _preset(f"deit_{size}_distilled_patch16_224", size, _DEIT, 16, _DISTILLED)
            for size in ("tiny", "small", "base")
        ),
        _preset("deit_base_distilled_patch16_384", "base", _DEIT, 16, _DISTILLED, 384),
        *(
            _preset(f"deit3_{size}_patch16_{side}", size, _DEIT3, 16, _THREE, side)
            for size in ("small", "medium", "base", "large")
            for side in (224, 384)
            if (size, side) != ("medium", 384)
        ),
        _preset("deit3_huge_patch14_224", "huge", _DEIT3, 14, _THREE),
    ),
)
