"""The example dashboard: every query it makes is made here, and flat lists are flat."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from archmeter.app.ask.totals import TOTALS
from archmeter.models import registry

DASHBOARD: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[2] / "docs/grafana/dashboard.json").read_text("utf-8")
)
VARIABLES = {one["name"]: one["current"]["value"] for one in DASHBOARD["templating"]["list"]}
TYPES = {"number": (int, float), "string": (str,)}


def queries(node: Any = DASHBOARD) -> Iterator[dict[str, Any]]:
    """Every query of the Infinity data source, wherever it stands."""
    match node:
        case {"url": str(), "root_selector": str()}:
            yield node
        case dict():
            for child in node.values():
                yield from queries(child)
        case list():
            for child in node:
                yield from queries(child)


@pytest.fixture
def filled(client: TestClient) -> TestClient:
    for preset in ("resnet18", "efficientnet_b0"):
        client.post("/v1/analyses", json={"architecture": {"preset": preset}})
    return client


def flat(rows: Any) -> list[dict[str, Any]]:
    """The rows, after a look at what they are."""
    assert isinstance(rows, list)
    assert rows
    for row in rows:
        assert row.keys() == rows[0].keys()
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in row)
        assert all(value is None or isinstance(value, str | int | float) for value in row.values())
    return rows


@pytest.mark.parametrize("query", [*queries()], ids=lambda query: query["url"])
def test_query_of_the_dashboard_is_answered_with_flat_rows(
    filled: TestClient, query: dict[str, Any]
) -> None:
    assert (query["type"], query["parser"], query["root_selector"]) == ("json", "backend", "")
    url = re.sub(r"\$\{(\w+)\}", lambda found: VARIABLES[found[1]], query["url"])
    base = VARIABLES["archmeter"]
    assert url.startswith(f"{base}/")
    answer = filled.get(url.removeprefix(base))
    assert answer.status_code == 200, answer.text
    rows = flat(answer.json())
    assert query["columns"]
    for column in query["columns"]:
        values = [row[column["selector"]] for row in rows]
        assert all(value is None or isinstance(value, TYPES[column["type"]]) for value in values)
        assert not any(isinstance(value, bool) for value in values)
        assert any(value is not None for value in values)


def test_dashboard_can_be_imported() -> None:
    """Grafana asks for the data source, and every panel uses the one that is given."""
    (asked,) = DASHBOARD["__inputs"]
    assert asked["type"] == "datasource"
    used = {query["datasource"]["uid"] for query in queries()}
    assert used == {f"${{{asked['name']}}}"}
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    required = {one["id"] for one in DASHBOARD["__requires"]}
    assert {panel["type"] for panel in DASHBOARD["panels"]} <= required
    named = set(re.findall(r"\$\{(\w+)\}", json.dumps(DASHBOARD))) - {asked["name"]}
    assert named == VARIABLES.keys()


def test_flat_analyses_have_every_figure_and_the_filters_of_the_list(filled: TestClient) -> None:
    rows = flat(filled.get("/v1/flat/analyses.json?sort=-params").json())
    assert [row["name"] for row in rows] == ["resnet18", "efficientnet_b0"]
    listed = filled.get("/v1/analyses?sort=-params").json()["items"]
    for row, item in zip(rows, listed, strict=True):
        assert {name: row[name] for name in TOTALS} == {name: item[name] for name in TOTALS}
        assert [row["height"], row["width"]] == item["resolution"]
    only = filled.get("/v1/flat/analyses.json?family=resnet&limit=1").json()
    assert [row["family"] for row in only] == ["resnet"]
    assert filled.get("/v1/flat/analyses.json?famly=resnet").status_code == 422


@pytest.mark.parametrize("name", ["analyses", "families", "presets", "devices"])
def test_csv_is_the_same_table(filled: TestClient, name: str) -> None:
    rows = flat(filled.get(f"/v1/flat/{name}.json").json())
    table = list(csv.DictReader(io.StringIO(filled.get(f"/v1/flat/{name}.csv").text)))
    assert table == [
        {key: "" if value is None else str(value) for key, value in row.items()} for row in rows
    ]


def test_lists_for_variables_are_those_of_the_registry(client: TestClient) -> None:
    families = client.get("/v1/flat/families.json").json()
    assert [row["family"] for row in families] == list(registry.families())
    presets = client.get("/v1/flat/presets.json?family=vgg").json()
    assert [row["preset"] for row in presets] == [
        preset.name for preset in registry.family("vgg").presets
    ]
    assert client.get("/v1/flat/presets.json?family=vg").status_code == 422


def test_list_is_not_sent_to_who_holds_it(client: TestClient) -> None:
    answer = client.get("/v1/flat/families.json")
    held = {"If-None-Match": answer.headers["etag"]}
    assert client.get("/v1/flat/families.json", headers=held).status_code == 304
    assert answer.headers["access-control-allow-origin"] == "*"
