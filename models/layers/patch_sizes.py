"""Sizes of transformers on patches, by the names that timm gives them, and presets made of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from archmeter.models.layers.patch_spec import PatchSpec
from archmeter.models.spec import Preset

Fields = Mapping[str, Any]

SIZES: Mapping[str, Fields] = {
    "tiny": {"width": 192, "heads": 3},
    "small": {"width": 384, "heads": 6},
    "medium": {"width": 512, "heads": 8},
    "mediumd": {"width": 512, "heads": 8, "depth": 20},
    "betwixt": {"width": 640, "heads": 10},
    "base": {},
    "plus": {"width": 896, "heads": 14},
    "so150m": {"width": 896, "heads": 14, "depth": 18, "mlp_ratio": 18 / 7},
    "so150m2": {"width": 832, "heads": 13, "depth": 21, "mlp_ratio": 34 / 13},
    "large": {"width": 1024, "heads": 16, "depth": 24},
    "so400m": {"width": 1152, "heads": 16, "depth": 27, "mlp_ratio": 269 / 72},
    "huge": {"width": 1280, "heads": 16, "depth": 32},
    "giant": {"width": 1408, "heads": 16, "depth": 40, "mlp_ratio": 48 / 11},
    "giantopt": {"width": 1536, "heads": 16, "depth": 40},
    "gated_giant": {
        "width": 1536,
        "heads": 24,
        "depth": 40,
        "mlp_ratio": 8 / 3,
        "perceptron": "swiglu",
    },
    "7b": {
        "width": 4096,
        "heads": 32,
        "depth": 40,
        "mlp_ratio": 2,
        "perceptron": "swiglu",
    },
    "gigantic": {"width": 1664, "heads": 16, "depth": 48, "mlp_ratio": 64 / 13},
}
"""Name of a size -> its knobs: the patches and the input are told apart."""


def patch_preset(
    spec: type[PatchSpec],
    name: str,
    size: str,
    source: str,
    patch: int = 16,
    fields: Fields = MappingProxyType({}),
    side: int | None = None,
) -> Preset:
    """A preset of a size with so large patches, for inputs of a side if not of the spec's own."""
    sides = {} if side is None else {"resolution": (side, side)}
    return Preset(spec, name, {**SIZES[size], "patch": patch, **sides, **fields}, source)
