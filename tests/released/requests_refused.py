"""Requests that cannot be answered: every kind of problem."""

from collections.abc import Iterator
from typing import Any

from tests.released.asking import Request, architecture, get, post, segment
from tests.released.requests_analyses import ANALYSES
from tests.released.requests_lab import LAB

_JSON = {"Content-Type": "application/json"}

MALFORMED = {
    "nothing": b"",
    "half": b'{"architecture": {',
    "two documents": b"{} {}",
    "NaN": b'{"architecture": {"width_multiplier": NaN}}',
    "Infinity": b'{"architecture": {"width_multiplier": -Infinity}}',
    "overflow": b'{"architecture": {"width_multiplier": 1e999}}',
    "endless integer": b'{"batch": ' + b"9" * 500 + b"}",
    "endless fraction": b'{"batch": 0.' + b"9" * 500 + b"}",
    "invalid UTF-8": b'{"architecture": {"preset": "\xff\xfe"}}',
    "lone surrogate": rb'{"architecture": {"preset": "\ud800"}}',
    "key twice": b'{"architecture": {"preset": "resnet50", "preset": "resnet18"}}',
    "deep lists": b"[" * 40 + b"]" * 40,
    "control character": b'{"architecture": {"preset": "a\x00b"}}',
}
"""Bodies that are not JSON."""

_SHAPES: dict[str, Any] = {
    "empty": {},
    "null architecture": {"architecture": None},
    "list architecture": {"architecture": []},
    "text architecture": {"architecture": "resnet50"},
    "batch 0": {**architecture("resnet50"), "batch": 0},
    "huge batch": {**architecture("resnet50"), "batch": 10**9},
    "dtype and another": {**architecture("resnet50"), "dtype": "int3", "x": 1},
    "a list": [],
    "null": None,
    "a text": "resnet50",
    "a number": 7,
    "true": True,
    "unknown family": {"architecture": {"family": "resnt"}},
    "no network": {"architecture": {}},
    "both": architecture("resnet50", family="resnext"),
    "number preset": {"architecture": {"preset": 50}},
    "object family": {"architecture": {"family": {"a": 1}}},
}

_KNOBS: tuple[dict[str, Any], ...] = (
    {"num_classes": -1}, {"num_classes": 1.5}, {"num_classes": 10**300}, {"num_classes": True},
    {"in_channels": None}, {"in_channels": "three"}, {"in_channels": "3"},
    {"width_multiplier": 0}, {"width_multiplier": "NaN"},
    {"resolution": 0}, {"resolution": [224, 0]}, {"resolution": [1, 2, 3]},
    {"resolution": {"h": 1}}, {"resolution": 1},
    {"depth": "deep"}, {"depth": []}, {"depth": 51}, {"depth": [2048] * 4, "depth_multiplier": 32},
    {"widht_multiplier": 2}, {"zzz": 2}, {"num_classes": -1, "in_channels": 0, "colour": "red"},
    {"attention": "magic"}, {"attention": "x" * 10_000}, {"attention": {"kind": "magic"}},
    {"attention": {"kind": "squeeze_excite", "reduction": 0}},
    {"attention": {"kind": "squeeze_excite", "ratio": 2}},
    {"stem": 1},
)  # fmt: skip
"""Knobs of resnet50 that it does not have, or cannot be."""

_OTHERS: dict[str, dict[str, Any]] = {
    "vit patch": architecture("vit_tiny_patch16_224", resolution=225),
    "swin window": architecture("swin_tiny_patch4_window7_224", resolution=100),
    "custom stage": architecture("custom_resnet50", stages={"9": {"block": "mbconv"}}),
    "custom block": architecture("custom_resnet50", stages={"0": {"block": "magic"}}),
    "custom list": {"architecture": {"family": "custom", "stages": [{"width": 8}]}},
    "groups": {"architecture": {"family": "resnext", "cardinality": 0}},
    "too large": {
        **architecture("resnet200", resolution=8192, width_multiplier=32),
        "batch": 65536,
    },
}

_LAB: dict[str, tuple[dict[str, Any], ...]] = {
    "curves": (
        {"phi": {"start": 2, "stop": 1}}, {"phi": {"points": 1}}, {"phi": {"points": 501}},
        {"curves": []}, {"curves": ["sideways"]}, {"curves": ["width", "width"]},
        {"curves": [{"alpha": 1, "beta": 1, "gamma": 1}]}, {"totals": ["cost"]}, {"totals": []},
        {"totals": ["roofline_seconds"]}, {"totals": ["roofline_seconds"], "device": "abacus"},
        {"device": "h100"}, {"flops_per_s": 1e12, "totals": ["roofline_seconds"]},
        {"flops_per_s": 0, "bytes_per_s": "fast", "totals": ["roofline_seconds"]},
        {"resolution_step": 0}, {"depth_rounding": "down"}, {"overlay": "often"}, {"colour": 1},
        {"architecture": {"preset": "resnt18"}}, {"architecture": None},
    ),
    "search": (
        {"target": 0}, {"alpha": {"start": 2, "stop": 1}}, {"alpha": {"step": 0.1}},
        {"constraint": "none"}, {"objectives": [{"total": "params"}, {"total": "params"}]},
        {"objectives": [{"total": "macs", "sense": "some"}]}, {"tolerance": 1},
    ),
    "fast": (
        {"strategies": ["w"], "alpha": 0.5}, {"strategies": [{"name": "x", "width": 0.5}]},
        {"strategies": ["d", "d"]}, {"scales": []}, {"scales": [0]}, {"aim": "none"},
        {"group_width": "free"},
    ),
    "sensitivity": ({"knobs": ["dpeth"]}, {"knobs": []}, {"knobs": "depth"}),
    "cliffs": ({"low": 300, "high": 200}, {"low": 0}, {"high": "large"}),
    "schedules": (
        {}, {"stages": [], "progressive": {"first": 1, "last": 2}}, {"stages": []},
        {"progressive": {"first": 300, "last": 128}}, {"stages": [{"epochs": 0}]},
        {"progressive": {"first": 128, "last": 300, "stages": 1}},
    ),
    "fit": (
        {}, {"bounds": []}, {"bounds": [{"total": "macs"}]},
        {"bounds": [{"total": "macs", "at_least": 3, "at_most": 2}]},
        {"bounds": [{"total": "mac", "at_most": 2}]}, {"knobs": {"dpeth": [1]}},
        {"knobs": {"depth": "many"}}, {"knobs": {"depth": [17]}},
        {"knobs": {"width_multiplier": {"low": 3, "high": 2}}}, {"max_specs": 10**9},
        {"objective": {"total": "roofline_seconds"}}, {"increasing": ["depth"]},
        {"others": [{"architecture": {"preset": "regnet"}}]},
    ),
    "sample": ({"knobs": {}}, {"knobs": {"width_multiplier": [99]}}, {"count": 0}),
    "iso-cost": (
        {"depth": {"knob": "dpeth", "values": [1]}}, {"tolerance": 0}, {"wanted": -1},
        {"width": {"knob": "depth_multiplier", "values": [1]}}, {"total": "cost"},
        {"wanted": 1},
    ),
    "cardinality": ({}, {"cardinalities": [0]}, {"keep": "flops"}, {"part": "stage7"}),
}  # fmt: skip
_BOUNDED = {"bounds": [{"total": "macs", "at_most": 1e12}]}

_QUERIES: dict[str, tuple[dict[str, Any], ...]] = {
    ANALYSES: ({"sort": "colour"}, {"limit": 0}, {"limit": "many"}, {"offset": -1},
               {"min_params": 10**30}, {"min_param": 1}, {"family": "resnt"}, {"name": "\x00"},
               {"audit": "perhaps"}),
    f"{ANALYSES}/{{resnet18}}/layers": ({"format": "xml"}, {"fromat": "csv"}),
    f"{ANALYSES}/{{resnet18}}/training": (
        {"optimizer": "lion"}, {"freeze": "stage9"}, {"checkpoint": "stage9"}, {"freze": "none"},
        {"checkpoint": "stage1,nowhere.conv"}, {"master_weights": "perhaps"}),
    f"{ANALYSES}/{{resnet18}}/training/plans": ({"optimizer": ""}, {"freeze": ""}),
    f"{ANALYSES}/{{resnet18}}/training/kept": ({"checkpoint": "stage9"},),
    f"{ANALYSES}/{{resnet18}}/training/layers": ({"freeze": "stage9"},),
    f"{ANALYSES}/{{resnet18}}/training/timeline": ({"optmizer": "sgd"},),
    f"{ANALYSES}/{{resnet18}}/largest-batch": ({}, {"bytes": 0}, {"bytes": "16GB"},
                                               {"bytes": 10**9, "trainig": "true"}),
    f"{ANALYSES}/{{resnet18}}/conventions": ({"tool": "abacus"}, {"tol": "thop"}),
    f"{ANALYSES}/{{resnet18}}/formulas": ({"symbols": "N,,H"}, {"symbols": "Q"}, {"symbols": "C"},
                                          {"symbols": "depth"}, {"symbol": "N"}),
    f"{ANALYSES}/{{resnet18}}/roofline": (
        {}, {"device": "h1oo"}, {"flops_per_s": 1e12}, {"device": "h100", "flops_per_s": 0},
        {"device": "h100", "fusd": "true"}, {"device": "h100", "fused": "perhaps"}),
    "/v1/formulas/conv": ({"dtype": "int3"}, {"fix": "K"}, {"fix": "Q=3"}, {"fix": "K=2"},
                          {"fixed": "K=3"}),
    "/v1/presets": ({"family": "resnt"}, {"famly": "resnet"}),
    "/v1/published": ({"verdict": "wrong"}, {"family": "resnt"}, {"text": "x" * 121}),
    "/v1/flat/analyses.json": ({"sort": "colour"}, {"limt": 3}),
    "/v1/flat/presets.json": ({"family": "resnt"},),
    "/v1/compare": ({}, {"ids": ""}, {"ids": "{resnet18}"}, {"ids": "{resnet18},{resnet18}"},
                    {"ids": "{resnet18},nobody"}, {"id": "{resnet18}"}),
    f"{LAB}/curves": ({}, {"preset": "resnet18", "architecture": "{}"}, {"architecture": "{"},
                      {"architecture": "[1]"}, {"preset": "resnet18", "curves": "width",
                                                "alpha": 1.5},
                      {"preset": "resnet18", "points": 0}, {"preset": "resnet18", "curve": "width"},
                      {"preset": "resnet18", "totals": "macs,,params"}),
    f"{LAB}/sensitivity": ({"preset": "resnet18", "knobs": "dpeth"},),
    f"{LAB}/cliffs": ({"preset": "resnet18", "low": 0},),
    "/v1/charts/stages.json": (
        {}, {"preset": "resnt18"}, {"preset": "resnet18", "analysis": "x"},
        {"analysis": "nobody"}, {"analysis": "{resnet18}", "batch": 2}, {"architecture": "{"},
        {"preset": "resnet18", "theme": "pink", "width": 1}, {"preset": "resnet18", "total": 1}),
    "/v1/charts/stages.xml": ({"preset": "resnet18"},),
    "/v1/charts/memory.svg": ({"preset": "resnet18", "freeze": "stage1"},),
    "/v1/charts/comparison.json": ({}, {"networks": "resnet18,resnet18"}, {"networks": "nobody"},
                                   {"networks": "resnet18", "totals": "cost"},
                                   {"analyses": "nobody"}, {"presets": "resnt18"}),
    "/v1/charts/iso-cost.json": ({"preset": "resnet18", "depth_low": 2, "depth_high": 1},
                                 {"preset": "resnet18", "total": "roofline_seconds"}),
    "/v1/charts/waterfall.json": ({"networks": "resnet18"},
                                  {"networks": "resnet18,vgg11", "total": "cost"},
                                  {"analyses": "nobody,{resnet18}"}),
    "/v1/charts/scatter.json": ({"x": "cost"}, {"family": "resnt"}, {"limit": 0}),
    "/v1/charts/scaling.json": ({"preset": "resnet18", "total": "params", "totals": "macs"},),
    "/v1/charts/roofline.json": ({"preset": "resnet18", "device": "abacus"},),
    "/v1/charts/training.json": ({"preset": "resnet18", "by": "luck"},),
    "/badges/macs.svg": ({}, {"preset": "resnt18"}, {"preset": "resnet18", "color": "red"},
                         {"preset": "resnet18", "label": "é"}),
    "/badges/cost.svg": ({"preset": "resnet18"},),
    "/badges/cost.json": ({"preset": "resnet18"},),
    "/oembed": ({}, {"url": "/charts/memory?preset=resnet18", "maxwidth": 0}),
}  # fmt: skip
"""Queries with something wrong in them."""

_UNASKED = (
    "/", "/healthz", "/openapi.json", "/v1/families", "/v1/families/vgg", "/v1/devices",
    "/v1/devices/h100", "/v1/formulas", "/v1/charts", "/v1/flat/devices.csv",
    f"{LAB}/published", "/docs", "/explore",
    *(f"{ANALYSES}/{{resnet18}}{part}" for part in ("", "/memory", "/receptive-field", "/audit")),
)  # fmt: skip
"""What takes no parameters: one that is given is passed over, or refused."""

_HOSTILE = segment("' OR 1=1 --")

_NOWHERE = (
    "/nowhere", f"{ANALYSES}/", f"{ANALYSES}/0123456789abcdef01234567", f"{ANALYSES}/%00",
    f"{ANALYSES}/%F0%9F%A6%80", f"{ANALYSES}/%ff", f"{ANALYSES}/{_HOSTILE}",
    f"{ANALYSES}/{'x' * 5000}", f"{ANALYSES}/{{resnet50}}/nothing", "/v1/families/resnt",
    "/v1/families/", f"/v1/families/{'x' * 5000}", "/v1/devices/h1oo", "/v1/formulas/botleneck",
    "/v1/charts/nothing.json", "/v1/flat/nothing.json", "/v1/flat/families.xml",
    "/v1/flat/devices.xml", "/v1/renderings/0123", "/v1/renderings/..%2f", "/badges/macs.png",
    "/embed/nothing/stages", f"{ANALYSES}/{{vit}}/audit",
    *(f"{ANALYSES}/nobody{part}" for part in (
        "/layers", "/memory", "/training", "/training/kept", "/training/plans", "/training/layers",
        "/training/timeline", "/conventions", "/formulas", "/roofline?device=h100",
        "/receptive-field", "/torch", "/audit", "/largest-batch?bytes=1")),
)  # fmt: skip

_METHODS = (
    ("PUT", ANALYSES), ("DELETE", f"{ANALYSES}/{{resnet18}}"), ("GET", f"{LAB}/fit"),
    ("HEAD", f"{LAB}/fit"), ("POST", "/"), ("POST", "/explore"), ("GET", "/explore/keep"),
    ("OPTIONS", ANALYSES), ("POST", "/v1/families"), ("PATCH", f"{LAB}/curves"),
    ("POST", f"{ANALYSES}/nobody/audit"), ("DELETE", f"{ANALYSES}/{{resnet18}}/audit"),
    ("POST", "/static/app.js"), ("POST", "/docs"), ("PUT", "/badges/macs.svg"),
)  # fmt: skip


def refused() -> Iterator[Request]:
    """What is answered with a problem, or a page that says what is wrong."""
    for name, raw in MALFORMED.items():
        yield post(ANALYSES, raw, name)._replace(headers=_JSON)
    yield post(f"{LAB}/fit", b'{"bounds": [NaN]}', "NaN")._replace(headers=_JSON)
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "json", "a/b+json", ""):
        yield post(ANALYSES, b"{}", "")._replace(headers={"Content-Type": media_type})
    yield post(f"{LAB}/curves", b"{}", "undeclared")
    for path in (ANALYSES, *(f"{LAB}/{noun}" for noun in _LAB)):
        yield post(path, b" " * 100_000, "too long")._replace(headers=_JSON)
        yield post(path, b"{,}", "no JSON")._replace(headers=_JSON)
        yield post(path, b"{}", "a form")._replace(headers={"Content-Type": "multipart/form-data"})
    yield from (post(ANALYSES, body, name) for name, body in {**_SHAPES, **_OTHERS}.items())
    yield post(ANALYSES, architecture("resnt50"), "unknown preset")
    for knobs in _KNOBS:
        yield post(ANALYSES, architecture("resnet50", **knobs), f"knobs {str(knobs)[:60]}")
    for noun, questions in _LAB.items():
        base = architecture("resnet18") | (_BOUNDED if noun == "fit" else {})
        for question in questions:
            body = {**base, **question} if question else architecture("resnet18")
            yield post(f"{LAB}/{noun}", body, f"refused {question}")
    yield from (get(path, **query) for path, queries in _QUERIES.items() for query in queries)
    yield from (get(path, colour="red") for path in _UNASKED)
    yield from map(get, _NOWHERE)
    yield from (Request(method, path, {}) for method, path in _METHODS)
    for accept in ("image/png", "text/csv;q=0", "text/html"):
        yield get(f"{ANALYSES}/{{resnet18}}/layers", {"Accept": accept})
