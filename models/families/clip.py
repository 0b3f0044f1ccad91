"""CLIP: Radford et al. 2021; SigLIP: Zhai et al. 2023. Transformers that learned from captions.

The towers for images, with a classifier in the place of the space they share with texts.
"""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from archmeter.models.layers.patch_sizes import Fields, patch_preset
from archmeter.models.layers.patch_spec import PatchSpec
from archmeter.models.spec import Family, Flag, Paper


class CLIPSpec(PatchSpec):
    """A transformer on patches, whose tokens are normalised before the first block."""

    family: Literal["clip"] = "clip"
    stem_norm: Flag = Field(
        default=True,
        description="A norm of all tokens before the first block; patches then have no biases. "
        "SigLIP has none.",
    )


_preset = partial(patch_preset, CLIPSpec)

_CLIP = "Radford et al. 2021, Table 20 (CLIP)"
_OPEN_CLIP = "Cherti et al. 2023 (OpenCLIP)"
_SIGLIP = "Zhai et al. 2023 (SigLIP)"
_SIGLIP2 = "Tschannen et al. 2025 (SigLIP 2)"

_CLASSES = 1000
"""Of networks whose weights were trained further on ImageNet; others end in the width of the space
that they share with texts, as timm builds them."""

_HEADLESS: Fields = {"stem_norm": False, "num_classes": 0}
_ASKED: Fields = {**_HEADLESS, "pool": "attention"}
_ASKED_2: Fields = {**_ASKED, "perceptron": "gelu_tanh"}
_MEAN: Fields = {**_HEADLESS, "pool": "mean", "norm_on": "tokens"}

FAMILY = Family(
    title="CLIP, SigLIP",
    summary="Transformers on patches that learned from captions: the towers for images.",
    paper=Paper(
        title="Learning Transferable Visual Models From Natural Language Supervision",
        authors="Alec Radford et al.",
        year=2021,
        url="https://arxiv.org/abs/2103.00020",
    ),
    spec=CLIPSpec,
    presets=(
        *(
            _preset(
                f"vit_{size}_patch{patch}_clip_{side}",
                size,
                source,
                patch,
                {"num_classes": features},
                side,
            )
            for size, patch, sides, features, source in (
                ("base", 32, (224, 384, 448), _CLASSES, _CLIP),
                ("base", 32, (256,), 512, _CLIP),
                ("base", 16, (224, 384), _CLASSES, _CLIP),
                ("large", 14, (224, 336), _CLASSES, _CLIP),
                ("huge", 14, (224, 336), _CLASSES, _OPEN_CLIP),
                ("huge", 14, (378,), 1024, _OPEN_CLIP),
                ("giant", 14, (224,), 1024, _OPEN_CLIP),
                ("gigantic", 14, (224, 378), 1280, _OPEN_CLIP),
                ("medium", 16, (224,), 512, _OPEN_CLIP),
                ("medium", 32, (224,), 512, _OPEN_CLIP),
            )
            for side in sides
        ),
        _preset(
            "vit_base_patch16_plus_clip_240", "plus", _OPEN_CLIP, 16, {"num_classes": 640}, 240
        ),
        *(
            _preset(
                f"vit_{size}_patch{patch}_clip_quickgelu_{side}",
                size,
                source,
                patch,
                {"perceptron": "quick_gelu", "num_classes": features},
                side,
            )
            for size, patch, side, features, source in (
                ("base", 32, 224, 512, _CLIP),
                ("base", 16, 224, 512, _CLIP),
                ("large", 14, 224, 768, _CLIP),
                ("large", 14, 336, 768, _CLIP),
                ("huge", 14, 224, 1024, _OPEN_CLIP),
                ("huge", 14, 378, 1024, _OPEN_CLIP),
            )
        ),
        *(
            _preset(f"vit_{size}_patch{patch}_siglip_{side}", size, source, patch, fields, side)
            for size, patch, sides, source, fields in (
                ("base", 32, (256,), _SIGLIP2, _ASKED_2),
                ("base", 16, (224, 256, 384, 512), _SIGLIP, _ASKED),
                ("large", 16, (256, 384), _SIGLIP, _ASKED),
                ("large", 16, (512,), _SIGLIP2, _ASKED_2),
                ("so400m", 14, (224, 378, 384), _SIGLIP, _ASKED),
                ("so400m", 16, (256, 384, 512), _SIGLIP2, _ASKED_2),
                ("giantopt", 16, (256, 384), _SIGLIP2, _ASKED_2),
            )
            for side in sides
        ),
        *(
            _preset(
                f"vit_{size}_patch{patch}_siglip_gap_{side}",
                size,
                _SIGLIP,
                patch,
                _MEAN,
                side,
            )
            for size, patch, sides in (("base", 16, (224, 384)), ("so400m", 14, (224, 448, 896)))
            for side in sides
        ),
    ),
)
