"""Budgets, samples and trades over REST and on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from archmeter.app.ask.design_space import at_least, at_most, bound_of, knob_of
from archmeter.app.ask.spelling import domain_of
from archmeter.models.errors import ArchmeterError

FIT: dict[str, Any] = {
    "architecture": {"preset": "regnetx_002"},
    "knobs": {"depth": {"low": 10, "high": 12}, "group_width": [8, 16]},
    "bounds": [{"total": "macs", "at_most": 2e8}],
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from archmeter.app.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_same_question_is_answered_from_the_cache(client: TestClient) -> None:
    question = {**FIT, "seed": 4711}
    first = client.post("/v1/scaling/fit", json=question)
    again = client.post("/v1/scaling/fit", json=dict(reversed(question.items())))
    assert first.headers["cache-status"] == "archmeter; fwd=miss; stored"
    assert again.headers["cache-status"] == "archmeter; hit"
    assert again.content == first.content


def test_questions_are_spelled_shortly_in_a_link(client: TestClient) -> None:
    query: dict[str, Any] = {
        "preset": "regnetx_002",
        "knobs": '{"depth": "10:12", "group_width": "8,16"}',
        "bounds": '["macs<=200M"]',
        "objective": "most macs",
    }
    found = client.get("/v1/scaling/fit", params=query)
    assert found.status_code == 200, found.text
    assert found.content == client.post("/v1/scaling/fit", json=FIT).content


@pytest.mark.parametrize(
    ("change", "field", "accepted"),
    [
        ({"bounds": ["macs<6"]}, "bounds.0", "TOTAL[@BATCH]<=AMOUNT, or >="),
        ({"bounds": ["macs<=6 bananas"]}, "bounds.0", "TOTAL[@BATCH]<=AMOUNT, or >="),
        ({"knobs": {"depth": 7}}, "knobs.depth", "an object of"),
    ],
)
def test_what_is_misspelt_is_told_how_it_is_spelled(
    client: TestClient, change: dict[str, Any], field: str, accepted: str
) -> None:
    answer = client.post("/v1/scaling/fit", json={**FIT, **change})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert accepted in error["accepted"]


def test_what_is_found_can_be_analyzed(client: TestClient) -> None:
    best = client.post("/v1/scaling/fit", json=FIT).json()["best"][0]
    analysis = client.post("/v1/analyses", json={"architecture": best["architecture"]}).json()
    assert analysis["architecture"] == best["architecture"]
    assert analysis["totals"]["macs"] == best["totals"]["macs"]


def test_an_impossible_budget_is_no_error(client: TestClient) -> None:
    answer = client.post(
        "/v1/scaling/fit", json={**FIT, "bounds": [{"total": "params", "at_most": 1000}]}
    )
    body = answer.json()
    assert answer.status_code == 200
    assert body["feasible"] is False
    assert body["misses"][0]["miss"] > 0
    assert body["binding"] == "params ≤ 1,000"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"bounds": [{"total": "macs", "at_least": 3, "at_most": 2}]},
         "contradictory_bounds", "bounds.0.at_least"),
        ({"bounds": [{"total": "macs"}]}, "contradictory_bounds", "bounds.0"),
        ({"bounds": [{"total": "mac", "at_most": 2}]}, "invalid_request", "bounds.0.total"),
        ({"bounds": []}, "invalid_request", "bounds"),
        ({"knobs": {"dpeth": [1]}}, "unknown_knob", "knobs.dpeth"),
        ({"knobs": {"depth": 7}}, "invalid_request", "knobs.depth"),
        ({"knobs": {"depth": "many"}}, "impossible_knob", "knobs.depth.0"),
        ({"bounds": ["mac<=6G"]}, "invalid_request", "bounds.0"),
        ({"objective": "least mac"}, "invalid_request", "objective"),
        ({"knobs": {"depth": {"low": 3, "high": 2}}}, "impossible_knob", "knobs.depth.low"),
        ({"knobs": {"depth": [0]}}, "impossible_knob", "knobs.depth.0"),
        ({"architecture": {"preset": "regnet"}}, "unknown_preset", "architecture.preset"),
        ({"architecture": {"preset": "resnet18", "stem": 1}}, "invalid_request",
         "architecture.stem"),
        ({"others": [{"architecture": {"preset": "regnet"}}]}, "unknown_preset",
         "others.0.architecture.preset"),
        ({"others": [{"architecture": {"preset": "resnet18", "stem": 1}}]}, "invalid_request",
         "others.0.architecture.stem"),
        ({"others": [{"architecture": {"preset": "resnet18"}, "knobs": {"stem": ["conv9"]}}]},
         "impossible_knob", "others.0.knobs.stem.0"),
        ({"architecture": {"preset": "resnet18"}, "knobs": {"depth": [17]}},
         "nothing_to_build", "knobs"),
        ({"objective": {"total": "roofline_seconds"}}, "no_device", "device"),
        ({"max_specs": 10**9}, "invalid_request", "max_specs"),
        ({"colour": "red"}, "invalid_request", "colour"),
    ],
)  # fmt: skip
def test_contradictory_questions_are_refused(
    client: TestClient, change: dict[str, Any], code: str, field: str
) -> None:
    answer = client.post("/v1/scaling/fit", json={**FIT, **change})
    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert (problem["code"], problem["errors"][0]["field"]) == (code, field)
    assert problem["errors"][0]["accepted"]


@pytest.mark.parametrize(
    ("noun", "question", "field"),
    [
        ("sample", {"knobs": {"width_multiplier": [99]}}, "knobs.width_multiplier.0"),
        ("sample", {"knobs": {}}, "knobs"),
        ("iso-cost", {"depth": {"knob": "dpeth", "values": [1]}}, "depth.knob"),
        ("iso-cost", {"width": {"knob": "wa", "values": {"low": 2, "high": 1}}},
         "width.values.low"),
        ("iso-cost", {"width": {"knob": "depth_multiplier", "values": [1]}}, None),
        ("cardinality", {}, "architecture.family"),
        ("cardinality", {"architecture": {"preset": "resnext50_32x4d"}, "part": "stage7"}, "part"),
    ],
)  # fmt: skip
def test_other_searches_refuse_as_clearly(
    client: TestClient, noun: str, question: dict[str, Any], field: str | None
) -> None:
    base = {"architecture": {"preset": "regnetx_002"}}
    answer = client.post(f"/v1/scaling/{noun}", json={**base, **question})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_the_time_on_a_device_can_be_bounded(client: TestClient) -> None:
    bounds = [{"total": "roofline_seconds", "at_most": 5e-5}]
    answer = client.post("/v1/scaling/fit", json={**FIT, "bounds": bounds, "device": "h100"})
    (check,) = answer.json()["best"][0]["checks"]
    assert 0 < check["value"] <= 5e-5


def test_the_command_prints_what_the_service_sends(client: TestClient) -> None:
    options = ["--knob", "depth=10:12", "--knob", "group_width=8,16", "--max", "macs=200M"]
    printed = run("fit", "regnetx_002", *options, "--format", "json")
    assert printed.returncode == 0, printed.stderr
    assert json.loads(printed.stdout) == client.post("/v1/scaling/fit", json=FIT).json()
    table = run("fit", "regnetx_002", *options)
    assert "6 combinations, all of them" in table.stdout
    assert "macs ≤ 200.0 M" in table.stdout


def test_several_presets_are_several_spaces(client: TestClient) -> None:
    knobs = {"width_multiplier": [0.5, 1]}
    printed = run(
        "fit", "resnet18", "mobilenetv2_100", "--knob", "width_multiplier=0.5,1",
        "--min", "macs=250M", "--least", "params", "--set", "num_classes=10", "--format", "json",
    )  # fmt: skip
    sent = client.post(
        "/v1/scaling/fit",
        json={
            "architecture": {"preset": "resnet18", "num_classes": 10},
            "knobs": knobs,
            "others": [
                {"architecture": {"preset": "mobilenetv2_100", "num_classes": 10}, "knobs": knobs}
            ],
            "bounds": [{"total": "macs", "at_least": 250e6}],
            "objective": {"total": "params", "sense": "least"},
        },
    )
    assert json.loads(printed.stdout) == sent.json()


@pytest.mark.parametrize(
    ("noun", "options", "question"),
    [
        (
            "sample",
            ["--knob", "depth=8:14", "--knob", "wa=8~40", "--count", "5", "--total", "macs"],
            {
                "knobs": {
                    "depth": {"low": 8, "high": 14},
                    "wa": {"low": 8, "high": 40, "law": "log_uniform"},
                },
                "count": 5,
                "totals": ["macs"],
            },
        ),
        (
            "iso-cost",
            ["--depth", "depth=8:14", "--width", "width_multiplier=0.5:2/7", "--total", "params"],
            {
                "depth": {"knob": "depth", "values": {"low": 8, "high": 14}},
                "width": {
                    "knob": "width_multiplier",
                    "values": {"low": 0.5, "high": 2, "count": 7},
                },
                "total": "params",
            },
        ),
    ],
)
def test_commands_ask_the_same(
    client: TestClient, noun: str, options: list[str], question: dict[str, Any]
) -> None:
    printed = run(noun, "regnetx_002", *options, "--format", "json")
    asked = {"architecture": {"preset": "regnetx_002"}, **question}
    assert json.loads(printed.stdout) == client.post(f"/v1/scaling/{noun}", json=asked).json()
    assert run(noun, "regnetx_002", *options).stdout


def test_cardinality_is_asked_on_the_command_line(client: TestClient) -> None:
    printed = run("cardinality", "resnext50_1x64d", "--to", "2,32", "--format", "json")
    asked = {"architecture": {"preset": "resnext50_1x64d"}, "cardinalities": [2, 32]}
    assert json.loads(printed.stdout) == client.post("/v1/scaling/cardinality", json=asked).json()
    assert "32×4d" in run("cardinality", "resnext50_1x64d", "--to", "2,32").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["fit", "resnet18", "--max", "macs"],
        ["fit", "resnet18", "--max", "macs=6x"],
        ["fit", "resnet18", "--knob", "depth", "--max", "macs=6G"],
        ["fit", "resnet18", "--knob", "depth=1", "--knob", "depth=2", "--max", "macs=6G"],
        ["fit", "resnet18", "--max", "macs=6G", "--most", "macs", "--least", "params"],
        ["fit", "resnet18"],
        ["sample", "resnet18"],
        ["iso-cost", "resnet18", "--depth", "depth"],
        ["cardinality", "resnet18", "--to", "2"],
    ],
)
def test_mistakes_are_one_line(arguments: list[str]) -> None:
    failed = run(*arguments)
    assert failed.returncode == 2
    assert failed.stderr.startswith("archmeter: ")
    assert failed.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("12:28", {"low": 12, "high": 28}),
        ("24:96:8", {"low": 24, "high": 96, "step": 8}),
        ("0.5~2/9", {"low": 0.5, "high": 2, "count": 9, "law": "log_uniform"}),
        ("-1:1e3:0.5", {"low": -1, "high": 1000.0, "step": 0.5}),
        ("8,16", [8, 16]),
        ("relu,silu", ["relu", "silu"]),
        ("3", [3]),
        ("[[3,4,6,3],[3,4,23,3]]", [[3, 4, 6, 3], [3, 4, 23, 3]]),
        ("true,false", [True, False]),
    ],
)
def test_knobs_are_spelled_shortly(text: str, domain: object) -> None:
    assert domain_of(text) == domain
    assert knob_of(f"stages.*.width={text}") == ("stages.*.width", domain)


def test_bounds_are_spelled_with_prefixes() -> None:
    assert at_most("macs=600M") == {"total": "macs", "at_most": 600e6}
    memory = {"total": "training_bytes", "at_most": 16e9, "batch": 128}
    assert at_most("training_bytes@128=16GB") == bound_of("training_bytes@128<=16GB") == memory
    params = {"total": "params", "at_least": 1e6}
    assert at_least("params=1e6") == bound_of("params >= 1e6") == params
    with pytest.raises(ArchmeterError, match="takes TOTAL"):
        at_least("params<1")
    assert "--min takes TOTAL[@BATCH]=AMOUNT" in run("fit", "resnet18", "--min", "params<1").stderr


def test_long_searches_do_not_keep_others_waiting(client: TestClient) -> None:
    """Answers are given in threads: while one is counted, the service says it is well."""
    long = {**FIT, "knobs": {"depth": {"low": 10, "high": 28}, "w0": {"low": 24, "high": 96}}}
    answers: list[int] = []
    asked = threading.Thread(
        target=lambda: answers.append(client.post("/v1/scaling/fit", json=long).status_code)
    )
    asked.start()
    time.sleep(0.15)  # by now it is being counted
    health = client.get("/healthz") if asked.is_alive() else None
    still_counting = asked.is_alive()
    asked.join()
    assert answers == [200]
    assert health is not None
    assert health.status_code == 200
    assert still_counting, "the search was over too soon to tell"
