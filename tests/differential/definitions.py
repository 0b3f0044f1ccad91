"""Mobile networks as timm writes them down: ``ir_r2_k5_s2_e6_c40_se0.25``, a string for a stage."""

from __future__ import annotations

from functools import partial
from typing import Any

from timm.models._efficientnet_builder import EfficientNetBuilder, round_channels

from tests.differential.drawing import Draw
from tests.differential.parts import output_stride

Knobs = dict[str, Any]

NO_LIMIT = 2**12
"""An output stride that no network reaches; timm's default gives up strides beyond 32."""

KINDS = {False: "ir", True: "er"}
"""Blocks whose spatial convolution is depthwise, or full (fused)."""


def drawn_stages(draw: Draw, *, ratios: tuple[float, ...], whole: bool = False) -> Knobs:
    """Knobs with a value to each stage.

    Args:
        draw: random choices.
        ratios: of squeeze-and-excitation.
        whole: whether expansions are whole numbers, the same for all blocks of a stage.
    """
    count = draw.whole(3, 7)
    widths = [draw.of(8, 16, 24)]
    while len(widths) < count:
        widths.append(widths[-1] + 8 * draw.whole(0, 5))
    depth = draw.depths(count)
    factors = (2, 3, 4, 6) if whole else (2, 3, 4, 6, 2.5, 4.5)
    expansions: list[Any] = [1, *draw.list_of(count - 1, *factors)]
    for stage in range(1, count):
        if not whole and depth[stage] == 3 and draw.chance(0.3):
            expansions[stage] = [expansions[stage], expansions[stage] + 1, expansions[stage] + 1]
    return {
        "depth": depth,
        "widths": widths,
        "kernels": draw.list_of(count, 3, 3, 5, 7),
        "strides": draw.list_of(count, 1, 2),
        "expansions": expansions,
        "squeeze_ratios": draw.list_of(count, *ratios),
    }


def drawn_scaling(draw: Draw) -> Knobs:
    """Knobs of compound scaling."""
    return {
        "width_multiplier": draw.of(1, 1, 0.35, 0.5, 0.75, 1.1, 1.3, 1.4, 2),
        "depth_multiplier": draw.of(1, 1, 1.1, 1.2, 1.4, 1.8, 2.2, 0.5),
        "depth_rounding": draw.of("up", "nearest"),
        "end_depth_scaling": draw.chance(0.7),
        "stem_width": draw.of(16, 24, 32, 40),
        "stem_scaling": draw.chance(0.7),
        "round_limit": draw.of(0.9, 0.9, 0, 0.95),
        **output_stride(draw),
    }


def rounding(knobs: Knobs) -> Any:
    """timm's function that scales and rounds widths."""
    limit = knobs.get("round_limit", 0.9)
    return partial(round_channels, multiplier=knobs["width_multiplier"], round_limit=limit)


def scaled_head(knobs: Knobs) -> int:
    """Channels of the head, which timm leaves to whoever defines a network."""
    width, scaled = knobs["head_width"], rounding(knobs)(knobs["head_width"])
    return {"fixed": width, "up": max(width, scaled), "full": scaled}[knobs["head_scaling"]]


def decoding(knobs: Knobs) -> Knobs:
    """How timm scales depths."""
    return {
        "depth_multiplier": knobs["depth_multiplier"],
        "depth_trunc": "round" if knobs["depth_rounding"] == "nearest" else "ceil",
        "fix_first_last": not knobs["end_depth_scaling"],
    }


def stage_strings(knobs: Knobs) -> list[list[str]]:
    """timm's definition of stages of mobile blocks."""
    return [
        [_block(knobs, stage, expansion, count) for expansion, count in _runs(knobs, stage)]
        for stage in range(len(knobs["depth"]))
    ]


def _runs(knobs: Knobs, stage: int) -> list[tuple[float, int]]:
    """Expansions of a stage, and of how many blocks in a row."""
    of_stage = knobs["expansions"][stage]
    if not isinstance(of_stage, list):
        return [(of_stage, knobs["depth"][stage])]
    first, *others = of_stage
    return [(first, 1), (others[0], len(others))]


def _block(knobs: Knobs, stage: int, expansion: float, count: int) -> str:
    fused = stage < knobs.get("fused_stages", 0)
    plain = stage < knobs.get("plain_stages", 0)
    ratio = knobs["squeeze_ratios"][stage] if "squeeze_ratios" in knobs else 0
    sides = f"r{count}_k{knobs['kernels'][stage]}_s{knobs['strides'][stage]}"
    words = [sides, f"e{expansion}", f"c{knobs['widths'][stage]}"]
    kind = KINDS[fused]
    if expansion == 1 and not knobs.get("unit_expansion"):
        kind = "cn" if fused else "ds"
    if kind == "cn" and not plain:
        words.append("skip")  # here alone it has to be asked for
    if kind != "cn" and plain:
        words.append("noskip")
    if ratio:
        words.append(f"se{ratio}")
    if stage < knobs.get("relu_stages", 0):
        words.append("nre")
    return "_".join((kind, *words))


def builder_with(stride: int) -> Any:
    """timm's builder of blocks, with an output stride of its own."""

    def build(**arguments: Any) -> EfficientNetBuilder:
        return EfficientNetBuilder(**{**arguments, "output_stride": stride})

    return build
