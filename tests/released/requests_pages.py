"""Requests for pages: whole, as parts for scripts, in frames, and as texts to paste."""

from collections.abc import Iterator
from typing import Any

from tests.released.asking import FRAGMENT, Request, get, held
from tests.released.requests_charts import CHARTS

GUIDES = ("audit", "budgets", "client", "conventions", "embedding", "formulas", "glossary",
          "grafana", "pytorch", "receptive-fields", "rooflines", "scaling", "training", "api",
          "catalogue", "notebook.ipynb", "grafana/dashboard.json",
          "screenshots/explorer.png")  # fmt: skip
STATIC = (
    "api.css", "api.js", "app.js", "archmeter.css", "charts.js", "embed.css", "explorer.css",
    "explorer.js", "icon.svg", "lab.css", "scaling.js", "share.js", "theme.js",
    "vendor/htmx.min.js", "vendor/swagger-ui-bundle.js", "vendor/swagger-ui.css",
    "vendor/vega.min.js", "vendor/vendored.json",
)  # fmt: skip

_EXPLORED: tuple[dict[str, Any], ...] = (
    {},
    {"preset": "efficientnet_b0", "memory": "24", "device": "a100"},
    {"preset": "resnet50", "width_multiplier": "2", "resolution": "256x320", "batch": "8",
     "dtype": "float16", "attention": "squeeze_excite"},
    {"family": "resnet_cifar", "depth": "44"},
    {"preset": "custom_resnet50", "num_classes": "10"},
    {"preset": "swin"},
    {"preset": "resnet18", "base": "resnet50", "depth": "3,4,6,3"},
    {"preset": "resnet50", "depth": "3,x", "batch": "-1"},
    {"preset": "resnt50"},
    {"family": "resnt"},
    {"preset": "resnet50", "nonsense": "1"},
    {"preset": "resnet50", "memory": "much", "device": "abacus"},
    {"preset": "\"><script>alert('x')</script>&amp;"},
)  # fmt: skip
"""Networks of the explorer, and what is no network."""

_COMPARED: tuple[dict[str, Any], ...] = (
    {},
    {"networks": ""},
    {"networks": "resnet18,{resnet50_half},vgg11", "x": "flops", "y": "top1", "from": "vgg11",
     "to": "resnet18", "total": "params", "family": "resnet", "presets": "true"},
    {"networks": "resnet18"},
    {"networks": "resnet18,resnet34", "add": "resnet50", "x": "flops"},
    {"networks": "resnet18", "add": "resnet5O"},
    {"networks": "resnet18,{resnet18}"},
    {"networks": "resnet18,resnet34", "total": "wrong"},
    {"networks": "resnet18,<b>nope</b>", "y": "wrong", "family": "wrong", "presets": "true"},
)  # fmt: skip

_SCALED: tuple[dict[str, Any], ...] = (
    {"points": "4"},
    {"preset": "resnet18", "alpha": "1.3", "beta": "1.05", "gamma": "1.1", "start": "-1",
     "stop": "2", "points": "3", "curves": ["", "width", "compound"], "batch": "4",
     "dtype": "float16", "width_multiplier": "0.5", "total": "params"},
    {"preset": "resnet18", "points": "2", "total": "roofline_seconds", "device": "l4"},
    {"preset": "resnet18", "points": "2", "overlay": "true"},
    {"preset": "resnet18", "curves": ""},
    {"preset": "resnet18", "points": "0", "alpha": "x"},
    {"preset": "resnet18", "total": "roofline_seconds"},
    {"preset": "resnt18"},
)  # fmt: skip

_FITTED: tuple[dict[str, Any], ...] = (
    {"preset": "resnet18", "max_specs": "20"},
    {"preset": "regnetx_002", "knob": ["depth", "group_width"], "values": ["10:12", "8,16"],
     "bound": ["macs", "training_bytes"], "at_least": ["", "1 kB"], "at_most": ["200M", "9G"],
     "images": ["", "16"], "objective": "params", "sense": "least", "count": "3", "seed": "5"},
    {"preset": "resnet18", "knob": "depth", "values": "18,34", "bound": "roofline_seconds",
     "at_most": "1", "device": "h100", "batch": "2", "objective": "roofline_seconds",
     "sense": "least"},
    {"preset": "resnet18", "knob": ["depth", "depth"], "values": ["18", ""], "bound": "cost",
     "at_most": "much", "images": "0"},
    {"preset": "resnet18", "knob": "<i>", "values": "1"},
    {"preset": "resnet18", "count": "0", "objective": "cost"},
    {"preset": "resnt18"},
)  # fmt: skip

_TRADED: tuple[dict[str, Any], ...] = (
    {"preset": "resnet18", "depth_count": "3", "width_count": "9"},
    {"family": "resnet", "depth_low": "0.75", "depth_high": "1.5", "depth_count": "2",
     "width_low": "0.75", "width_high": "1.25", "width_count": "5", "tolerance": "0.3",
     "total": "params", "shown": "macs", "num_classes": "10"},
    {"preset": "resnet18", "depth_low": "2", "depth_high": "1"},
    {"preset": "resnet18", "total": "cost", "tolerance": "x"},
)  # fmt: skip

_PUBLISHED: tuple[dict[str, Any], ...] = (
    {},
    {"family": "vgg", "verdict": "explained", "text": "v"},
    {"family": "resnet", "text": ""},
    {"verdict": "wrong"},
    {"text": "nothing is called this"},
)

_SHARED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("memory", {"preset": "resnet18", "theme": "dark", "width": "400", "height": "200"}),
    ("stages", {"preset": "resnet18", "series": "MACs,activations"}),
    ("stages", {"preset": "resnet81"}),
    ("stages", {"preset": "resnet18", "series": "MAC"}),
    ("memory", {"preset": "resnet18", "colour": "red"}),
    ("nothing", {}),
)
"""Looks of charts elsewhere, and what cannot be shown there."""

_EMBEDDED = (
    "/embed/charts/stages?preset=resnet18",
    "/embed/tables/layers?preset=resnet18",
    "http://127.0.0.1:8000/charts/memory?preset=resnet18&batch=8",
    "/explore?preset=resnet18&batch=8",
    "/scaling?preset=resnet18&points=2&total=params",
    "/published?family=vgg",
    "/compare?networks=resnet18",
    "/docs",
    "/charts/nothing",
    "/explore?preset=resnet81",
    "//evil.example/charts/stages?preset=resnet18",
    "http://[",
    "",
)


def pages() -> Iterator[Request]:
    """Every page, whole and as scripts ask for it."""
    for path, asked in (("/explore", _EXPLORED), ("/compare", _COMPARED), ("/scaling", _SCALED),
                        ("/published", _PUBLISHED)):  # fmt: skip
        for query in asked:
            yield get(path, **query)
            yield get(path, FRAGMENT, **query)
    yield from (get("/scaling/fit", **query) for query in _FITTED)
    yield from (get("/scaling/iso-cost", **query) for query in _TRADED)
    for folder in ("charts", "embed/charts", "embed/tables", "share"):
        yield from (get(f"/{folder}/{name}", **query) for name, query in CHARTS.items())
        yield from (get(f"/{folder}/{name}", **query) for name, query in _SHARED)
    yield get("/share/memory", FRAGMENT, preset="resnet18", theme="dark")
    for path in ("/charts/stages", "/embed/charts/stages", "/embed/tables/stages"):
        yield from held(get(path, preset="resnet18"))
    yield Request("HEAD", "/explore", {"preset": "resnet18"})


def explorer() -> Iterator[Request]:
    """The parts of the explorer, and what it stores."""
    for part in ("charts", "fits", "layers", "diagram", "code", "request"):
        yield get(f"/explore/{part}", preset="resnet18")
        yield get(f"/explore/{part}", FRAGMENT, preset="resnet18", batch="4")
        yield get(f"/explore/{part}", preset="resnt18")
    for part in ("diagram", "layers", "charts"):
        yield get(f"/explore/{part}", FRAGMENT, preset="inception_v3_aux", device="t4")
    yield get("/explore/fits", FRAGMENT, preset="resnet18", memory="0.5")
    rows = {**FRAGMENT, "HX-Target": "layer-rows"}
    yield get("/explore/layers", rows, preset="resnet50", find="CONV", sort="params")
    yield get("/explore/layers", preset="resnet50", sort="wrong")
    stage = {**FRAGMENT, "HX-Target": "stage-stage2"}
    yield get("/explore/layers", stage, preset="resnet50", stage="stage2")
    small = {"preset": "resnet20_cifar10"}
    for name, headers in (("foreign", {"Sec-Fetch-Site": "cross-site"}), ("own", {})):
        yield Request("POST", "/explore/keep", small, headers=headers, label=name)
        yield get("/explore", **small)._replace(label=f"after {name}")
    yield Request("POST", "/explore/keep", {"preset": "resnt20"})
    yield Request("POST", "/explore/audit", {"preset": "resnet18"})
    yield get("/explore", preset="resnet18")


def documents() -> Iterator[Request]:
    """Guides, the files that they refer to, and static files."""
    yield from held(get("/docs"))
    yield from (get(f"/docs/{name}") for name in GUIDES)
    yield from map(get, ("/docs/nothing", "/docs/grafana/nothing", "/docs/..%2fREADME.md"))
    yield from held(get("/docs/glossary"))
    yield from (get(f"/static/{name}") for name in STATIC)
    yield get("/static/app.js", v="0123456789ab")
    yield from map(get, ("/static/nothing.js", "/static/", "/static/..%2fsite.py"))


def elsewhere() -> Iterator[Request]:
    """What other sites are told, by a service that knows its public address and one that does not.

    The Host header is hostile in some: nothing may repeat it.
    """
    yield from (get("/oembed", url=url) for url in _EMBEDDED)
    memory = "/charts/memory?preset=resnet18&width=900&height=700"
    yield get("/oembed", url=memory, maxwidth=320, maxheight=200, format="json", referrer="x")
    yield get("/oembed", {"Host": "evil.example"}, url=memory)
    yield get("/oembed", url=memory, format="xml")
    base = "https://archmeter.example.org/tools"
    for asked in (
        get("/oembed", url=f"{base}{memory}"),
        get("/oembed", url="https://elsewhere.example/charts/memory?preset=resnet18"),
        get("/share/memory", {"Host": "evil.example"}, preset="resnet18"),
        get("/embed/charts/memory", preset="resnet18"),
        get("/explore/request", preset="resnet18"),
        get("/explore", preset="resnet18"),
    ):
        yield asked._replace(public=True)
