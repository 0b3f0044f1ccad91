"""MobileNetV4, GhostNet and ShuffleNetV2."""

from __future__ import annotations

from timm.models import mobilenetv3 as timm_mobilenetv3
from timm.models._efficientnet_builder import decode_arch_def
from timm.models.ghostnet import GhostNet
from torchvision.models.shufflenetv2 import ShuffleNetV2

from tests.differential.counterparts import Pair, counterpart
from tests.differential.definitions import Knobs, drawn_scaling, drawn_stages, rounding
from tests.differential.drawing import Draw
from tests.differential.mobile import late_headed
from tests.differential.parts import ACTIVATIONS, activation

POOLS = {"none": None, "average": "avg", "blur": "blurpc"}


@counterpart("mobilenet_v4", "timm", smallest=64, draws=80)
def timm_mobilenet_v4s(draw: Draw) -> Pair:
    fused = draw.whole(0, 2)
    count = draw.whole(3, 5)
    activated = bool(fused) and draw.chance(0.4)
    scaling = drawn_scaling(draw)
    knobs: Knobs = {
        "depth": [1 if activated and stage < fused else draw.whole(1, 4) for stage in range(count)],
        "widths": [8 * draw.whole(2, 16) for _ in range(count)],
        "kernels": draw.list_of(count, 3, 3, 5),
        "strides": draw.list_of(count, 1, 2, 2, 2),
        "stem_width": scaling["stem_width"],
        "stem_scaling": scaling["stem_scaling"],
        "width_multiplier": scaling["width_multiplier"],
        "fused_stages": fused,
        "fused_projection": "activated" if activated else "linear",
        "plain_stages": fused if activated else draw.of(0, 0, 1),
        "attentions": [0] * count,
        "heads": draw.list_of(count, 2, 4, 8),
        "head_widths": draw.list_of(count, 16, 32, 48),
        "key_strides": draw.list_of(count, 1, 1, 2),
        "branch_scale": draw.chance(),
        "strided_pool": draw.of("none", "average", "blur"),
        "last_width": draw.of(0, 480, 960),
        "head_width": draw.of(640, 1280),
        "activation": draw.of(*ACTIVATIONS),
        **{name: scaling[name] for name in ("output_stride",) if name in scaling},
    }
    knobs["expansions"] = [drawn_expansions(draw, knobs, stage) for stage in range(count)]
    for name in ("kernels_before", "kernels_between"):
        knobs[name] = [draw.list_of(depth, 0, 3, 5, 7) for depth in knobs["depth"]]
    for stage in range(fused, count):
        if knobs["strides"][stage] > 1 and not knobs["kernels_before"][stage][0]:
            knobs["kernels_between"][stage][0] = draw.of(3, 5)
        if draw.chance(0.4):
            knobs["attentions"][stage] = draw.whole(0, knobs["depth"][stage] - 1)
    strings = [universal_strings(knobs, stage) for stage in range(count)]
    if knobs["last_width"]:
        strings.append([f"cn_r1_k1_s1_c{knobs['last_width']}"])
    return Pair(
        knobs,
        late_headed(
            knobs,
            lambda: timm_mobilenetv3.MobileNetV3(
                decode_arch_def(strings),
                num_classes=draw.classes,
                in_chans=draw.channels,
                stem_size=knobs["stem_width"],
                fix_stem=not knobs["stem_scaling"],
                num_features=knobs["head_width"],
                head_bias=False,
                head_norm=True,
                act_layer=activation(knobs["activation"]),
                aa_layer=POOLS[knobs["strided_pool"]],
                round_chs_fn=rounding(knobs),
                layer_scale_init_value=1e-5 if knobs["branch_scale"] else None,
            ),
        ),
    )


def drawn_expansions(draw: Draw, knobs: Knobs, stage: int) -> list[float]:
    """Of each block; plain convolutions make whole multiples of eight channels."""
    if knobs["fused_projection"] == "activated" and stage < knobs["fused_stages"]:
        return [draw.of(1, 2, 3)]
    return draw.list_of(knobs["depth"][stage], 1, 2, 3, 4, 4, 6)


def universal_strings(knobs: Knobs, stage: int) -> list[str]:
    """timm's definition of a stage, block by block."""
    kernel, width, heads, head_width, key_stride = (
        knobs[name][stage] for name in ("kernels", "widths", "heads", "head_widths", "key_strides")
    )
    depth, fused = knobs["depth"][stage], stage < knobs["fused_stages"]
    words = []
    for i, expansion in enumerate(knobs["expansions"][stage]):
        stride = 1 if i else knobs["strides"][stage]
        end = f"c{width}" + ("_noskip" if stage < knobs["plain_stages"] else "")
        before, between = (knobs[name][stage][i] for name in ("kernels_before", "kernels_between"))
        if fused and knobs["fused_projection"] == "activated":
            entering = knobs["widths"][stage - 1] if stage else knobs["stem_width"]
            words += [
                f"cn_r1_k{kernel}_s{stride}_c{entering * expansion}",
                f"cn_r1_k1_s1_c{width}",
            ]
        elif fused:
            words.append(f"er_r1_k{kernel}_s{stride}_e{expansion}_{end}")
        else:
            if i >= depth - knobs["attentions"][stage]:
                asked = f"h{heads}_v{key_stride}_d{head_width}"
                words.append(f"mqa_r1_k{kernel}_s1_{asked}_c{width}")
            words.append(f"uir_r1_a{before}_k{between}_s{stride}_e{expansion}_{end}")
    return words


@counterpart("ghostnet", "timm", smallest=64)
def timm_ghostnets(draw: Draw) -> Pair:
    stages = drawn_stages(draw, ratios=(0, 0.25, 0.5), whole=True)
    version = draw.of("v1", "v2", "v3")
    names = ("depth", "widths", "kernels", "strides", "expansions", "squeeze_ratios")
    knobs: Knobs = {
        **{name: stages[name] for name in names},
        **{
            "v1": {},
            "v2": {"attention": "decoupled"},
            "v3": {"attention": "decoupled", "branches": 3},
        }[version],
        "width_multiplier": draw.real(0.4, 2),
        "dropout": 0,
    }
    entering = [16, *knobs["widths"]]
    stacks = []
    for stage, depth in enumerate(knobs["depth"]):
        rows = []
        for i in range(depth):
            inner = knobs["expansions"][stage] * entering[stage + (i > 0)]
            rows.append(
                [
                    knobs["kernels"][stage],
                    inner,
                    knobs["widths"][stage],
                    knobs["squeeze_ratios"][stage],
                    1 if i else knobs["strides"][stage],
                ]
            )
        stacks.append(rows)
    knobs["last_width"] = stacks[-1][-1][1]
    return Pair(
        knobs,
        lambda: GhostNet(
            stacks,
            num_classes=draw.classes,
            width=knobs["width_multiplier"],
            in_chans=draw.channels,
            drop_rate=0,
            version=version,
        ),
    )


@counterpart("shufflenet_v2", "torchvision")
def torchvision_shufflenet_v2s(draw: Draw) -> Pair:
    width = 2 * draw.whole(8, 80)
    knobs = {
        "depth": draw.depths(3, most=5),
        "width": width,
        "stem_width": draw.of(16, 24, 32),
        "head_width": draw.of(256, 512, 1024),
    }
    widths = [knobs["stem_width"], width, 2 * width, 4 * width, knobs["head_width"]]
    return Pair(knobs, lambda: ShuffleNetV2(knobs["depth"], widths, draw.classes))
