"""Charts: every one is valid, flat, labelled, exported and drawn alike, whatever it is of."""

from __future__ import annotations

import asyncio
import io
import json
import math
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import altair as alt
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet
from starlette.testclient import TestClient

from archmeter.analyzers.figures import figures
from archmeter.analyzers.profile import Profile, analyze
from archmeter.app.ask import strict_json
from archmeter.app.ask.request import from_text
from archmeter.app.charts.chart import Chart, Drawing, Look, vega_lite
from archmeter.app.charts.label_placement import Spot, placed
from archmeter.app.charts.registry import charts
from archmeter.app.charts.rendering import Renderer, _convert, rendering_key
from archmeter.app.http.main import create_app
from archmeter.app.settings import Settings
from archmeter.models import registry

Ask = Any
Parameters = dict[str, Any]

NETWORK = "resnet18"

# Besides what every chart is asked with: other marks, other rows, other shapes.
VARIANTS: list[tuple[str, Parameters]] = [
    ("memory", {"preset": "densenet121", "phase": "training", "checkpoint": "block"}),
    ("memory", {"preset": NETWORK, "phase": "training", "freeze": "backbone"}),
    ("receptive-field", {"preset": "efficientnet_b0", "show": "coverage"}),
    ("receptive-field", {"architecture": '{"preset":"resnet18","resolution":[96,224]}'}),
    ("training", {"preset": NETWORK, "by": "freeze", "optimizer": "adam"}),
    ("training", {"preset": NETWORK, "checkpoint": "stage1.basic1", "dtype": "float16"}),
    ("roofline", {"preset": NETWORK, "flops_per_s": 1e12, "bytes_per_s": 1e11, "fused": False}),
    ("layers", {"preset": NETWORK, "total": "saved_bytes", "batch": 8}),
    ("comparison", {"presets": "resnet18,vgg16,vit_b_16", "totals": "frozen_params,macs"}),
    ("comparison", {"presets": "resnet18,vgg16", "totals": "frozen_params,macs", "scale": "log"}),
    ("waterfall", {"presets": "efficientnet_b0,vgg16", "total": "params"}),
    ("scatter", {"presets": True, "family": "vgg", "y": "top1"}),
    ("scatter", {"presets": True, "family": "resnet", "x": "buffers", "y": "activations"}),
    ("scaling", {"preset": NETWORK, "total": "roofline_seconds", "device": "h100", "points": 3}),
    ("scaling", {"preset": "efficientnet_b0", "overlay": True, "points": 3}),
    ("published", {"family": "vgg", "verdict": "explained"}),
]


def asked(chart: Chart, **more: Any) -> Parameters:
    """The least that a chart has to be asked with: networks, where it is of networks."""
    fields = chart.query.model_fields
    if "preset" in fields:
        return {"preset": NETWORK, **more}
    if "analyses" in fields:
        return {"presets": f"{NETWORK},mobilenet_v2", **more}
    return more


CASES = [(name, asked(chart)) for name, chart in charts().items()] + VARIANTS
cases = pytest.mark.parametrize(
    ("name", "parameters"), CASES, ids=[f"{name}-{i}" for i, (name, _) in enumerate(CASES)]
)
every_chart = pytest.mark.parametrize("chart", charts().values(), ids=charts())


class NothingStored:
    """Analyses where there are none."""

    def search(self, _: object) -> tuple[int, list[Any]]:
        return 0, []


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service that only answers; its store has one network."""
    where = tmp_path_factory.mktemp("charts") / "test.db"
    with TestClient(create_app(Settings(database_url=f"sqlite:///{where}"))) as client:
        client.post("/v1/analyses", json={"architecture": {"preset": NETWORK}})
        yield client


def draw(name: str, parameters: Parameters) -> tuple[Drawing, Look]:
    """A chart of what parameters of a URL ask for."""
    texts = tuple(
        (field, value if isinstance(value, str) else json.dumps(value))
        for field, value in parameters.items()
    )
    return drawing_of(name, texts), from_text(charts()[name].query, dict(texts))


@cache
def drawing_of(name: str, parameters: tuple[tuple[str, str], ...]) -> Drawing:
    chart = charts()[name]
    return chart.read(from_text(chart.query, dict(parameters)), NothingStored())  # type: ignore[arg-type]


def spec_of(name: str, parameters: Parameters) -> dict[str, Any]:
    return vega_lite(charts()[name], *draw(name, parameters))


@cache
def profile(preset: str) -> Profile:
    return analyze(registry.preset(preset).spec)


def rows_of(name: str, **parameters: Any) -> list[dict[str, Any]]:
    return draw(name, parameters)[0].rows


def channels(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every encoding of a specification, wherever it stands."""
    if isinstance(node, dict):
        yield from node.get("encoding", {}).items()
        node = [child for key, child in node.items() if key != "data"]
    if isinstance(node, list):
        for child in node:
            yield from channels(child)


@cases
def test_specification_is_valid_vega_lite_and_holds_its_rows(
    name: str, parameters: Parameters
) -> None:
    spec = spec_of(name, parameters)
    rows = draw(name, parameters)[0].rows
    assert rows or name == "scatter"
    assert spec["data"]["values"] == rows
    few = {**spec, "data": {"values": rows[:2]}}  # the schema says nothing of rows
    alt.Chart.from_dict(few, validate=True)


@every_chart
def test_specification_knows_theme_size_and_container(chart: Chart) -> None:
    drawing, _ = draw(chart.name, asked(chart))
    dark = vega_lite(chart, drawing, chart.query(**asked(chart, theme="dark", width=320)))
    light = vega_lite(chart, drawing, chart.query(**asked(chart, width=320, height=100)))
    assert (dark["width"], light["height"]) == (320, light.get("height"))
    assert dark["config"]["background"] != light["config"]["background"]
    day = vega_lite(chart, drawing, chart.query(**asked(chart, width=320)))
    assert {**dark, "config": None} == {**day, "config": None}
    contained = vega_lite(chart, drawing, chart.query(**asked(chart)), width="container")
    assert contained["width"] == "container"
    few = {**contained, "data": {"values": drawing.rows[:2]}}
    alt.Chart.from_dict(few, validate=True)


@cases
def test_rows_are_flat_and_each_column_has_one_kind_of_value(
    name: str, parameters: Parameters
) -> None:
    rows = draw(name, parameters)[0].rows
    kinds: dict[str, set[str]] = {}
    for row in rows:
        for key, value in row.items():
            assert re.fullmatch(r"[a-z][a-z0-9_]*", key)
            assert value is None or type(value) in {bool, int, float, str}
            assert not isinstance(value, float) or math.isfinite(value)
            kind = "number" if type(value) in {int, float} else type(value).__name__
            kinds.setdefault(key, set()).add(kind)
    assert all(len(found - {"NoneType"}) <= 1 for found in kinds.values()), kinds
    assert json.loads(strict_json.dumps(rows)) == rows


@cases
def test_axes_name_what_they_show_and_titles_the_convention(
    name: str, parameters: Parameters
) -> None:
    spec = spec_of(name, parameters)
    assert " ".join(spec["title"]["subtitle"]).strip()
    shown = [channel for kind, channel in channels(spec) if kind in {"x", "y"}]
    numbers = [channel["title"] for channel in shown if channel.get("axis", {}).get("format")]
    assert numbers
    unit = (
        r"MAC|FLOP|byte|element|pixel|param|share|part|second|multiplier|times|φ|printed|oper|%|buf"
    )
    assert all(re.search(unit, title) for title in numbers), numbers
    assert not any(
        "_" in str(channel.get("title")) for channel in shown if channel.get("title") != NETWORK
    )


@every_chart
def test_titles_of_long_names_are_no_wider_than_the_chart(chart: Chart) -> None:
    drawing, _ = draw(chart.name, asked(chart))
    named = drawing._replace(subject="custom_resnet50 " + "stages.2.width=512 " * 20 + "x" * 90)
    spec = vega_lite(chart, named, chart.query(**asked(chart, width=320)))
    assert len(spec["title"]["text"]) > 5
    assert max(map(len, spec["title"]["text"])) <= 50
    assert max(map(len, spec["title"]["subtitle"])) <= 66


def test_layers_sum_to_the_totals() -> None:
    rows = rows_of("layers", preset="resnet50")
    totals = profile("resnet50").totals
    for total in ("params", "macs", "flops", "activations", "buffers"):
        assert sum(row[total] for row in rows) == getattr(totals, total)
    saved = sum(row["saved_bytes"] for row in rows)
    assert saved == profile("resnet50").memory.training_saved_bytes
    assert rows[0]["output_shape"] == "1x64x112x112"
    assert (rows[0]["receptive_field_height"], rows[0]["stride_width"]) == (7, 2)


def test_stages_sum_to_the_totals() -> None:
    rows = rows_of("stages", preset="resnet50")
    totals = profile("resnet50").totals
    for figure, total in (("MACs", totals.macs), ("parameters", totals.params)):
        assert sum(row["value"] for row in rows if row["figure"] == figure) == total
        assert sum(row["share"] for row in rows if row["figure"] == figure) == pytest.approx(1)


def test_live_memory_peaks_where_the_analysis_says() -> None:
    rows = rows_of("memory", preset="resnet50")
    memory = profile("resnet50").memory
    (peak,) = [row for row in rows if row["is_peak"]]
    assert peak["live_bytes"] == max(row["live_bytes"] for row in rows)
    assert peak["live_bytes"] == memory.inference_peak_bytes
    assert peak["path"] == memory.inference_peak_path
    assert [row["step"] for row in rows] == list(range(1, len(rows) + 1))


def test_live_memory_in_training_goes_forward_and_then_back() -> None:
    rows = rows_of("memory", preset=NETWORK, phase="training")
    phases = [row["phase"] for row in rows]
    assert phases == sorted(phases, reverse=True)
    less = rows_of("memory", preset=NETWORK, phase="training", checkpoint="stage")
    assert max(row["live_bytes"] for row in less) < max(row["live_bytes"] for row in rows)


def test_no_kernel_is_above_the_roof() -> None:
    rows = rows_of("roofline", preset="resnet50", batch=64)
    assert {row["limit"] for row in rows} == {"compute", "bandwidth"}
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    for row in rows:
        # Vector units work beside the matrix units whose roof this is.
        assert row["matrix_flops"] / row["seconds"] <= row["roof_flops_per_s"] * (1 + 1e-9)
        assert row["bytes"] / row["seconds"] <= row["roof_bytes_per_s"] * (1 + 1e-9)


def test_the_roof_rises_with_bandwidth_to_where_computing_bounds() -> None:
    rows = rows_of("roofline", preset="resnet50", batch=64)
    flops, moved = rows[0]["roof_flops_per_s"], rows[0]["roof_bytes_per_s"]
    line, _ = spec_of("roofline", {"preset": "resnet50", "batch": 64})["layer"]
    start, ridge, end = line["data"]["values"]
    assert start["flops_per_s"] == pytest.approx(start["intensity"] * moved)
    assert ridge == {"intensity": pytest.approx(flops / moved), "flops_per_s": flops}
    assert start["intensity"] < ridge["intensity"] < end["intensity"]
    assert end["flops_per_s"] == flops


def test_receptive_fields_are_those_of_the_layers() -> None:
    rows = {row["path"]: row for row in rows_of("receptive-field", preset="resnet50")}
    for layer in profile("resnet50").rows:
        assert rows[layer.path]["receptive_field_height"] == layer.receptive_field[0]
    assert rows["stem.conv"]["covered"] < 0.01
    assert rows["head.linear"]["covered_least"] == 1


def test_training_memory_sums_to_its_total_for_each_setting() -> None:
    rows = rows_of("training", preset=NETWORK, by="optimizer")
    settings = {row["setting"] for row in rows}
    assert settings == {"sgd", "momentum", "adam", "adamw"}
    for setting in settings:
        parts = [row for row in rows if row["setting"] == setting]
        assert sum(row["bytes"] for row in parts) == parts[0]["total_bytes"]
        assert sum(row["share"] for row in parts) == pytest.approx(1)


def test_comparison_has_absolute_figures_and_ratios_to_the_first() -> None:
    rows = rows_of("comparison", presets="resnet18,resnet50", totals="macs,params")
    assert len(rows) == 4
    for row in rows:
        name = "resnet18" if row["network"] == "resnet18" else "resnet50"
        counted = figures(profile(name))[row["total"]]
        assert row["value"] == counted
        assert row["ratio"] == counted / figures(profile("resnet18"))[row["total"]]


@pytest.mark.parametrize("total", ["macs", "params", "saved_bytes"])
def test_waterfall_leads_from_one_network_to_the_other(total: str) -> None:
    first, *stages, last = rows_of("waterfall", presets="efficientnet_b0,vgg16", total=total)
    level = first["end"]
    for stage in stages:
        assert stage["start"] == level
        assert stage["difference"] == stage["after"] - stage["before"]
        level = stage["end"]
    assert last["end"] == level
    assert first["end"] == sum(row["before"] for row in stages)
    assert last["end"] == sum(row["after"] for row in stages)
    assert last["end"] == sum(getattr(row, total) for row in profile("vgg16").rows)


def test_scatter_finds_the_networks_that_nothing_beats() -> None:
    rows = rows_of("scatter", presets=True, family="mobilenet_v3", x="macs", y="top1")
    assert rows
    assert all(row["source"] for row in rows)

    def beats(one: dict[str, Any], other: dict[str, Any]) -> bool:
        better = (one["macs"] < other["macs"], one["top1"] > other["top1"])
        worse = one["macs"] > other["macs"] or one["top1"] < other["top1"]
        return any(better) and not worse

    for row in rows:
        beaten = any(beats(other, row) for other in rows)
        assert row["standing"] == ("beaten" if beaten else "on the Pareto front")


def test_scatter_draws_what_is_stored_once(client: TestClient, ask: Ask) -> None:
    keys = {ask(preset).json()["id"] for preset in ("vgg11", "vgg16")}
    rows = client.get("/v1/charts/scatter.json").json()
    assert {row["id"] for row in rows} == keys
    both = client.get("/v1/charts/scatter.json", params={"presets": "true", "family": "vgg"}).json()
    assert len({row["id"] for row in both}) == len(both) > 2
    assert {row["id"] for row in both if row["is_stored"]} == keys


def test_scaling_curves_start_at_the_base_and_overlay_published_points() -> None:
    rows = rows_of("scaling", preset="efficientnet_b0", points=4, overlay=True)
    base = profile("efficientnet_b0").totals
    starts = [row for row in rows if row["phi"] == 0]
    assert len(starts) == 5  # four laws and B0 itself
    assert all((row["macs"], row["params"]) == (base.macs, base.params) for row in starts)
    overlaid = [row["coefficients_of"] for row in rows if "coefficients_of" in row]
    assert overlaid == [f"efficientnet_b{i}" for i in range(8)]
    (fourth,) = [row for row in rows if row.get("coefficients_of") == "efficientnet_b4"]
    assert fourth["macs"] == profile("efficientnet_b4").totals.macs


def test_dashed_line_doubles_only_where_the_law_says_so() -> None:
    macs = spec_of("scaling", {"preset": NETWORK, "points": 3})
    dashed = [layer for layer in macs["layer"] if layer["mark"].get("strokeDash")]
    first, last = dashed[0]["data"]["values"]
    assert last["macs"] / first["macs"] == 8
    params = spec_of("scaling", {"preset": NETWORK, "points": 3, "total": "params"})
    assert not [layer for layer in params["layer"] if layer["mark"].get("strokeDash")]


def test_pairs_of_equal_cost_are_within_the_tolerance() -> None:
    rows = rows_of("iso-cost", preset=NETWORK, tolerance=0.02)
    macs = profile(NETWORK).totals.macs
    assert {row["depth_multiplier"] for row in rows} > {1}
    for row in rows:
        assert row["deviation"] == pytest.approx(row["macs"] / macs - 1)
        assert abs(row["deviation"]) <= 0.02


def test_published_ratios_are_counted_over_printed(reader: TestClient) -> None:
    rows = reader.get("/v1/charts/published.json").json()
    listed = reader.get("/v1/published").json()
    assert len(rows) == listed["total"]
    for row in rows:
        assert row["ratio"] == pytest.approx(row["counted"] / row["printed"])
    some = reader.get("/v1/charts/published.json", params={"verdict": "unexplained"}).json()
    assert len(some) == listed["verdicts"]["unexplained"]


def test_names_that_have_room_never_overlap() -> None:
    points = [
        Spot((i * 37 % 100) / 100, (i * 61 % 100) / 100, "n" * (3 + i % 9), {}) for i in range(80)
    ]
    rows = placed([spot._replace(values={"i": i}) for i, spot in enumerate(points)], [], 300)
    assert len({row["room"] for row in rows}) > 2
    for width in (160, 333, 720, 2_500):
        boxes = []
        for row in rows:
            if row["room"] <= width:
                spot = points[row["i"]]
                long = 6 * len(spot.text) + 7
                left = spot.x * width - (long if row["on_the_left"] else 0)
                assert left >= 0
                assert left + long <= width
                boxes.append((left, left + long, spot.y * 300))
        for i, (left, right, y) in enumerate(boxes):
            for begin, end, other in boxes[:i]:
                assert right < begin or end < left or abs(y - other) >= 13
    assert [row for row in rows if row["room"] <= 160]


@every_chart
def test_unknown_and_impossible_parameters_are_refused(reader: TestClient, chart: Chart) -> None:
    for wrong in ({"colour": "red"}, {"width": 1}, {"theme": "sepia"}):
        answer = reader.get(f"/v1/charts/{chart.name}.json", params=asked(chart, **wrong))
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert [error["field"] for error in answer.json()["errors"]] == list(wrong)


@pytest.mark.parametrize(
    ("url", "field"),
    [
        ("layers.json?preset=resnet18&total=mac", "total"),
        ("layers.svg?preset=resnet81", "architecture.preset"),
        ("layers.gif?preset=resnet18", "format"),
        ("memory.json?preset=resnet18&freeze=stage1", None),
        ("memory.json?preset=resnet18&phase=training&freeze=stage9", "freeze"),
        ("roofline.json?preset=resnet18&device=abacus", "device"),
        ("comparison.json?presets=resnet18,resnet18", "presets"),
        ("comparison.json?presets=resnet18&totals=macs,kilos", "totals"),
        ("waterfall.json?presets=resnet18", "presets"),
        ("waterfall.json?presets=resnet18,resnet34,resnet50", "presets"),
        ("scatter.json?family=resnt", "family"),
        ("scaling.json?preset=resnet18&total=kilos", "total"),
        ("iso-cost.json?preset=resnet18&depth_low=2&depth_high=1", None),
        ("published.json?verdict=wrong", "verdict"),
    ],
)
def test_wrong_parameters_are_named(reader: TestClient, url: str, field: str | None) -> None:
    answer = reader.get(f"/v1/charts/{url}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field


def test_charts_of_analyses_that_are_not_stored_are_not_found(reader: TestClient) -> None:
    for url in ("layers.json?analysis=0", "comparison.json?analyses=0", "memory.png?analysis=0"):
        assert reader.get(f"/v1/charts/{url}").status_code == 404


def test_stored_analyses_are_drawn_as_the_same_presets(client: TestClient, ask: Ask) -> None:
    first, second = (ask(preset).json()["id"] for preset in ("resnet18", "resnet34"))
    for chart, stored, named in (
        ("layers", f"analysis={first}", "preset=resnet18"),
        ("scaling", f"analysis={first}&points=3", "preset=resnet18&points=3"),
        ("waterfall", f"analyses={first},{second}", "presets=resnet18,resnet34"),
        ("comparison", f"analyses={first}&presets=resnet34", "presets=resnet18,resnet34"),
    ):
        by_id, by_name = (
            client.get(f"/v1/charts/{chart}.vl.json?{query}").content for query in (stored, named)
        )
        assert by_id == by_name


def test_every_chart_is_listed_with_its_parameters(reader: TestClient) -> None:
    answer = reader.get("/v1/charts").json()
    listed = {item["name"]: item for item in answer["items"]}
    assert list(listed) == list(charts())
    assert (answer["total"], answer["links"]) == (len(listed), {"self": "/v1/charts"})
    for name, chart in charts().items():
        assert set(listed[name]["parameters"]["properties"]) == set(chart.query.model_fields)


@every_chart
def test_tables_read_back_as_the_same_rows(reader: TestClient, chart: Chart) -> None:
    def get(table: str) -> bytes:
        answer = reader.get(f"/v1/charts/{chart.name}.{table}", params=asked(chart))
        assert answer.status_code == 200
        return answer.content

    rows = json.loads(get("json"))
    names = list(dict.fromkeys(key for row in rows for key in row))
    full = [{name: row.get(name) for name in names} for row in rows]
    assert rows
    assert parquet.read_table(io.BytesIO(get("parquet"))).to_pylist() == full
    assert pa.ipc.open_stream(get("arrow")).read_all().to_pylist() == full
    assert pl.read_ipc_stream(io.BytesIO(get("arrow"))).to_dicts() == full
    assert pd.read_parquet(io.BytesIO(get("parquet"))).columns.tolist() == names
    texts = {name: str for name in names if any(isinstance(row[name], str) for row in full)}
    table = pd.read_csv(io.BytesIO(get("csv")), dtype=texts, keep_default_na=False)
    assert table.columns.tolist() == names
    for name in names:
        expected = [row[name] for row in full]
        if None not in expected:
            assert table[name].tolist() == expected
    assert json.loads(get("vl.json"))["data"]["values"] == rows
    assert get("md").count(b"\n") == get("csv").count(b"\n") + 1
    assert get("tex").count(rb" \\") == len(rows) + 1


def test_rows_without_a_network_make_empty_tables(client: TestClient) -> None:
    for table in ("json", "csv", "md", "tex", "parquet", "arrow"):
        assert client.get(f"/v1/charts/scatter.{table}").status_code == 200
    assert client.get("/v1/charts/scatter.json").json() == []


@cases
def test_charts_are_drawn(name: str, parameters: Parameters) -> None:
    spec = spec_of(name, parameters)
    drawn = _convert(strict_json.dumps(spec), "svg").decode()
    assert drawn.startswith("<svg")
    assert spec["title"]["text"][0].split(",")[0] in drawn
    assert "NaN" not in drawn
    assert "undefined" not in drawn


def test_the_same_chart_is_the_same_bytes_in_every_process() -> None:
    spec = spec_of("memory", {"preset": NETWORK})

    async def drawn() -> list[bytes]:
        renderer = Renderer()
        try:
            return [await renderer.render(rendering_key(spec, i), spec, i) for i in ("svg", "png")]
        finally:
            renderer.close()

    first, second = asyncio.run(drawn()), asyncio.run(drawn())
    assert first == second
    assert first[1].startswith(b"\x89PNG")


def test_images_have_an_address_at_which_they_never_change(reader: TestClient) -> None:
    url = f"/v1/charts/stages.png?preset={NETWORK}"
    answer = reader.get(url)
    assert answer.headers["content-type"] == "image/png"
    assert "no-cache" in answer.headers["cache-control"]
    kept = reader.get(answer.headers["content-location"])
    assert kept.content == answer.content
    assert kept.headers["etag"] == answer.headers["etag"]
    assert "immutable" in kept.headers["cache-control"]
    assert reader.get("/v1/renderings/0123456789abcdef").status_code == 404
    wider = reader.get(f"{url}&width=400")
    assert wider.headers["content-location"] != answer.headers["content-location"]


@pytest.mark.parametrize("format_", ["vl.json", "json", "csv", "parquet", "svg"])
def test_what_the_client_holds_is_not_sent_again(reader: TestClient, format_: str) -> None:
    url = f"/v1/charts/stages.{format_}?preset={NETWORK}"
    answer = reader.get(url)
    again = reader.get(url, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]
    assert answer.headers["access-control-allow-origin"] == "*"
