"""Requests for analyses and what is read of them, and for the catalogue."""

from collections.abc import Iterator
from typing import Any

from tests.released.asking import Request, architecture, get, held, post

ANALYSES = "/v1/analyses"

_COMPOSED: dict[str, Any] = {
    "family": "custom",
    "stem": "deep",
    "stages": [
        {"block": "fused_mbconv", "width": 64, "depth": 2, "stride": 1, "expansion": 4},
        {"block": "x_block", "width": 128, "depth": 4, "group_width": 16, "attention": "cbam"},
        {"block": "convnext_block", "width": 256, "depth": 6, "kernel": 9},
        {"block": "transformer_block", "width": 384, "depth": 2},
    ],
    "head": "normed",
}

NETWORKS: dict[str, dict[str, Any]] = {
    "resnet18": architecture("resnet18"),
    "resnet50": architecture("resnet50"),
    "resnet50_half": {**architecture("resnet50"), "batch": 8, "dtype": "float16"},
    "efficientnet": architecture("efficientnet_b0"),
    "mobilenet": architecture("mobilenetv3_small_100"),
    "vit": architecture("vit_tiny_patch16_224"),
    "swin": architecture("swin_tiny_patch4_window7_224"),
    "densenet": architecture("densenet121"),
    "convnext": architecture("convnext_atto"),
    "inception": {**architecture("inception_v3_aux"), "batch": 2},
    "custom": architecture("custom_resnet50"),
    "composed": {"architecture": _COMPOSED},
    "regnet": {
        "architecture": {"family": "regnet", "depth": 13, "w0": 24, "wa": 36, "wm": 2.5,
                         "group_width": 8, "num_classes": 10},
        "dtype": "bfloat16",
    },
    "wide": architecture(
        "resnet50", attention="squeeze_excite", width_multiplier=1.5, resolution=[160, 192]
    ),
}  # fmt: skip
"""Analyses that other requests refer to by these names."""

_EXAMPLES = {
    "preset": architecture("resnet50"),
    "override": {
        **architecture("resnet50", width_multiplier=2, resolution=288),
        "batch": 8,
        "dtype": "float16",
    },
    "family": {"architecture": {"family": "resnet", "resolution": [224, 320]}},
}
"""Those of the OpenAPI document."""

_PARTS = ("", "/layers", "/memory", "/training", "/training/kept", "/training/plans",
          "/training/layers", "/training/timeline", "/conventions", "/formulas",
          "/receptive-field", "/torch")  # fmt: skip

FAMILIES = (
    "alexnet", "amoebanet", "bn_inception", "clip", "convnext", "convnext_roadmap", "cspnet",
    "custom", "darknet", "densenet", "densenet_cifar", "efficientnet", "efficientnetv2",
    "inception_resnet", "inception_v1", "inception_v3", "inception_v4", "mnasnet", "mobilenet_v1",
    "mobilenet_v2", "mobilenet_v3", "nasnet", "pnasnet", "regnet", "resnest", "resnet",
    "resnet_cifar", "resnetv2", "resnext", "senet", "shufflenet_v1", "shufflenet_v2", "sknet",
    "squeezenet", "swin", "van", "vgg", "vit", "wide_resnet", "wide_resnet_cifar", "xception",
    "xception_aligned",
)  # fmt: skip
DEVICES = ("h200", "h100", "a100", "l4", "t4", "rtx4090", "jetson_agx_orin", "ryzen9_7950x")
BLOCKS = (
    "conv", "grouped_conv", "depthwise_conv", "separable", "basic", "bottleneck",
    "resnext_bottleneck", "preact_basic", "preact_bottleneck", "squeeze_excite", "cbam", "mbconv",
    "mbconv_squeeze", "fused_mbconv", "dense_layer", "transition", "convnext_block", "fire",
    "large_kernel_attention", "grouped_shuffle_unit", "split_shuffle_unit", "transformer_block",
    "latent_pool", "swin_block",
)  # fmt: skip
TOOLS = ("papers", "papers_2x", "papers_binary", "pycls", "fvcore", "torchinfo", "thop", "ptflops",
         "flop_counter", "flop_counter_backward")  # fmt: skip
FIGURES = (
    "params", "trainable_params", "frozen_params", "buffers", "macs", "flops", "activations",
    "operators", "weights_bytes", "buffers_bytes", "input_bytes", "inference_peak_bytes",
    "training_saved_bytes",
)  # fmt: skip


def catalogue() -> Iterator[Request]:
    """What there is before anything was analyzed."""
    html = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    yield get("/")
    for accept in (html, "application/json", "text/html;q=0.5, application/json;q=0.9", "image/*"):
        yield get("/", {"Accept": accept})
    yield from map(get, ("/healthz", "/openapi.json", ANALYSES, "/v1/flat/analyses.json"))
    yield from map(get, ("/v1/families", "/v1/presets", "/v1/devices", "/v1/published"))
    yield from (get(f"/v1/families/{name}") for name in FAMILIES)
    yield from (get(f"/v1/devices/{name}") for name in DEVICES)
    yield from (get("/v1/presets", family=name) for name in ("vgg", "clip"))
    yield get("/v1/published", family="resnet")
    yield get("/v1/published", verdict="unexplained")
    yield get("/v1/published", family="resnet", verdict="equal", text="50")
    yield get("/v1/published", text="BINARY")
    for name in ("families", "presets", "devices"):
        for suffix in ("json", "csv"):
            yield from held(get(f"/v1/flat/{name}.{suffix}"))
    yield get("/v1/flat/presets.csv", family="swin")
    yield get("/v1/formulas")
    yield from (get(f"/v1/formulas/{block}") for block in BLOCKS)
    yield get("/v1/formulas/conv", dtype="float16", fix="K=3,s=1")
    yield get("/v1/formulas/conv", dtype="bfloat16", fix="K=3,C=64")
    yield from (Request("HEAD", path, {}) for path in ("/", "/healthz", "/v1/families", ANALYSES))


def analyses() -> Iterator[Request]:
    """Networks of every kind, and everything that is read of each."""
    for name, body in NETWORKS.items():
        yield post(ANALYSES, body, name, keeps=name)
    yield from (post(ANALYSES, body, f"example {name}") for name, body in _EXAMPLES.items())
    respelled = {"dtype": "float32", "batch": 1, **architecture("resnet50", resolution=224)}
    yield post(ANALYSES, respelled, "resnet50 with defaults")
    yield post(ANALYSES, architecture("resnet50"), "declared otherwise")._replace(
        headers={"Content-Type": "application/vnd.x+json; charset=utf-8"}
    )
    bom = b'\xef\xbb\xbf{"architecture": {"preset": "resnet34"}}'
    yield post(ANALYSES, bom, "after a byte order mark")._replace(
        headers={"Content-Type": "application/json"}
    )
    for name in NETWORKS:
        yield from (get(f"{ANALYSES}/{{{name}}}{part}") for part in _PARTS)
        device = "h100" if name != "wide" else "t4"
        yield get(f"{ANALYSES}/{{{name}}}/roofline", device=device)
        yield get(f"{ANALYSES}/{{{name}}}/largest-batch", bytes=16 * 10**9, training="true")


def parts() -> Iterator[Request]:
    """The ways to ask for the parts of an analysis."""
    fifty, small = f"{ANALYSES}/{{resnet50}}", f"{ANALYSES}/{{resnet18}}"
    yield from held(get(fifty))
    yield get(fifty, {"If-None-Match": "*"})
    yield from (get(f"{fifty}/layers", format=name) for name in ("json", "csv", "markdown"))
    for accept in ("text/csv", "text/markdown;q=0.9, application/json;q=0.1", "text/*",
                   "text/csv;q=0, */*;q=0.1", "application/*", "text/csv; q=x"):  # fmt: skip
        yield get(f"{small}/layers", {"Accept": accept})
    yield get(f"{small}/layers", {"Accept": "text/csv"}, format="markdown")
    yield from (get(f"{fifty}/conventions", tool=tool) for tool in TOOLS)
    yield from _trained(small)
    for symbols in ("N", "N,H=W", "N,H,W,num_classes", "num_classes"):
        yield get(f"{small}/formulas", symbols=symbols)
    yield get(f"{ANALYSES}/{{custom}}/formulas", symbols="N,in_channels")
    yield get(f"{ANALYSES}/{{resnet50_half}}/formulas", symbols="N,H,W")
    for query in (
        {"device": "a100", "fused": "false"},
        {"device": "l4", "tf32": "false"},
        {"device": "rtx4090", "flops_per_s": 1e14},
        {"device": "h200", "bytes_per_s": 2e12, "fused": "false", "tf32": "false"},
        {"flops_per_s": 1e13, "bytes_per_s": 1e12},
    ):
        yield get(f"{small}/roofline", **query)
    yield get(f"{ANALYSES}/{{resnet50_half}}/roofline", device="jetson_agx_orin")
    yield Request("HEAD", f"{small}/layers", {"format": "csv"})
    yield Request("HEAD", f"{small}/training", {})


def _trained(analysis: str) -> Iterator[Request]:
    every = {"optimizer": "adamw", "master_weights": "true", "freeze": "stage2",
             "checkpoint": "block"}  # fmt: skip
    for part in ("", "/kept", "/plans", "/layers", "/timeline"):
        yield get(f"{analysis}/training{part}", **every)
    for query in (
        {"optimizer": "momentum"},
        {"optimizer": "adam"},
        {"freeze": "backbone"},
        {"freeze": "batch_norm", "checkpoint": "stage"},
        {"checkpoint": "stage1.basic1,stage2"},
    ):
        yield get(f"{analysis}/training", **query)
    for name, label in (("densenet", "squeezed"), ("efficientnet", "squeeze_excite"),
                        ("vit", "attention"), ("inception", "chain")):  # fmt: skip
        yield get(f"{ANALYSES}/{{{name}}}/training", checkpoint=label)
    yield get(f"{analysis}/largest-batch", bytes=10**9)
    yield get(f"{analysis}/largest-batch", bytes=1000)
    yield get(f"{analysis}/largest-batch", bytes=8 * 10**9, training="true", **every)


def stored() -> Iterator[Request]:
    """Lists of what is stored, comparisons, and the second opinion about the smallest."""
    yield get(f"{ANALYSES}/{{resnet18}}/audit")
    yield Request("POST", f"{ANALYSES}/{{resnet18}}/audit", {})
    yield get(f"{ANALYSES}/{{resnet18}}/audit")
    yield from (get(ANALYSES, audit=verdict) for verdict in ("agrees", "differs", "none"))
    yield get(ANALYSES)
    yield get(ANALYSES, limit=3, sort="name")
    yield get("{next}")
    yield get(ANALYSES, limit=5, offset=4, sort="-macs")
    yield get(ANALYSES, offset=10**18)
    yield get(ANALYSES, family="resnet")
    yield get(ANALYSES, family="resnet", name="RESNET50", sort="batch")
    yield from (get(ANALYSES, name=name) for name in ("%", "'; DROP TABLE analyses; --"))
    for figure in FIGURES:
        bounds = {f"min_{figure}": 1, f"max_{figure}": 30_000_000}
        yield get(ANALYSES, sort=f"-{figure}", limit=4, **bounds)
        yield get("/v1/flat/analyses.csv", sort=figure, limit=2, **bounds)
    yield from (get(ANALYSES, sort=key, limit=3) for key in ("created_at", "-family", *FIGURES))
    yield from held(get("/v1/flat/analyses.json", sort="name"))
    yield get("/v1/flat/analyses.csv", sort="-params", limit=6, offset=2, max_macs=10**10)
    yield get("/v1/flat/analyses.csv", family="resnet", audit="none", name="50")
    yield get("/v1/compare", ids="{resnet50},{resnet18}")
    yield get("/v1/compare", ids="{resnet50},{resnet50_half},{vit},{wide}")
