"""Requests to the scaling lab: the examples of the OpenAPI document, and every option."""

from collections.abc import Iterator
from typing import Any

from tests.released.asking import Request, architecture, get, held, post

LAB = "/v1/scaling"

_B0 = architecture("efficientnet_b0")
_FIFTY = architecture("resnet50")
_EIGHTEEN = architecture("resnet18")
_Y4 = architecture("regnety_040")
_X4 = architecture("regnetx_004")
_SPACE = {"depth": [18, 34], "width_multiplier": {"low": 0.5, "high": 1, "step": 0.25}}
_TIMED = {"device": "h100", "tf32": False, "batch": 4, "dtype": "float32"}
_OWN_RATES = {"flops_per_s": 1e13, "bytes_per_s": 1e12}

_EXAMPLES: dict[str, dict[str, dict[str, Any]]] = {
    "curves": {
        "all": {**_B0, "phi": {"start": -1, "stop": 4, "points": 11}, "overlay": True},
        "own": {
            **_FIFTY,
            "curves": ["width", {"name": "mine", "alpha": 1.3, "beta": 1.1, "gamma": 1.13}],
            "totals": ["macs", "params", "training_saved_bytes"],
            "batch": 32,
        },
        "device": {
            **_B0,
            "curves": ["compound"],
            "totals": ["macs", "roofline_seconds"],
            "device": "h100",
        },
    },
    "search": {"paper": {**_B0, "gamma": {"stop": 1.3}}},
    "fast": {
        "regnet": {**_Y4, "scales": [4]},
        "counted": {
            **_Y4,
            "strategies": ["dWr", {"name": "half", "width": 0.5, "resolution": 0.5}],
            "scales": [16],
            "aim": "counted",
        },
    },
    "sensitivity": {"widths": {**_B0, "knobs": ["widths", "depth"]}},
    "cliffs": {"b0": _B0},
    "schedules": {
        "progressive": {
            **architecture("efficientnetv2_s"),
            "progressive": {"first": 128, "last": 300},
        },
        "listed": {
            **_FIFTY,
            "stages": [{"epochs": 60, "resolution": 160}, {"epochs": 30, "resolution": 224}],
        },
    },
    "fit": {
        "budget": {
            **_X4,
            "knobs": {
                "depth": {"low": 12, "high": 28},
                "w0": {"low": 24, "high": 96, "step": 8},
                "wa": {"low": 8, "high": 60, "count": 14},
                "wm": [2, 2.25, 2.5, 2.75, 3],
                "group_width": [8, 16, 24, 32, 48],
            },
            "bounds": [
                {"total": "macs", "at_most": 600e6},
                {"total": "params", "at_most": 5e6},
                {"total": "training_bytes", "at_most": 4e9, "batch": 128},
            ],
            "max_specs": 500,
        },
        "families": {
            **_FIFTY,
            "knobs": {"width_multiplier": {"low": 0.5, "high": 2, "step": 0.125}},
            "others": [
                {
                    **architecture("resnext50_32x4d"),
                    "knobs": {"depth": [26, 50, 101], "group_width": {"low": 2, "high": 8}},
                },
                {
                    **_B0,
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
    "sample": {
        "regnet": {
            **_X4,
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
        "stages": {
            **architecture("custom_regnety_4gf"),
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
    "iso-cost": {
        "wide": {
            **architecture("wrn28_10_cifar10"),
            "depth": {"knob": "depth", "values": {"low": 10, "high": 40, "step": 6}},
            "width": {"knob": "widening", "values": {"low": 1, "high": 20}},
            "total": "params",
            "batch": 128,
        },
        "multipliers": {**_B0, "tolerance": 0.02},
    },
    "cardinality": {
        "table": {
            **architecture("resnext50_1x64d"),
            "cardinalities": [1, 2, 4, 8, 32],
            "part": "stage1.bottleneck2",
        },
        "macs": {**architecture("resnest50d"), "keep": "macs"},
    },
}

_MORE: dict[str, dict[str, dict[str, Any]]] = {
    "curves": {
        "rounded": {
            **_Y4,
            "curves": ["depth", "resolution"],
            "phi": {"points": 3},
            "resolution_step": 32,
            "depth_rounding": "nearest",
            "totals": ["flops", "operators", "inference_peak_bytes", "training_macs"],
        },
        "own rates": {
            **_EIGHTEEN, **_OWN_RATES, "totals": ["roofline_seconds"], "phi": {"points": 2},
            "dtype": "float16",
        },
    },
    "search": {
        "every option": {
            **_EIGHTEEN, **_TIMED,
            "alpha": {"start": 1.2, "stop": 1.4, "step": 0.1},
            "beta": {"stop": 1.2, "step": 0.1},
            "gamma": {"stop": 1.2, "step": 0.1},
            "target": 1.8, "tolerance": 0.2, "constraint": "counted",
            "objectives": [{"total": "roofline_seconds"}, {"total": "params", "sense": "most"}],
            "totals": ["macs"], "resolution_step": 8,
        },
    },
    "fast": {
        "every option": {
            **architecture("resnext50_32x4d"),
            "strategies": ["d", "dwr", "dWr"], "alpha": 0.5, "scales": [2, 3],
            "group_width": "fixed", "resolution_step": 1, "depth_rounding": "up",
            "totals": ["params", "training_bytes"], "batch": 2, "dtype": "bfloat16",
        },
    },
    "sensitivity": {
        "all": _X4,
        "timed": {**_EIGHTEEN, **_TIMED, "totals": ["roofline_seconds"], "knobs": ["depth"]},
    },
    "cliffs": {
        "range": {**_EIGHTEEN, **_TIMED, "low": 60, "high": 70,
                  "totals": ["roofline_seconds", "macs"]},
        "low": {**_EIGHTEEN, "low": 400},
    },
    "schedules": {
        "every option": {
            **_EIGHTEEN,
            "progressive": {"first": 96, "last": 224, "stages": 3, "epochs": 90, "images": 50_000},
        },
        "images": {
            **_EIGHTEEN,
            "stages": [{"epochs": 3, "resolution": [64, 96], "images": 1000}],
        },
    },
    "fit": {
        "every option": {
            **_EIGHTEEN, **_TIMED, "knobs": _SPACE,
            "bounds": [{"total": "macs", "at_least": 3e9, "at_most": 9e9},
                       {"total": "training_bytes", "at_most": 4e9, "batch": 16}],
            "objective": {"total": "roofline_seconds", "sense": "least"},
            "count": 3, "max_specs": 4, "seed": 7,
        },
        "impossible": {**_EIGHTEEN, "knobs": _SPACE,
                       "bounds": [{"total": "params", "at_most": 1000}]},
        "increasing": {
            **architecture("custom_regnety_4gf"),
            "knobs": {"stages.0.width": [48, 64], "stages.1.width": [32, 64, 128]},
            "increasing": ["stages.*.width"],
            "bounds": [{"total": "macs", "at_most": 5e9}],
        },
    },
    "sample": {
        "every option": {
            **_EIGHTEEN, **_OWN_RATES, "knobs": _SPACE, "totals": ["roofline_seconds", "params"],
            "bounds": [{"total": "params", "at_least": 1e6}], "count": 4, "listed": 2,
            "max_draws": 40, "seed": 3, "dtype": "float16",
        },
        "rounded": {
            **_X4,
            "knobs": {"width_multiplier": {"low": 0.5, "high": 2},
                      "depth": {"low": 13, "high": 22, "count": 3}},
            "count": 5,
        },
    },
    "iso-cost": {
        "every option": {
            **_EIGHTEEN, **_TIMED,
            "depth": {"knob": "depth", "values": [18, 34]},
            "width": {"knob": "width_multiplier", "values": {"low": 0.5, "high": 1, "count": 5}},
            "total": "macs", "wanted": 5e9, "tolerance": 0.3,
            "totals": ["roofline_seconds", "params"],
        },
    },
    "cardinality": {"plain": architecture("resnext50_32x4d")},
}  # fmt: skip


def lab() -> Iterator[Request]:
    """Every noun of the lab, by POST and by GET."""
    for table, kind in ((_EXAMPLES, "example"), (_MORE, "with")):
        for noun, questions in table.items():
            for name, body in questions.items():
                yield post(f"{LAB}/{noun}", body, f"{kind} {name}")
    again = dict(reversed(_EXAMPLES["cliffs"]["b0"].items()))
    yield post(f"{LAB}/cliffs", again, "a second time")
    yield get(f"{LAB}/published")
    yield from held(get(f"{LAB}/curves", preset="resnet18", points=3))
    for query in (
        {"preset": "efficientnet_b0", "curves": "compound", "alpha": 1.3, "beta": 1.05,
         "gamma": 1.1, "start": -1, "stop": 1, "points": 3, "totals": "flops,activations"},
        {"architecture": '{"preset":"regnety_040","num_classes":10}', "curves": "depth,width",
         "points": 2, "resolution_step": 16, "depth_rounding": "nearest", "batch": 4,
         "dtype": "float16"},
        {"preset": "resnet18", "curves": "width", "points": 2, "totals": "roofline_seconds",
         "device": "a100", "tf32": "false", "flops_per_s": 1e14, "bytes_per_s": 1e12},
        {"preset": "efficientnet_b0", "curves": "compound", "points": 2, "overlay": "true"},
    ):  # fmt: skip
        yield get(f"{LAB}/curves", **query)
    yield from held(get(f"{LAB}/sensitivity", preset="resnet18"))
    yield get(f"{LAB}/sensitivity", preset="efficientnet_b0", knobs="widths,depth_multiplier",
              totals="params,roofline_seconds", device="l4", batch=2)  # fmt: skip
    own = {"architecture": '{"family":"vgg"}', "totals": "macs,roofline_seconds", "batch": 2,
           "dtype": "float16", "tf32": "false", **_OWN_RATES}  # fmt: skip
    yield get(f"{LAB}/sensitivity", **own, knobs="width_multiplier")
    yield get(f"{LAB}/cliffs", **own, low=64, high=70)
    yield get(f"{LAB}/cliffs", preset="resnet18", low=64, high=66, totals="roofline_seconds",
              device="t4")  # fmt: skip
    yield from held(get(f"{LAB}/cliffs", preset="resnet18", low=200, high=230))
    yield get(f"{LAB}/cliffs", architecture='{"family":"vgg"}', high=100, totals="macs")
