"""Questions that the OpenAPI document shows; a test asks each of them."""

from typing import Any

_B0 = {"preset": "efficientnet_b0"}

CURVES_EXAMPLES: dict[str, Any] = {
    "all": {
        "summary": "EfficientNet-B0 along every dimension, and as it was published",
        "value": {
            "architecture": _B0,
            "phi": {"start": -1, "stop": 4, "points": 11},
            "overlay": True,
        },
    },
    "own": {
        "summary": "A law of your own, and what training takes",
        "value": {
            "architecture": {"preset": "resnet50"},
            "curves": ["width", {"name": "mine", "alpha": 1.3, "beta": 1.1, "gamma": 1.13}],
            "totals": ["macs", "params", "training_saved_bytes"],
            "batch": 32,
        },
    },
    "device": {
        "summary": "The least time on a device",
        "value": {
            "architecture": _B0,
            "curves": ["compound"],
            "totals": ["macs", "roofline_seconds"],
            "device": "h100",
        },
    },
}

SEARCH_EXAMPLES: dict[str, Any] = {
    "paper": {
        "summary": "Laws that double the cost of EfficientNet-B0",
        "value": {"architecture": _B0, "gamma": {"stop": 1.3}},
    }
}

FAST_EXAMPLES: dict[str, Any] = {
    "regnet": {
        "summary": "RegNetY-4GF under every strategy",
        "value": {"architecture": {"preset": "regnety_040"}, "scales": [4]},
    },
    "counted": {
        "summary": "Sixteen times the counted MACs, mostly by width",
        "value": {
            "architecture": {"preset": "regnety_040"},
            "strategies": ["dWr", {"name": "half", "width": 0.5, "resolution": 0.5}],
            "scales": [16],
            "aim": "counted",
        },
    },
}

SENSITIVITY_EXAMPLES: dict[str, Any] = {
    "widths": {
        "summary": "Which widths and depths of EfficientNet-B0 cost most",
        "value": {"architecture": _B0, "knobs": ["widths", "depth"]},
    }
}

CLIFFS_EXAMPLES: dict[str, Any] = {
    "b0": {"summary": "Around 224 pixels", "value": {"architecture": _B0}},
}

SCHEDULE_EXAMPLES: dict[str, Any] = {
    "progressive": {
        "summary": "EfficientNetV2-S as it was trained",
        "value": {
            "architecture": {"preset": "efficientnetv2_s"},
            "progressive": {"first": 128, "last": 300},
        },
    },
    "listed": {
        "summary": "Stages of your own",
        "value": {
            "architecture": {"preset": "resnet50"},
            "stages": [
                {"epochs": 60, "resolution": 160},
                {"epochs": 30, "resolution": 224},
            ],
        },
    },
}
