"""Memory and training over REST and on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from archmeter.app.cli import main

RESNET = {"architecture": {"preset": "resnet18"}, "batch": 4}


@pytest.fixture
def url(client: TestClient) -> str:
    return f"/v1/analyses/{client.post('/v1/analyses', json=RESNET).json()['id']}"


def test_the_memory_of_a_forward_pass_has_its_peak_among_its_moments(
    client: TestClient, url: str
) -> None:
    analysis, memory = client.get(url).json(), client.get(f"{url}/memory").json()
    peak = analysis["memory"]["inference_peak_bytes"]
    assert memory["inference_peak_bytes"] == peak
    assert max(point["live_bytes"] for point in memory["timeline"]) == peak
    assert sum(one["size_bytes"] for one in memory["live"]) + memory["workspace_bytes"] == peak
    assert len(memory["timeline"]) == analysis["totals"]["operators"]


def test_a_training_step_is_shown_under_its_options(client: TestClient, url: str) -> None:
    plain = client.get(f"{url}/training").json()
    saved = client.get(url).json()["memory"]["training_saved_bytes"]
    assert plain["memory"]["kept_bytes"] == saved
    frozen = client.get(f"{url}/training?freeze=stage2&optimizer=adam").json()
    assert frozen["trainable_params"] < plain["trainable_params"]
    assert frozen["memory"]["optimizer_bytes"] > 0
    assert frozen["options"]["freeze"] == "stage2"
    again = client.get(f"{url}/training?checkpoint=stage1,stage2.basic2").json()
    assert again["recomputed_parts"] == ["stage1", "stage2.basic2"]
    assert again["macs"]["recomputed"] > 0


def test_its_tables_sum_to_its_figures(client: TestClient, url: str) -> None:
    training = client.get(f"{url}/training").json()
    kept = client.get(f"{url}/training/kept").json()
    assert sum(one["size_bytes"] for one in kept["items"]) == kept["kept_bytes"]
    assert kept["kept_bytes"] == training["memory"]["kept_bytes"]
    layers = client.get(f"{url}/training/layers").json()
    for product, total in layers["total"].items():
        assert (
            sum(layer[product] for layer in layers["items"]) == total == training["macs"][product]
        )
    timeline = client.get(f"{url}/training/timeline").json()["items"]
    fullest = max(timeline, key=lambda point: point["live_bytes"])
    assert fullest == training["fullest"]
    plans = client.get(f"{url}/training/plans").json()["items"]
    assert plans[0]["checkpoint"] == "none"
    assert plans[0]["kept_bytes"] == kept["kept_bytes"]


def test_the_largest_batch_is_found(client: TestClient, url: str) -> None:
    query = "bytes=4000000000&training=true&optimizer=adamw"
    found = client.get(f"{url}/largest-batch?{query}").json()
    assert found["needed_bytes"] <= 4_000_000_000 < found["next_bytes"]
    inference = client.get(f"{url}/largest-batch?bytes=4000000000").json()
    assert inference["batch"] > found["batch"] > 0


@pytest.mark.parametrize(
    ("query", "field", "accepted"),
    [
        ("training?freeze=stage9", "freeze", "stage4"),
        ("training?checkpoint=everything", "checkpoint", "block"),
        ("training?optimizer=lion", "optimizer", "adamw"),
        ("training?colour=red", "colour", "optimizer"),
        ("largest-batch", "bytes", "integer"),
        ("largest-batch?bytes=0", "bytes", "1"),
    ],
)
def test_what_is_wrong_is_named(
    client: TestClient, url: str, query: str, field: str, accepted: str
) -> None:
    answer = client.get(f"{url}/{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["field"].endswith(field)
    assert accepted in error["accepted"]


def test_an_unknown_analysis_is_not_found(client: TestClient) -> None:
    for path in ("memory", "training", "training/plans", "largest-batch?bytes=1"):
        assert client.get(f"/v1/analyses/{'0' * 24}/{path}").status_code == 404


def run(monkeypatch: Any, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["archmeter", *arguments])
    with pytest.raises(SystemExit) as status:
        main()
    return int(status.value.code or 0)


def test_the_command_prints_what_the_service_sends(
    client: TestClient, url: str, monkeypatch: Any, capfdbinary: Any
) -> None:
    arguments = ("train", "resnet18", "--batch", "4", "--freeze", "backbone", "--format", "json")
    assert run(monkeypatch, *arguments) == 0
    printed = json.loads(capfdbinary.readouterr().out)
    sent = client.get(f"{url}/training?freeze=backbone").json()
    assert printed == {key: sent[key] for key in printed}


@pytest.mark.parametrize("what", ["plans", "kept", "layers", "timeline"])
def test_the_command_lists_what_the_service_lists(
    what: str, client: TestClient, url: str, monkeypatch: Any, capfdbinary: Any
) -> None:
    arguments = ("train", "resnet18", "--batch", "4", "--freeze", "stage3", f"--{what}")
    assert run(monkeypatch, *arguments, "--format", "json") == 0
    printed = json.loads(capfdbinary.readouterr().out)
    sent = client.get(f"{url}/training/{what}?freeze=stage3").json()
    assert printed == {key: sent[key] for key in printed}
    assert run(monkeypatch, *arguments) == 0
    lines = capfdbinary.readouterr().out.decode().splitlines()
    shown = lines[lines.index("4 x 224x224, float32") :]
    last = sent["items"][-1]
    name = last.get("path", last.get("checkpoint"))
    assert any(name in line for line in shown)
    assert len(shown) > len(sent["items"]) + 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("train", "resnet18", "--kept", "--plans"), "one of"),
        (("largest-batch", "resnet18", "--bytes", "much"), "16GB"),
        (("largest-batch", "resnet18", "--bytes", "1e400"), "16GB"),
        (("train", "resnet18", "--freeze", "stage9"), "stage9"),
        (("train", "resnet18", "--optimizer", "lion"), "adamw"),
        (("memory",), "preset"),
    ],
)
def test_bad_options_are_one_line(
    arguments: tuple[str, ...], words: str, monkeypatch: Any, capsys: Any
) -> None:
    assert run(monkeypatch, *arguments) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
