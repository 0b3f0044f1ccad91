"""Autocast, integer weights and folded norms, wherever a network is asked about."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.app.web.pages import read, said, words

RESNET: dict[str, Any] = {"preset": "resnet18", "resolution": 64}
FOLDED = {**RESNET, "folded": True}
PURE = "float32, float16, bfloat16, float64"


def stored(client: TestClient, architecture: dict[str, Any], dtype: str) -> dict[str, Any]:
    body = {"architecture": architecture, "batch": 2, "dtype": dtype}
    answer = client.post("/v1/analyses", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert client.get(f"/v1/analyses/{found['id']}").json() == found
    return found


@pytest.mark.parametrize("dtype", ["autocast-bfloat16", "autocast-cuda-float16"])
def test_autocast_is_asked_like_any_type(client: TestClient, dtype: str) -> None:
    found = stored(client, RESNET, dtype)
    url = f"/v1/analyses/{found['id']}"
    memory = client.get(f"{url}/memory").json()
    alive = sum(one["size_bytes"] for one in memory["live"])
    peak = alive + memory["workspace_bytes"] + memory["weight_copies_bytes"]
    assert peak == memory["inference_peak_bytes"] == found["memory"]["inference_peak_bytes"]
    kept = client.get(f"{url}/training/kept").json()
    assert kept["kept_bytes"] == found["memory"]["training_saved_bytes"]
    assert {one["dtype"] for one in kept["items"]} == {dtype.rpartition("-")[2], "float32", "int64"}
    layers = client.get(f"{url}/layers").json()["rows"]
    assert sum(layer["saved_bytes"] for layer in layers) == kept["kept_bytes"]
    batch = client.get(f"{url}/largest-batch?bytes=1GB&training=true").json()
    assert batch["batch"] > 2
    assert batch["dtype"] == dtype


@pytest.mark.parametrize("dtype", ["autocast-bfloat16", "int8", "int4-float16"])
@pytest.mark.parametrize("question", ["roofline?device=h100", "formulas"])
def test_what_is_counted_for_one_type_says_so(
    client: TestClient, dtype: str, question: str
) -> None:
    found = stored(client, RESNET, dtype)
    answer = client.get(f"/v1/analyses/{found['id']}/{question}")
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "unsupported_dtype"
    (error,) = problem["errors"]
    assert (error["field"], error["value"], error["accepted"]) == ("dtype", dtype, PURE)


@pytest.mark.parametrize(
    ("architecture", "dtype", "field"),
    [(RESNET, "int8", "dtype"), (FOLDED, "float32", "architecture.folded")],
)
@pytest.mark.parametrize(
    "question",
    ["training", "training/kept", "training/plans", "largest-batch?bytes=1GB&training=true"],
)
def test_what_only_infers_does_not_train(
    client: TestClient, architecture: dict[str, Any], dtype: str, field: str, question: str
) -> None:
    found = stored(client, architecture, dtype)
    assert found["memory"]["training_saved_bytes"] == 0
    answer = client.get(f"/v1/analyses/{found['id']}/{question}")
    assert answer.status_code == 422
    assert answer.json()["code"] == "not_trained"
    assert answer.json()["errors"][0]["field"] == field


def test_totals_of_scaled_networks_follow(client: TestClient) -> None:
    body = {
        "architecture": RESNET,
        "dtype": "autocast-bfloat16",
        "totals": ["training_saved_bytes", "training_bytes"],
        "phi": {"stop": 1, "points": 2},
    }
    halves = client.post("/v1/scaling/curves", json=body)
    singles = client.post("/v1/scaling/curves", json={**body, "dtype": "float32"})
    assert halves.status_code == singles.status_code == 200, halves.text
    refused = client.post("/v1/scaling/curves", json={**body, "dtype": "int8"})
    assert refused.json()["code"] == "not_trained"


def test_folded_is_a_knob_of_every_family(client: TestClient) -> None:
    found = stored(client, FOLDED, "float32")
    assert "folded=True" in found["name"]
    assert found["totals"]["buffers"] == 0
    refused = client.post(
        "/v1/analyses", json={"architecture": {"preset": "vit_tiny_patch16_224", "folded": True}}
    )
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["field"], error["code"]) == ("architecture.folded", "shape_mismatch")


def test_who_asks_for_a_precision_is_told_its_name(client: TestClient) -> None:
    for body in (
        {"architecture": RESNET, "precision": "autocast-float16"},
        {"architecture": {**RESNET, "precision": "autocast-float16"}},
    ):
        (error,) = client.post("/v1/analyses", json=body).json()["errors"]
        assert error["accepted"].startswith("dtype")


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("dtype=autocast-bfloat16", 3),
        ("dtype=int8", 1),
        ("folded=true", 1),
    ],
)
def test_the_explorer_says_what_can_be_said(reader: TestClient, query: str, fits: int) -> None:
    page = reader.get(f"/explore?preset=resnet18&{query}")
    assert page.status_code == 200
    assert ("it only infers" in words(read(page))) == (fits == 1)
    part = reader.get(f"/explore/fits?preset=resnet18&{query}")
    assert len(said(read(part), "//div[@class='card']/dt")) == fits
    charts = words(read(reader.get(f"/explore/charts?preset=resnet18&{query}")))
    assert ("The least time on a device is counted for one type" in charts) == ("dtype" in query)
