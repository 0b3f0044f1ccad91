"""Questions that the OpenAPI document shows; a test asks each of them."""

from typing import Any

_REGNET = {"preset": "regnetx_004"}
_LINE: dict[str, Any] = {
    "depth": {"low": 12, "high": 28},
    "w0": {"low": 24, "high": 96, "step": 8},
    "wa": {"low": 8, "high": 60, "count": 14},
    "wm": [2, 2.25, 2.5, 2.75, 3],
    "group_width": [8, 16, 24, 32, 48],
}

FIT_EXAMPLES: dict[str, Any] = {
    "budget": {
        "summary": "The RegNet with most MACs within 600 M, 5 M parameters and 4 GB of training",
        "value": {
            "architecture": _REGNET,
            "knobs": _LINE,
            "bounds": [
                {"total": "macs", "at_most": 600e6},
                {"total": "params", "at_most": 5e6},
                {"total": "training_bytes", "at_most": 4e9, "batch": 128},
            ],
            "max_specs": 500,
        },
    },
    "families": {
        "summary": "The smallest of several families with at least 4 G MACs",
        "value": {
            "architecture": {"preset": "resnet50"},
            "knobs": {"width_multiplier": {"low": 0.5, "high": 2, "step": 0.125}},
            "others": [
                {
                    "architecture": {"preset": "resnext50_32x4d"},
                    "knobs": {"depth": [26, 50, 101], "group_width": {"low": 2, "high": 8}},
                },
                {
                    "architecture": {"preset": "efficientnet_b0"},
                    "knobs": {
                        "depth_multiplier": [1, 1.2, 1.4, 1.8],
                        "resolution": [224, 300, 380],
                    },
                },
            ],
            "bounds": [{"total": "macs", "at_least": 4e9}],
            "objective": {"total": "params", "sense": "least"},
        },
    },
}

SAMPLE_EXAMPLES: dict[str, Any] = {
    "regnet": {
        "summary": "A hundred RegNets of about 400 M MACs",
        "value": {
            "architecture": _REGNET,
            "knobs": {
                "depth": {"low": 12, "high": 28},
                "w0": {"low": 24, "high": 96, "step": 8, "law": "log_uniform"},
                "wa": {"low": 8, "high": 60},
                "wm": {"low": 2, "high": 3},
                "group_width": [8, 16, 24, 32, 48],
            },
            "bounds": [{"total": "macs", "at_least": 300e6, "at_most": 500e6}],
            "count": 100,
        },
    },
    "stages": {
        "summary": "Stages of any width and depth, all of one group width, that only grow wider",
        "value": {
            "architecture": {"preset": "custom_regnety_4gf"},
            "knobs": {
                "stages.0.width": {"low": 32, "high": 128, "step": 16},
                "stages.1.width": {"low": 32, "high": 512, "step": 16, "law": "log_uniform"},
                "stages.2.width": {"low": 32, "high": 1024, "step": 16, "law": "log_uniform"},
                "stages.*.group_width": [8, 16],
                "stages.2.depth": {"low": 2, "high": 16},
            },
            "increasing": ["stages.*.width"],
            "count": 20,
        },
    },
}

ISO_COST_EXAMPLES: dict[str, Any] = {
    "wide": {
        "summary": "Wide ResNets for CIFAR as large as WRN-28-10",
        "value": {
            "architecture": {"preset": "wrn28_10_cifar10"},
            "depth": {"knob": "depth", "values": {"low": 10, "high": 40, "step": 6}},
            "width": {"knob": "widening", "values": {"low": 1, "high": 20}},
            "total": "params",
            "batch": 128,
        },
    },
    "multipliers": {
        "summary": "EfficientNet-B0, deeper and narrower or shallower and wider",
        "value": {"architecture": {"preset": "efficientnet_b0"}, "tolerance": 0.02},
    },
}

CARDINALITY_EXAMPLES: dict[str, Any] = {
    "table": {
        "summary": "ResNeXt, Table 2: paths that keep the parameters of a block of conv2",
        "value": {
            "architecture": {"preset": "resnext50_1x64d"},
            "cardinalities": [1, 2, 4, 8, 32],
            "part": "stage1.bottleneck2",
        },
    },
    "macs": {
        "summary": "More cardinal groups for ResNeSt-50, at equal MACs",
        "value": {"architecture": {"preset": "resnest50d"}, "keep": "macs"},
    },
}
