"""Vision and Swin transformers, as timm and torchvision build them."""

from __future__ import annotations

from timm.layers import SwiGLUPacked
from timm.models import deit
from timm.models import swin_transformer as timm_swin
from timm.models import vision_transformer as timm_vit
from torch import nn
from torchvision.models import swin_transformer as torchvision_swin
from torchvision.models import vision_transformer as torchvision_vit

from tests.differential.counterparts import Pair, counterpart
from tests.differential.definitions import Knobs
from tests.differential.drawing import Draw
from tests.differential.parts import activation, doubling, really

POOLS = {"token": "token", "mean": "avg", "attention": "map"}


def tokens(draw: Draw) -> Knobs:
    """Knobs of patches and blocks."""
    heads = draw.of(1, 2, 3, 4, 6)
    return {
        "patch": draw.of(4, 8, 14, 16, 16, 32),
        "depth": draw.whole(1, 4),
        "heads": heads,
        "width": heads * draw.of(16, 32, 48, 64),
        "attention": draw.of("fused", "composed"),
        "layer_scale": draw.chance(0.3),
        "perceptron": draw.of("gelu", "gelu_tanh", "quick_gelu", "swiglu"),
        "mlp_ratio": draw.of(1, 2, 2.5, 3, 3.5, 4, 4),
        "qkv_bias": draw.chance(0.7),
    }


def composed(module: nn.Module) -> nn.Module:
    """The module with its attention composed of products, as timm does on request."""
    for part in module.modules():
        if hasattr(part, "fused_attn"):
            part.fused_attn = False
    return module


def build(draw: Draw, knobs: Knobs) -> nn.Module:
    """timm's VisionTransformer of these knobs."""
    gated = knobs["perceptron"] == "swiglu"
    arguments = {
        "img_size": (draw.height, draw.width),
        "patch_size": knobs["patch"],
        "in_chans": draw.channels,
        "num_classes": draw.classes,
        "global_pool": POOLS[knobs["pool"]],
        "embed_dim": knobs["width"],
        "depth": knobs["depth"],
        "num_heads": knobs["heads"],
        "mlp_ratio": knobs["mlp_ratio"] * (2 if gated else 1),  # with the gate
        "qkv_bias": knobs["qkv_bias"],
        "init_values": 1e-5 if knobs["layer_scale"] else None,
        "pre_norm": knobs["stem_norm"],
    }
    if gated:
        arguments |= {"mlp_layer": SwiGLUPacked, "act_layer": nn.SiLU}
    else:
        arguments["act_layer"] = activation(knobs["perceptron"])
    if knobs.get("distillation_token"):
        module = deit.VisionTransformerDistilled(**arguments)
    else:
        module = timm_vit.VisionTransformer(
            **arguments,
            class_token=knobs["pool"] == "token",
            no_embed_class=not knobs["position_of_tokens"],
            reg_tokens=knobs["registers"],
            fc_norm=False if knobs["norm_on"] == "tokens" else None,
        )
    return composed(module) if knobs["attention"] == "composed" else module


@counterpart("vit", "timm", draws=60, largest=256)
def timm_vits(draw: Draw) -> Pair:
    pool = draw.of("token", "token", "mean", "attention")
    knobs: Knobs = {
        **tokens(draw),
        "pool": pool,
        "norm_on": draw.of("pooled", "tokens") if pool == "mean" else "pooled",
        "registers": draw.of(0, 0, 1, 4),
        "stem_norm": draw.chance(0.3),
        "position_of_tokens": pool == "attention" or draw.chance(0.7),
    }
    if pool == "token" and draw.classes and draw.chance(0.2):
        knobs |= {
            "distillation_token": True,
            "registers": 0,
            "stem_norm": False,
            "position_of_tokens": True,
        }
    return Pair(knobs, lambda: build(draw, knobs))


@counterpart("clip", "timm", largest=256)
def timm_clips(draw: Draw) -> Pair:
    knobs: Knobs = {
        **tokens(draw),
        "perceptron": draw.of("gelu", "quick_gelu"),
        "stem_norm": True,
        "pool": "token",
        "norm_on": "pooled",
        "registers": 0,
        "position_of_tokens": True,
    }
    return Pair(knobs, lambda: build(draw, knobs))


@counterpart("vit", "torchvision", largest=256)
def torchvision_vits(draw: Draw) -> Pair:
    heads, patch = draw.of(1, 2, 3, 4), draw.of(8, 14, 16)
    side = patch * draw.whole(2, 14)
    knobs: Knobs = {
        "patch": patch,
        "depth": draw.whole(1, 4),
        "heads": heads,
        "width": heads * draw.of(16, 32, 64),
        "mlp_ratio": draw.of(1, 2, 4),
        "resolution": [side, side],  # its images are square, and of whole patches
    }
    return Pair(
        knobs,
        lambda: torchvision_vit.VisionTransformer(
            side,
            patch,
            knobs["depth"],
            heads,
            knobs["width"],
            knobs["mlp_ratio"] * knobs["width"],
            num_classes=draw.classes,
        ),
    )


def windowed(draw: Draw) -> Knobs:
    """Knobs of windows and blocks."""
    head_width = draw.of(8, 16, 32)
    return {
        "depth": draw.depths(draw.of(2, 3, 4)),
        "base_width": head_width * draw.whole(2, 4),  # of one head: vit, in differences.csv
        "head_width": head_width,
        "window": draw.of(3, 4, 7, 8, 12),
        "patch": draw.of(2, 4, 4),
    }


def heads_of(knobs: Knobs) -> tuple[int, ...]:
    """Heads of each stage."""
    return doubling(knobs["base_width"] // knobs["head_width"], len(knobs["depth"]))


@counterpart("swin", "timm", smallest=64, largest=225)
def timm_swins(draw: Draw) -> Pair:
    knobs = {**windowed(draw), "mlp_ratio": draw.of(1, 2, 3.5, 4)}

    def build() -> nn.Module:
        with really():  # masks of windows
            module = timm_swin.SwinTransformer(
                (draw.height, draw.width),
                knobs["patch"],
                draw.channels,
                draw.classes,
                embed_dim=knobs["base_width"],
                depths=tuple(knobs["depth"]),
                num_heads=heads_of(knobs),
                window_size=knobs["window"],
                mlp_ratio=knobs["mlp_ratio"],
                drop_path_rate=0,
            )
        return composed(module)

    return Pair(knobs, build)


@counterpart("swin", "torchvision", smallest=64, largest=225)
def torchvision_swins(draw: Draw) -> Pair:
    knobs = {**windowed(draw), "mlp_ratio": draw.of(1, 2, 4), "small_maps": "pad"}

    def build() -> nn.Module:
        with really():
            return torchvision_swin.SwinTransformer(
                [knobs["patch"]] * 2,
                knobs["base_width"],
                knobs["depth"],
                [*heads_of(knobs)],
                [knobs["window"]] * 2,
                mlp_ratio=knobs["mlp_ratio"],
                stochastic_depth_prob=0,
                num_classes=draw.classes,
            )

    return Pair(knobs, build)
