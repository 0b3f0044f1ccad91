"""Requests for charts in every format, what they can be asked, badges and renderings."""

from collections.abc import Iterator
from typing import Any

from tests.released.asking import Request, get, held
from tests.released.requests_analyses import FIGURES

CHARTS: dict[str, dict[str, Any]] = {
    "comparison": {"networks": "resnet18,efficientnet_b0,{resnet50}"},
    "iso-cost": {"preset": "resnet18", "depth_count": 3, "width_count": 9},
    "layers": {"analysis": "{resnet50}"},
    "memory": {"preset": "resnet18"},
    "published": {"family": "resnet"},
    "receptive-field": {"preset": "resnet18"},
    "roofline": {"analysis": "{resnet18}", "device": "h100"},
    "scaling": {"preset": "efficientnet_b0", "points": 4},
    "scatter": {},
    "stages": {"preset": "resnet50"},
    "training": {"preset": "resnet18"},
    "waterfall": {"networks": "resnet50,resnext50_32x4d"},
}
"""Every chart, with as little as draws it."""

FORMATS = ("vl.json", "svg", "json", "csv", "md", "tex", "parquet", "arrow")

_DARK = {"theme": "dark", "width": 480, "height": 240}
_KNOBS = '{"preset":"resnet18","num_classes":10}'

_OPTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "comparison": (
        {"presets": "resnet18,resnet34", "batch": 4, "dtype": "float16", "scale": "log",
         "totals": "params,training_saved_bytes"},
        {"analyses": "{resnet18},{vit}", "presets": "resnet34"},
    ),
    "iso-cost": (
        {"architecture": _KNOBS, "total": "params", "shown": "macs", "depth_low": 0.75,
         "depth_high": 1.5, "depth_count": 2, "width_low": 0.75, "width_high": 1.25,
         "width_count": 5, "tolerance": 0.3, "batch": 2, "dtype": "float64"},
        {"analysis": "{resnet18}", "depth_count": 2, "width_count": 5, "shown": "training_bytes"},
    ),
    "layers": (
        *({"preset": "resnet18", "total": total}
          for total in ("params", "trainable_params", "buffers", "flops", "activations",
                        "output_bytes", "saved_bytes")),
        {"architecture": _KNOBS, "batch": 3, "dtype": "bfloat16"},
    ),
    "memory": (
        {"preset": "resnet18", "phase": "training", "freeze": "stage1", "checkpoint": "block"},
        {"analysis": "{inception}"},
        {"architecture": _KNOBS, "batch": 4, "dtype": "float16"},
    ),
    "published": ({"verdict": "explained"}, {"text": "resnet50"}, {}),
    "receptive-field": ({"preset": "resnet18", "show": "coverage"}, {"analysis": "{inception}"},
                        {"architecture": _KNOBS, "batch": 2, "dtype": "float16"}),
    "roofline": (
        {"preset": "resnet18"},
        {"preset": "resnet18", "device": "a100", "fused": "false", "tf32": "false", "batch": 8},
        {"architecture": _KNOBS, "flops_per_s": 1e13, "bytes_per_s": 1e12, "dtype": "float16"},
    ),
    "scaling": (
        {"preset": "resnet18", "total": "roofline_seconds", "totals": "roofline_seconds",
         "device": "h100", "points": 2, "curves": "width"},
        {"architecture": _KNOBS, "curves": "compound", "alpha": 1.3, "beta": 1.1, "gamma": 1.1,
         "start": -1, "stop": 1, "points": 3, "total": "params", "resolution_step": 8,
         "depth_rounding": "nearest", "batch": 2, "dtype": "float16", "totals": "params,macs"},
        {"preset": "efficientnet_b0", "points": 2, "overlay": "true"},
        {"preset": "resnet18", "points": 2, "totals": "macs,roofline_seconds", "tf32": "false",
         "flops_per_s": 1e13, "bytes_per_s": 1e12, "total": "roofline_seconds"},
    ),
    "scatter": (
        {"presets": "true", "stored": "false"},
        {"presets": "true", "x": "activations", "y": "training_saved_bytes"},
        {"presets": "true", "x": "macs", "y": "top1", "stored": "false"},
        {"presets": "true", "x": "inference_peak_bytes", "y": "flops", "family": "clip"},
        {"family": "resnet", "limit": 2, "x": "buffers", "y": "operators"},
    ),
    "stages": ({"analysis": "{swin}"}, {"architecture": _KNOBS, "batch": 2, "dtype": "float16"}),
    "training": (
        {"preset": "resnet18", "by": "optimizer", "master_weights": "true", "dtype": "float16"},
        {"preset": "resnet18", "by": "freeze", "optimizer": "adamw", "checkpoint": "block"},
        {"analysis": "{resnet18}", "freeze": "stage2", "optimizer": "momentum"},
        {"architecture": _KNOBS, "batch": 4, "by": "optimizer"},
    ),
    "waterfall": (
        *({"networks": "resnet18,{resnet50}", "total": total}
          for total in ("operators", "params", "buffers", "flops", "activations", "saved_bytes")),
        {"presets": "vgg11,vgg13", "batch": 2, "dtype": "float16"},
        {"analyses": "{resnet18},{custom}"},
    ),
}  # fmt: skip
"""What else each can be asked, all of it at least once."""

_BADGE = {"preset": "resnet50"}


def charts() -> Iterator[Request]:
    """Every chart in every format, and with every option."""
    yield get("/v1/charts")
    for name, query in CHARTS.items():
        yield from (get(f"/v1/charts/{name}.{suffix}", **query) for suffix in FORMATS)
        yield from held(get(f"/v1/charts/{name}.vl.json", **query, **_DARK))
        yield get(f"/v1/charts/{name}.csv", **query, colour="red")
        yield get(f"/v1/charts/{name}.csv", analysis="nobody")
        for asked in _OPTIONS[name]:
            yield get(f"/v1/charts/{name}.json", **asked)
            yield get(f"/v1/charts/{name}.vl.json", **asked)
    yield from held(get("/v1/charts/stages.parquet", preset="resnet18"))
    for suffix in ("svg", "png", "pdf"):
        yield from held(get(f"/v1/charts/memory.{suffix}", preset="resnet18", **_DARK))
        yield from held(get("{rendering}")._replace(label=suffix))


def badges() -> Iterator[Request]:
    """Every total as a badge."""
    for total in FIGURES:
        yield get(f"/badges/{total}.svg", **_BADGE)
        yield get(f"/badges/{total}.json", analysis="{resnet50_half}")
    yield from (get(f"/badges/macs.{suffix}", analysis="nobody") for suffix in ("svg", "json"))
    yield get("/badges/macs.svg", analysis="{vit}")
    own = {"label": "my & MACs", "color": "e05d44", "label_color": "333"}
    for suffix in ("svg", "json"):
        yield get(f"/badges/macs.{suffix}", **_BADGE, batch=8, dtype="float16", **own)
        yield get(f"/badges/weights_bytes.{suffix}", architecture='{"family":"vgg"}')
        yield from held(get(f"/badges/params.{suffix}", **_BADGE))
