"""DarkNets and cross-stage-partial networks, as timm builds them."""

from __future__ import annotations

from timm.models import cspnet

from tests.differential.counterparts import Pair, counterpart
from tests.differential.definitions import Knobs
from tests.differential.drawing import Draw
from tests.differential.parts import doubling, output_stride

BLOCKS = {"dark": "dark", "edge": "edge", "bottleneck": "bottle"}
ATTENTIONS = {"none": None, "squeeze_excite": "se", "eca": "eca"}
OF_ATTENTION = {"squeeze_excite": {"rd_ratio": 1 / 16}}


def network(
    stem: cspnet.CspStemCfg, stages: cspnet.CspStagesCfg, knobs: Knobs, draw: Draw
) -> cspnet.CspNet:
    """The library's network of a stem and stages."""
    return cspnet.CspNet(
        cspnet.CspModelCfg(stem, stages, act_layer=knobs["act"]),
        in_chans=draw.channels,
        num_classes=draw.classes,
        output_stride=knobs.get("output_stride", 32),
    )


@counterpart("cspnet", "timm")
def timm_cspnets(draw: Draw) -> Pair:
    fusion = draw.of("both", "first")
    stem_stride = draw.of(2, 2, 4)
    first = 2 if fusion == "first" else 1 if stem_stride == 4 else draw.of(1, 2)
    # Beyond a stride of 32 timm gives strides up.
    stages = 3 if stem_stride == 4 and first == 2 else draw.of(3, 4)
    expanded = draw.of(1, 2, 1.5)
    knobs: Knobs = {
        "depth": draw.depths(stages),
        "base_width": draw.of(16, 32, 64),
        "stem_widths": draw.of([32], [16, 32], [16, 16, 32]),
        "stem_kernel": draw.of(3, 7),
        "stem_stride": stem_stride,
        "first_stride": first,
        "block": draw.of(*BLOCKS),
        "act": draw.of("leaky_relu", "silu", "mish", "relu"),
        "attention": draw.of("none", "none", "squeeze_excite", "eca"),
        "mid_ratio": [draw.of(0.5, 1, 0.25, 1.5)],
        "expand_ratio": [expanded],
        "fusion": fusion,
        "expand_act": draw.chance(),
        "down_growth": draw.chance(0.3),
        **output_stride(draw),
    }
    inner = knobs["base_width"] * expanded / 2 * knobs["mid_ratio"][0]
    # Here inner channels are rounded up to whole groups; timm refuses them.
    knobs["groups"] = [draw.of(1, 2, 4) if inner % 4 == 0 else 1]

    def build() -> cspnet.CspNet:
        stage = cspnet.CspStagesCfg(
            depth=tuple(knobs["depth"]),
            out_chs=doubling(knobs["base_width"], stages),
            stride=(first, 2),
            groups=knobs["groups"][0],
            block_ratio=expanded / 2,
            bottle_ratio=knobs["mid_ratio"][0],
            expand_ratio=expanded,
            cross_linear=not knobs["expand_act"],
            down_growth=knobs["down_growth"],
            stage_type="csp" if fusion == "both" else "cs3",
            block_type=BLOCKS[knobs["block"]],
            attn_layer=ATTENTIONS[knobs["attention"]],
            attn_kwargs=OF_ATTENTION.get(knobs["attention"]),
        )
        stem = cspnet.CspStemCfg(
            out_chs=tuple(knobs["stem_widths"]),
            kernel_size=knobs["stem_kernel"],
            stride=stem_stride,
            pool="max" if stem_stride == 4 else "",
        )
        return network(stem, stage, knobs, draw)

    return Pair(knobs, build)


@counterpart("darknet", "timm")
def timm_darknets(draw: Draw) -> Pair:
    stages = draw.of(3, 4, 5)
    pooled = draw.chance()
    knobs: Knobs = {
        "depth": draw.depths(stages),
        "base_width": draw.of(16, 32, 64),
        "stem_widths": [draw.of(16, 32)],
        "act": draw.of("leaky_relu", "silu"),
        "attention": draw.of("none", "squeeze_excite", "eca"),
        "mid_ratio": draw.of(0.5, 0.25, 1),
        "downsample": "avg_pool_conv" if pooled else "conv",
        **output_stride(draw),
    }

    def build() -> cspnet.CspNet:
        stage = cspnet.CspStagesCfg(
            depth=tuple(knobs["depth"]),
            out_chs=doubling(knobs["base_width"], stages),
            bottle_ratio=knobs["mid_ratio"],
            avg_down=pooled,
            attn_layer=ATTENTIONS[knobs["attention"]],
            attn_kwargs=OF_ATTENTION.get(knobs["attention"]),
            stage_type="dark",
            block_type="dark",
        )
        stem = cspnet.CspStemCfg(knobs["stem_widths"][0], stride=1)
        return network(stem, stage, knobs, draw)

    return Pair(knobs, build)
