"""Small networks that together are made of everything: one for each choice there is."""

from __future__ import annotations

from typing import Any

import pytest

RESNET26 = {"preset": "resnet26", "resolution": 64}
RESNEXT = {"preset": "resnext26_32x4d", "cardinality": 4, "group_width": 16, "resolution": 64}
CIFAR = {"preset": "resnet20_cifar10"}

# One entry for each choice that changes which operators a network is made of, or their order.
SPREAD: dict[str, dict[str, Any]] = {
    "basic": {"preset": "resnet18", "resolution": 64},
    "bottleneck": RESNET26,
    "stride on the 1x1": {**RESNET26, "stride_on": "1x1"},
    "deep stem, pooled shortcut": {"preset": "resnet26d", "resolution": 64},
    "tiered stem": {"preset": "resnet26t", "resolution": 64},
    "stem pool rounding up": {**RESNET26, "stem_pool": "max_ceil"},
    "average stem pool": {**RESNET26, "stem_pool": "average"},
    "pooled strides": {**RESNET26, "strided_pool": "average"},
    "blurred strides": {"preset": "resnetblur18", "resolution": 64},
    "convolution as stem pool": {"preset": "resnetrs50", "depth": (1, 1, 1, 1), "resolution": 64},
    "attention as last pool": {**RESNET26, "head_pool": "attention"},
    "thresholded activation": {**RESNET26, "activation": "thresholded"},
    "group norm": {**RESNET26, "norm": "group"},
    "filter response norm": {**RESNET26, "norm": "filter_response"},
    "squeeze-excite": {**RESNET26, "attention": "squeeze_excite"},
    "squeeze-excite without biases": {
        **RESNET26,
        "attention": "squeeze_excite",
        "attention_bias": False,
    },
    "cbam": {**RESNET26, "attention": "cbam"},
    "eca": {**RESNET26, "attention": "eca"},
    "shortcut A": {**RESNET26, "shortcut": "A"},
    "shortcut C": {**RESNET26, "shortcut": "C"},
    "cifar, shortcut A": CIFAR,
    "cifar, shortcut B": {**CIFAR, "shortcut": "B"},
    "cifar, bottlenecks": {"family": "resnet_cifar", "block": "bottleneck", "depth": (2, 2, 2)},
    "resnext a": {**RESNEXT, "form": "a"},
    "resnext b": {**RESNEXT, "form": "b"},
    "resnext c": {**RESNEXT, "form": "c"},
    "resnext b, pooled strides": {**RESNEXT, "form": "b", "strided_pool": "average"},
    "v2 basic": {"preset": "resnetv2_18", "resolution": 64},
    "v2 bottleneck": {"preset": "resnetv2_50", "depth": (1, 2, 2, 1), "resolution": 64},
    "v2 group norm": {"preset": "resnetv2_50d_gn", "depth": (1, 1, 1, 1), "resolution": 64},
    "v2 standardised weights": {
        "preset": "resnetv2_50x1_bit",
        "depth": (1, 1, 1, 1),
        "resolution": 64,
    },
    "v2 linear head": {"preset": "resnetv2_18", "head": "linear", "resolution": 64},
    "v2 with norm after the stem": {"preset": "resnetv2_18", "stem_norm": True, "resolution": 64},
    "v2 shortcut A": {"preset": "resnetv2_18", "shortcut": "A", "resolution": 64},
    "v2 cbam": {"preset": "resnetv2_18", "attention": "cbam", "resolution": 64},
    "wide": {"preset": "wide_resnet18_1p5", "resolution": 64},
    "wide cifar": {"preset": "wrn10_2_cifar10"},
    "wide cifar with dropout": {"preset": "wrn10_2_cifar10", "dropout": 0.3},
    "no classifier": {**RESNET26, "num_classes": 0},
    "oblong image": {**RESNET26, "resolution": (64, 96), "in_channels": 5},
    "odd image": {**RESNET26, "resolution": (67, 93)},
    "auxiliary heads": {"preset": "googlenet_aux", "resolution": 64},
    "blurred transitions": {
        "preset": "densenetblur121d",
        "depth": (2, 2, 2),
        "transition_pool": "blur",
        "resolution": 64,
    },
    "dense layers": {"preset": "densenet40_k12_bc_cifar10", "depth": [3, 3]},
    "cross stage partial": {"preset": "cspresnet50", "depth": [1, 1, 1, 1], "resolution": 64},
    "mobile blocks": {"preset": "mobilenetv3_small_100", "resolution": 64},
    "fused mobile blocks": {
        "preset": "efficientnetv2_s",
        "depth_multiplier": 0.3,
        "resolution": 64,
    },
    "channel shuffle": {"preset": "shufflenet_g3", "resolution": 64},
    "split and shuffle": {"preset": "shufflenet_v2_x0_5", "resolution": 64},
    "split attention": {"preset": "resnest14d", "resolution": 64},
    "selective kernels": {"preset": "skresnet18", "resolution": 64},
    "cells": {"preset": "nasnetamobile", "depth_multiplier": 0.25, "resolution": 96},
    "no shortcuts in the first stage": {
        "preset": "efficientnet_em",
        "depth_multiplier": 0.5,
        "resolution": 64,
    },
    "root mean square norm": {"preset": "convnext_atto_rms", "resolution": 64},
    "division by the deviation": {
        "preset": "convnext_zepto_rms_ols",
        "pointwise": "linear",
        "resolution": 64,
    },
    "layer norm and scale": {"preset": "convnext_atto", "resolution": 64},
    "global response norm": {"preset": "convnextv2_atto", "resolution": 64},
    "large-kernel attention": {"preset": "van_b0", "resolution": 64},
    "local response norm": {"preset": "alexnet_grouped", "hidden_width": 64, "resolution": 115},
    "attention over patches": {
        "preset": "deit3_small_patch16_224",
        "depth": 2,
        "distillation_token": True,
        "resolution": 64,
    },
    "attention composed of products": {
        "preset": "vit_tiny_patch16_224",
        "depth": 2,
        "attention": "composed",
        "pool": "mean",
        "resolution": 64,
    },
    "tokens asked by a trained vector": {
        "preset": "vit_base_patch16_siglip_224",
        "depth": 2,
        "registers": 2,
        "resolution": 64,
    },
    "a trained vector asks by products": {
        "preset": "vit_base_patch32_siglip_256",
        "depth": 1,
        "attention": "composed",
        "resolution": 64,
    },
    "gated perceptrons": {
        "preset": "vit_giant_patch14_reg4_dinov2",
        "width": 192,
        "heads": 3,
        "depth": 2,
        "pool": "mean",
        "resolution": 64,
    },
    "tokens normalised first": {
        "preset": "vit_base_patch32_clip_quickgelu_224",
        "depth": 2,
        "resolution": 64,
    },
    "mean of normalised tokens": {
        "preset": "vit_tiny_patch16_224",
        "depth": 2,
        "pool": "mean",
        "norm_on": "tokens",
        "registers": 1,
        "resolution": 64,
    },
    "attention within windows": {"preset": "swin_t", "depth": [2, 2], "resolution": 68},
    "branches that fold": {"preset": "repvgg_a0", "depth": [2, 2], "resolution": 64},
    "folded branches": {
        "preset": "repvgg_d2se",
        "depth": [2, 2],
        "width_multiplier": 0.25,
        "deploy": True,
        "resolution": 64,
    },
    "splits one after another": {"preset": "res2net50d", "depth": [2, 2], "resolution": 64},
    "fire modules": {"preset": "squeezeresnet1_1", "resolution": 64},
}

across_the_spread = pytest.mark.parametrize("request_", SPREAD.values(), ids=SPREAD)
