"""The layer table in each of its formats."""

import csv
import json
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import pyarrow as pa
import pytest
from httpx2 import Response
from pyarrow import parquet
from starlette.testclient import TestClient

from archmeter.app.ask.question import questions
from archmeter.app.formats import formats_of
from archmeter.app.http.negotiation import preferred
from archmeter.app.questions.layers import LayerTable
from archmeter.app.tables import flat_rows

Ask = Callable[..., Response]

SUMMED = ("params", "trainable_params", "buffers", "macs", "flops", "activations")


@pytest.fixture
def analysis(ask: Ask) -> dict[str, Any]:
    return ask("seresnet50").json()


def test_json_rows_sum_to_the_totals(client: TestClient, analysis: dict[str, Any]) -> None:
    table = client.get(analysis["links"]["layers"]).json()
    assert table["totals"] == analysis["totals"]
    assert len(table["rows"]) == analysis["totals"]["operators"]
    for figure in SUMMED:
        assert sum(row[figure] for row in table["rows"]) == analysis["totals"][figure]
    kept = sum(row["saved_bytes"] for row in table["rows"])
    assert kept == analysis["memory"]["training_saved_bytes"]


def test_csv_parses_back_and_sums_to_the_totals(
    client: TestClient, analysis: dict[str, Any]
) -> None:
    response = client.get(analysis["links"]["layers"], params={"format": "csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(StringIO(response.text)))
    assert len(rows) == analysis["totals"]["operators"]
    for figure in SUMMED:
        assert sum(int(row[figure]) for row in rows) == analysis["totals"][figure]
    assert rows[0]["input_shapes"] == "1x3x224x224"


def test_markdown_has_a_line_for_each_layer_and_the_totals(
    client: TestClient, analysis: dict[str, Any]
) -> None:
    response = client.get(analysis["links"]["layers"], params={"format": "markdown"})
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    header, rule, *lines = response.text.splitlines()
    assert len(lines) == analysis["totals"]["operators"] + 1
    assert {line.count("|") for line in (header, rule, *lines)} == {header.count("|")}
    assert f"**{analysis['totals']['params']:,}**" in lines[-1]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv", "text/csv"),
        ("text/markdown, text/csv;q=0.5", "text/markdown"),
        ("text/*;q=0.3, application/json;q=0.2", "text/csv"),
        ("*/*", "application/json"),
        ("text/html, */*;q=0.1", "application/json"),
    ],
)
def test_accept_header_chooses_the_format(
    client: TestClient, analysis: dict[str, Any], accept: str, media_type: str
) -> None:
    response = client.get(analysis["links"]["layers"], headers={"accept": accept})
    assert response.headers["content-type"].startswith(media_type)
    assert "Accept" in response.headers["vary"].split(", ")


def test_named_format_wins_over_the_accept_header(
    client: TestClient, analysis: dict[str, Any]
) -> None:
    response = client.get(
        analysis["links"]["layers"], params={"format": "csv"}, headers={"accept": "image/png"}
    )
    assert response.headers["content-type"].startswith("text/csv")


def test_format_that_is_not_offered_is_refused_with_those_that_are(
    client: TestClient, analysis: dict[str, Any]
) -> None:
    response = client.get(analysis["links"]["layers"], headers={"accept": "image/png"})
    assert response.status_code == 406
    (error,) = response.json()["errors"]
    assert error["accepted"].split(", ") == [
        "application/json",
        "text/csv",
        "text/markdown",
        "application/x-ndjson",
        "application/x-tex",
        "application/vnd.apache.parquet",
        "application/vnd.apache.arrow.stream",
    ]


def test_programs_read_the_same_cells_in_every_format(
    client: TestClient, analysis: dict[str, Any]
) -> None:
    def body(wanted: str) -> bytes:
        return client.get(analysis["links"]["layers"], params={"format": wanted}).content

    cells = flat_rows(LayerTable.from_json(body("json")).rows)
    assert [json.loads(line) for line in body("ndjson").splitlines()] == cells
    assert parquet.read_table(BytesIO(body("parquet"))).to_pylist() == cells
    assert pa.ipc.open_stream(body("arrow")).read_all().to_pylist() == cells
    assert list(csv.DictReader(StringIO(body("csv").decode()))) == [
        {name: str(value) for name, value in row.items()} for row in cells
    ]


def test_a_format_by_name_that_is_not_offered_is_refused_with_those_that_are(
    client: TestClient, analysis: dict[str, Any]
) -> None:
    response = client.get(analysis["links"]["layers"], params={"format": "yaml"})
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["field"] == "format"
    assert error["accepted"] == ", ".join(formats_of(questions()["layers"]))


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "a/x"),
        ("a/y;q=0.9, a/x;q=0.8", "a/y"),
        ("a/*", "a/x"),
        ("*/*;q=0.1, b/z", "b/z"),
        ("a/x;q=0, */*", "a/y"),
        ("a/x;q=junk", "a/x"),
        ("c/*", None),
        (";;,,/", None),
    ],
)
def test_negotiation_follows_quality_then_the_order_offered(
    accept: str, expected: str | None
) -> None:
    assert preferred(accept, ["a/x", "a/y", "b/z"]) == expected
