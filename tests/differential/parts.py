"""What several of timm's constructors take, from the knobs that have the same names here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from timm.layers import get_act_layer, get_attn
from torch import nn

from tests.differential.drawing import Draw

ACTIVATIONS = ("relu", "relu6", "leaky_relu", "silu", "mish", "gelu", "hardswish")

NAMES = {"hardswish": "hard_swish", "hardsigmoid": "hard_sigmoid"}
"""What timm calls activations otherwise."""


def activation(name: str) -> type[nn.Module]:
    """timm's class for an activation."""
    return get_act_layer(NAMES.get(name, name))


def drawn_attention(draw: Draw, *kinds: str) -> dict[str, Any]:
    """Knobs of attention to channels; one of the kinds, or half of the time none."""
    kind = draw.of(*["none"] * len(kinds), *kinds)
    knobs: dict[str, Any] = {"attention": kind}
    if kind in ("squeeze_excite", "cbam"):
        knobs["reduction"] = draw.of(2, 4, 8, 16)
    if kind == "squeeze_excite":
        knobs["squeeze_divisor"] = draw.of(1, 4, 8)
    if kind == "cbam":
        knobs["attention_bias"] = False  # timm has none there
    return knobs


def attention(knobs: dict[str, Any]) -> Any:
    """What timm builds attention with, or None."""
    match knobs["attention"]:
        case "none":
            return None
        case "eca":
            return get_attn("eca")
        case kind:
            name = {"squeeze_excite": "se", "cbam": "cbam"}[kind]
            share, divisor = 1 / knobs["reduction"], knobs.get("squeeze_divisor", 1)
            return partial(get_attn(name), rd_ratio=share, rd_divisor=divisor)


@contextmanager
def really() -> Iterator[None]:
    """A module that looks at values while it is made: not on the meta device."""
    with torch.device("cpu"):
        yield


def doubling(width: int, stages: int) -> tuple[int, ...]:
    """Widths that double with each stage."""
    return tuple(width * 2**stage for stage in range(stages))


def output_stride(draw: Draw) -> dict[str, Any]:
    """Sometimes, a knob that keeps maps large."""
    return {"output_stride": draw.of(8, 16)} if draw.chance(0.25) else {}
