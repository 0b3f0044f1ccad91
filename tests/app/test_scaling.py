"""The scaling lab over REST and on the command line."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from archmeter.analyzers.scaling.totals import TOTALS, Ruler
from archmeter.app.ask import scaling
from archmeter.app.ask.cache import AnswerCache
from archmeter.app.ask.show_scaled import sparkline

ROOT = Path(__file__).resolve().parents[2]
B0 = {"preset": "efficientnet_b0"}


def post(client: TestClient, noun: str, **body: Any) -> dict[str, Any]:
    response = client.post(f"/v1/scaling/{noun}", json=body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def errors(client: TestClient, noun: str, **body: Any) -> list[dict[str, Any]]:
    response = client.post(f"/v1/scaling/{noun}", json=body)
    assert response.status_code == 422, response.text
    found: list[dict[str, Any]] = response.json()["errors"]
    return found


def test_equal_questions_have_one_answer_however_they_are_spelled(client: TestClient) -> None:
    spelled = (
        {"architecture": {**B0, "width_multiplier": 1.01}, "phi": {"points": 2}},
        {
            "phi": {"stop": 3, "start": 0.0, "points": 2},
            "architecture": {"family": "efficientnet", "width_multiplier": 1.01},
            "totals": ["macs", "params", "activations"],
        },
    )
    statuses = [
        client.post("/v1/scaling/curves", json=body).headers["cache-status"] for body in spelled
    ]
    assert statuses == ["archmeter; fwd=miss; stored", "archmeter; hit"]
    query: dict[str, Any] = {
        "architecture": json.dumps(spelled[0]["architecture"]),
        "points": 2,
    }
    embedded = client.get("/v1/scaling/curves", params=query)
    assert embedded.headers["cache-status"] == "archmeter; hit"


def test_embedded_answers_are_revalidated(client: TestClient) -> None:
    query: dict[str, Any] = {
        "preset": "efficientnet_b0",
        "curves": "compound",
        "points": 3,
        "stop": 2,
    }
    first = client.get("/v1/scaling/curves", params=query)
    assert first.status_code == 200
    tags = {"If-None-Match": first.headers["etag"]}
    again = client.get("/v1/scaling/curves", params=query, headers=tags)
    assert again.status_code == 304
    assert again.content == b""


def test_points_say_what_was_wanted_what_became_of_it_and_what_it_costs(
    client: TestClient,
) -> None:
    body = post(
        client,
        "curves",
        architecture=B0,
        curves=["compound"],
        phi={"start": -1, "stop": 2, "points": 4},
        totals=[name for name in TOTALS if name != "roofline_seconds"],
    )
    (curve,) = body["curves"]
    assert [point["phi"] for point in curve["points"]] == [-1, 0, 1, 2]
    base = curve["points"][1]
    assert base["counted"] == base["ideal"] == 1
    assert base["adjustments"] == []
    assert base["totals"]["macs"] == body["base"]["totals"]["macs"] == 385_814_752
    later = curve["points"][3]
    assert later["wanted"]["depth"] == pytest.approx(1.44)
    assert later["sizes"]["resolution"] == [296, 296]
    assert {one["knob"] for one in later["adjustments"]} == {"depth", "width", "resolution"}
    assert curve["departures"] == {"rounded": [-1, 1, 2], "clipped": [], "infeasible": []}
    analysis = client.post("/v1/analyses", json={"architecture": {**B0, **later["changes"]}}).json()
    for name, value in later["totals"].items():
        counted = {**analysis["totals"], **analysis["memory"]}.get(name, value)
        assert counted == value


def test_overlay_is_efficientnet_as_published(client: TestClient) -> None:
    body = post(client, "curves", architecture=B0, phi={"start": 0, "stop": 0, "points": 1},
                overlay=True)  # fmt: skip
    with (ROOT / "tests/data/library.csv").open(encoding="utf-8", newline="") as file:
        theirs = {
            row["name"]: int(row["macs"])
            for row in csv.DictReader(file)
            if row["name"].startswith("tf_efficientnet_b")
        }
    found = {f"tf_{one['name']}": one["network"]["totals"]["macs"] for one in body["overlay"]}
    assert found == {name: theirs[name] for name in found}
    assert len(found) == 8
    published = client.get("/v1/scaling/published").json()
    assert [one["name"] for one in published["coefficients"]] == [
        one["name"] for one in body["overlay"]
    ]
    assert len(published["tables"]) == 17


@pytest.mark.parametrize(
    ("noun", "body", "field", "code"),
    [
        ("curves", {"phi": {"start": 2, "stop": 1}}, "phi", "value_error"),
        ("curves", {"phi": {"start": 0, "stop": 1, "points": 1}}, "phi", "value_error"),
        ("curves", {"curves": ["depth", "depth"]}, None, "value_error"),
        ("curves", {"curves": ["deep"]}, "curves.0", "model_type"),
        (
            "curves",
            {"curves": [{"alpha": 1, "beta": 1, "gamma": 1}]},
            "curves.0",
            "value_error",
        ),
        ("curves", {"totals": ["macz"]}, "totals", "unknown_total"),
        ("curves", {"totals": ["roofline_seconds"]}, "device", "no_device"),
        ("curves", {"device": "h100"}, None, "value_error"),
        (
            "curves",
            {"totals": ["roofline_seconds"], "device": "abacus"},
            "device",
            "unknown_device",
        ),
        (
            "curves",
            {"architecture": {"preset": "inception_v3", "resolution": 20}},
            "architecture",
            "shape_mismatch",
        ),
        (
            "curves",
            {"architecture": {**B0, "depth": [1, 0]}},
            "architecture.depth.1",
            "greater_than_equal",
        ),
        ("search", {"alpha": {"start": 2, "stop": 1}}, "alpha", "value_error"),
        ("search", {"objectives": [{"total": "macs"}, {"total": "macs"}]}, None, "value_error"),
        (
            "search",
            {name: {"stop": 3, "step": 0.01} for name in ("alpha", "beta", "gamma")},
            "alpha",
            "grid_too_large",
        ),
        (
            "fast",
            {"strategies": [{"name": "x", "depth": 0.5, "width": 0.2}]},
            "strategies.0",
            "value_error",
        ),
        ("sensitivity", {"knobs": ["widths", "width"]}, "knobs.1", "unknown_knob"),
        ("cliffs", {"low": 300, "high": 200}, None, "value_error"),
        ("cliffs", {"low": 1, "high": 2000}, "high", "impossible_range"),
        ("schedules", {}, None, "value_error"),
        (
            "schedules",
            {"progressive": {"first": 9, "last": 9}, "stages": [{"epochs": 1, "resolution": 9}]},
            None,
            "value_error",
        ),
        (
            "schedules",
            {"architecture": {"preset": "inception_v3"}, "progressive": {"first": 9, "last": 99}},
            "stages.0.resolution",
            "stage_infeasible",
        ),
    ],
)
def test_contradictions_are_refused_where_they_are(
    client: TestClient, noun: str, body: dict[str, Any], field: str | None, code: str
) -> None:
    found = errors(client, noun, **{"architecture": B0, **body})
    assert (field, code) in {(error["field"], error["code"]) for error in found}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, None),
        ({"preset": "resnet50", "architecture": "{}"}, None),
        ({"architecture": "[]"}, "architecture"),
        ({"architecture": "{'preset'}"}, "architecture"),
        ({"preset": "resnet5"}, "architecture.preset"),
        ({"preset": "resnet50", "curves": "depth", "alpha": 1.3}, None),
        ({"preset": "resnet50", "point": 3}, "point"),
        ({"preset": "resnet50", "points": 0}, "points"),
    ],
)
def test_queries_that_ask_nothing_are_refused(
    client: TestClient, query: dict[str, Any], field: str | None
) -> None:
    response = client.get("/v1/scaling/curves", params=query)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_a_query_names_one_network(client: TestClient) -> None:
    for named in ({}, {"preset": "resnet50", "architecture": "{}"}):
        (error,) = client.get("/v1/scaling/curves", params=named).json()["errors"]
        assert error["message"] == "give one of analysis, preset and architecture"


def test_too_much_work_is_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "Ruler", partial(Ruler, max_operators=1_000))
    (error,) = errors(client, "curves", architecture={"preset": "resnet34"}, curves=["depth"])
    assert error["code"] == "too_much_work"
    assert error["accepted"] == "fewer points, or smaller networks"


def test_infeasible_points_are_answers_with_reasons(client: TestClient) -> None:
    body = post(
        client,
        "curves",
        architecture={"preset": "inception_v3"},
        curves=["resolution"],
        phi={"start": -6, "stop": 0, "points": 2},
    )
    (curve,) = body["curves"]
    small, base = curve["points"]
    assert small["totals"] is small["sizes"] is small["counted"] is None
    assert [one["code"] for one in small["adjustments"]] == ["shape_mismatch"]
    assert base["counted"] == 1
    assert curve["departures"]["infeasible"] == [-6]


def test_lower_bounds_of_time_follow_the_device(client: TestClient) -> None:
    def seconds(device: str) -> float:
        body = post(
            client, "curves", architecture=B0, curves=["width"], phi={"points": 2},
            totals=["roofline_seconds"], device=device,
        )  # fmt: skip
        found: float = body["curves"][0]["points"][1]["totals"]["roofline_seconds"]
        return found

    assert 0 < seconds("h100") < seconds("t4")


def test_answers_are_forgotten_when_they_are_too_many() -> None:
    kept = AnswerCache(max_bytes=25)
    first = kept.answer("a", lambda: b"x" * 10)
    kept.answer("b", lambda: b"y" * 10)
    assert kept.find("a") == first
    kept.answer("c", lambda: b"z" * 10)
    assert kept.find("b") is None
    assert kept.find("a") == first
    large = kept.answer("d", lambda: b"w" * 80)
    assert large.body == b"w" * 80
    assert kept.find("d") is None
    assert kept.find("c") is not None


# The command line


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from archmeter.app.cli import main; main()", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )


@pytest.mark.parametrize(
    ("arguments", "noun", "body"),
    [
        (
            ("curves", "efficientnet_b0", "--curve", "width", "--points", "2", "--batch", "2"),
            "curves",
            {"architecture": B0, "curves": ["width"], "phi": {"points": 2}, "batch": 2},
        ),
        (
            ("fast-scaling", "regnety_040", "--strategy", "dWr", "--by", "4"),
            "fast",
            {"architecture": {"preset": "regnety_040"}, "strategies": ["fast"], "scales": [4]},
        ),
        (
            ("laws", "efficientnet_b0", "--grid", "0.2"),
            "search",
            {
                "architecture": B0,
                "alpha": {"stop": 2, "step": 0.2},
                "beta": {"stop": 1.4, "step": 0.2},
                "gamma": {"stop": 1.4, "step": 0.2},
            },
        ),
        (
            ("sensitivity", "resnet18", "--knob", "depth"),
            "sensitivity",
            {"architecture": {"preset": "resnet18"}, "knobs": ["depth"]},
        ),
        (
            ("cliffs", "resnet18", "--low", "220", "--high", "230"),
            "cliffs",
            {"architecture": {"preset": "resnet18"}, "low": 220, "high": 230},
        ),
        (
            ("schedule", "resnet18", "--stage", "2@160", "--stage", "1@224"),
            "schedules",
            {
                "architecture": {"preset": "resnet18"},
                "stages": [
                    {"epochs": 2, "resolution": 160},
                    {"epochs": 1, "resolution": 224},
                ],
            },
        ),
    ],
)
def test_json_is_what_the_service_sends(
    client: TestClient, arguments: tuple[str, ...], noun: str, body: dict[str, Any]
) -> None:
    printed = run(*arguments, "--format", "json")
    assert printed.returncode == 0, printed.stderr
    assert json.loads(printed.stdout) == post(client, noun, **body)
    table = run(*arguments)
    assert table.returncode == 0
    assert len(table.stdout.splitlines()) > 3
    assert table.stderr == ""


def test_table_shows_points_and_their_shape() -> None:
    printed = run("scale", "efficientnet_b0", "--from", "0", "--to", "2", "--points", "3").stdout
    assert "α·β²·γ² = 1.92" in printed
    assert re.search(r"^ 1 +1\.2 +1\.1 +1\.15 +23 +16…352 +258 +992\.6 M", printed, re.MULTILINE)
    assert re.search(r"^macs +▁▅█  385\.8 M to 1\.811 G$", printed, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("scale", "resnet50", "--from", "3", "--to", "1"), "cannot go up from 3 to 1"),
        (("scale", "resnet50", "--curve", "depth", "--alpha", "2"), "those of the compound curve"),
        (("schedule", "resnet50", "--stage", "60"), "EPOCHS@SIDE"),
        (("sensitivity", "resnet50", "--knob", "widht"), "no knob 'widht'"),
        (("scale-fast", "resnet50", "--by", "0"), "scales.0"),
    ],
)
def test_mistakes_are_one_line(arguments: tuple[str, ...], complaint: str) -> None:
    printed = run(*arguments)
    assert printed.returncode == 2
    assert complaint in printed.stderr
    assert len(printed.stderr.splitlines()) == 1
    assert printed.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("scale", "resnet18", "--points", "9"), b"compound"),
        (("fit", "resnet18", "--knob", "depth=18,34", "--max", "macs=9G"), b"networks"),
        (("sample", "resnet18", "--knob", "depth=18,34", "--count", "2"), b"networks"),
    ],
)
def test_slow_work_shows_a_bar_on_a_terminal(arguments: tuple[str, ...], name: bytes) -> None:
    """The terminal is wide and slow work is everything that takes longer than nothing."""
    code = (
        "import archmeter.app.cli.progress as p; p._PATIENCE = -1\n"
        "from archmeter.app.cli import main; main()"
    )
    parent, child = pty.openpty()
    seen = bytearray()

    def read() -> None:
        try:
            while part := os.read(parent, 4096):
                seen.extend(part)
        except OSError:  # Linux says so when the other end is closed
            return

    reader = threading.Thread(target=read)
    reader.start()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments, "--format", "json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=child,
        check=True,
        timeout=120,
        env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "TERM": "xterm", "COLUMNS": "120"},
    )
    os.close(child)
    reader.join(timeout=30)
    os.close(parent)
    assert json.loads(done.stdout)["counting_rules"]
    assert name in seen
    assert b"%" in seen


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([1, 10, 100], "▁▅█"),
        ([5, 5], "▁▁"),
        ([1, None, 4], "▁ █"),
        ([None], " "),
        ([], ""),
    ],
)
def test_sparklines_are_logarithmic(values: list[float | None], line: str) -> None:
    assert sparkline(values) == line
