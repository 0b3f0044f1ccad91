"""The scaling lab and design spaces: contradictions that are refused, and what people read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from archmeter.analyzers.answers.schema import answer_schema, meanings
from archmeter.analyzers.scaling.sensitivity import Elasticity
from archmeter.analyzers.scaling.totals import ROOFLINE

ROOT = Path(__file__).resolve().parents[2]
RESNET = {"architecture": {"preset": "resnet18"}}
DEPTHS = {"knobs": {"depth": [18, 34]}}
PAIR = {
    "depth": {"knob": "depth", "values": [18, 34]},
    "width": {"knob": "width_multiplier", "values": [0.5, 1]},
}

TIMED: dict[str, dict[str, Any]] = {
    "curves": {"totals": [ROOFLINE], "curves": ["width"], "phi": {"points": 2}},
    "search": {
        "objectives": [{"total": ROOFLINE}],
        "alpha": {"stop": 1},
        "beta": {"stop": 1.4, "step": 0.1},
        "gamma": {"stop": 1},
        "tolerance": 0.1,
    },
    "fast": {"totals": [ROOFLINE], "strategies": ["w"], "scales": [2]},
    "sensitivity": {"totals": [ROOFLINE], "knobs": ["width_multiplier"]},
    "cliffs": {"totals": [ROOFLINE], "low": 220, "high": 230},
    "fit": {"bounds": [{"total": ROOFLINE, "at_least": 1e-9}], **DEPTHS},
    "sample": {"totals": [ROOFLINE], **DEPTHS, "count": 2},
    "iso-cost": {"total": ROOFLINE, **PAIR},
}
"""A question about time to every noun that can be asked one."""

UNTIMED: dict[str, dict[str, Any]] = {
    **{noun: {} for noun in ("curves", "search", "fast", "sensitivity", "cliffs")},
    "fit": {"bounds": [{"total": "macs", "at_most": 1e12}], **DEPTHS},
    "sample": {**DEPTHS, "count": 2},
    "iso-cost": PAIR,
}

every_noun = pytest.mark.parametrize("noun", TIMED)


def refused(client: TestClient, noun: str, **body: Any) -> list[dict[str, Any]]:
    response = client.post(f"/v1/scaling/{noun}", json={**RESNET, **body})
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: list[dict[str, Any]] = response.json()["errors"]
    return found


@every_noun
@pytest.mark.parametrize("rate", [0.5, 0, -1, 1e30, "fast"])
def test_rates_that_no_device_has_are_refused_where_they_are(
    client: TestClient, noun: str, rate: object
) -> None:
    (error,) = refused(client, noun, **TIMED[noun], flops_per_s=1e12, bytes_per_s=rate)
    assert (error["field"], error["value"]) == ("bytes_per_s", rate)
    assert error["accepted"] == "a number from 1 to 1e+24 or null"


@every_noun
def test_half_a_device_is_none(client: TestClient, noun: str) -> None:
    (error,) = refused(client, noun, **TIMED[noun], flops_per_s=1e12)
    assert (error["field"], error["code"]) == ("device", "no_device")


@every_noun
def test_your_own_rates_are_a_device(client: TestClient, noun: str) -> None:
    body = {**RESNET, **TIMED[noun], "flops_per_s": 1e12, "bytes_per_s": 1e11}
    response = client.post(f"/v1/scaling/{noun}", json=body)
    assert response.status_code == 200, response.text
    assert ROOFLINE in response.text


@every_noun
@pytest.mark.parametrize("device", [{"device": "h100"}, {"flops_per_s": 1e12, "bytes_per_s": 1e9}])
def test_a_device_that_nothing_is_read_on_is_refused(
    client: TestClient, noun: str, device: dict[str, Any]
) -> None:
    (error,) = refused(client, noun, **UNTIMED[noun], **device)
    assert error["message"] == f"a device is of use only where {ROOFLINE} is among the totals"


def test_an_alpha_that_no_strategy_has_is_refused(client: TestClient) -> None:
    (error,) = refused(client, "fast", strategies=["w"], alpha=0.5)
    assert "fast (dWr)" in error["message"]
    own = {"name": "fast", "width": 1}
    assert refused(client, "fast", strategies=[own], alpha=0.5)


def test_the_strategy_that_the_paper_calls_dwr_is_fast(client: TestClient) -> None:
    ours, theirs = (
        client.post(
            "/v1/scaling/fast",
            json={**RESNET, "strategies": [name], "alpha": 0.5, "scales": [2]},
        )
        for name in ("fast", "dWr")
    )
    assert ours.is_success
    assert theirs.content == ours.content
    assert [one["name"] for one in theirs.json()["strategies"]] == ["fast"]
    (error,) = refused(client, "fast", strategies=["fast", "dWr"])
    assert error["message"] == "two strategies have the same name"


@pytest.mark.parametrize(
    ("asked", "low", "high"),
    [({}, 168, 280), ({"low": 200}, 200, 280), ({"low": 400}, 400, 500), ({"high": 100}, 75, 100)],
)
def test_the_end_of_a_range_that_is_left_out_follows_the_other(
    client: TestClient, asked: dict[str, int], low: int, high: int
) -> None:
    body = client.post("/v1/scaling/cliffs", json={**RESNET, **asked}).json()
    assert (body["low"], body["high"]) == (low, high)
    assert body["cliffs"]


def test_images_that_ought_to_grow_cannot_shrink(client: TestClient) -> None:
    (error,) = refused(client, "schedules", progressive={"first": 300, "last": 128})
    assert (error["field"], error["message"]) == (
        "progressive",
        "images cannot grow from 300 to 128",
    )


@pytest.mark.parametrize("part", ["stem", "head"])
def test_parts_without_paths_have_no_cardinality(client: TestClient, part: str) -> None:
    architecture = {"preset": "resnext50_32x4d"}
    (error,) = refused(client, "cardinality", architecture=architecture, part=part)
    assert (error["field"], error["code"]) == ("part", "no_paths")


def test_samples_say_what_was_rounded(client: TestClient) -> None:
    knobs = {
        "width_multiplier": {"low": 0.5, "high": 2},
        "depth": {"low": 13, "high": 22, "count": 3},
    }
    asked = {"architecture": {"preset": "regnetx_004"}, "knobs": knobs, "count": 5}
    body = client.post("/v1/scaling/sample", json=asked).json()
    (trim,) = body["trims"]
    assert (trim["knob"], trim["departure"]) == ("depth", "rounded")
    assert trim["reason"] == "to whole numbers, such as 17.5 to 18"
    for sample in body["samples"]:
        (width,) = [one for one in sample["adjustments"] if one["knob"] == "width"]
        assert width["departure"] == "rounded"
        assert width["wanted"] == sample["values"]["width_multiplier"]


def test_meanings_in_the_document_are_whole(client: TestClient) -> None:
    schema = answer_schema(Elasticity)
    described = {name: one["description"] for name, one in schema["properties"].items()}
    assert described == meanings(Elasticity)
    assert described["outcome"].endswith("is valid.")
    assert schema["description"] == "How the totals of a network follow one of its knobs."
    document = client.get("/openapi.json").json()["components"]["schemas"]
    assert document["Elasticity"]["properties"]["outcome"]["description"] == described["outcome"]
    network = "A scaled network: as it was wanted, as it became, and what it costs."
    assert document["ScaledNetwork"]["description"] == network


# What people read


def printed(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "from archmeter.app.cli import main; main()", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    return done.stdout


def test_runs_that_cost_more_than_a_constant_size_say_more() -> None:
    text = printed("schedule", "resnet18", "--stage", "1@224", "--stage", "1@112")
    assert "% more than with all images of the last size" in text
    assert "-" not in text.splitlines()[-1]


def test_a_range_without_cliffs_says_so() -> None:
    text = printed("cliffs", "resnet18", "--low", "226", "--high", "230")
    assert "no cliff from 226 to 230" in text
    assert "smooth" not in text


def test_a_search_without_a_law_ends_with_how_many_were_looked_at() -> None:
    text = printed("scale-search", "resnet18", "--target", "3", "--tolerance", "0")
    assert text.splitlines()[-1] == "1701 combinations, 0 built, 0 within 0% of 3; 0 infeasible"


def test_objectives_of_a_search_are_options() -> None:
    text = printed(
        "scale-search", "resnet18", "--grid", "0.2", "--tolerance", "0.1",
        "--least", ROOFLINE, "--most", "params", "--device", "h100",
    )  # fmt: skip
    assert f"nothing beats these in least {ROOFLINE}, most params:" in text


def test_what_networks_were_fed_stands_beside_their_name() -> None:
    scaled = printed("scale", "resnet18", "--points", "2", "--batch", "8", "--dtype", "float16")
    assert scaled.splitlines()[0] == "resnet18, batch 8, float16"
    fitted = printed("fit", "resnet18", "--max", "macs=10G", "--batch", "4")
    assert fitted.splitlines()[0] == "resnet18, batch 4"
    assert printed("cliffs", "resnet18").splitlines()[0] == "resnet18"
