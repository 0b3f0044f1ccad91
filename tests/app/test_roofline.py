"""Rooflines and devices, over REST and on the command line."""

import json
from collections.abc import Callable
from typing import Any, get_type_hints

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from archmeter.analyzers.answers.units import duration
from archmeter.analyzers.devices import devices
from archmeter.analyzers.roofline import RooflineRow
from tests.app.test_cli import Run
from tests.app.test_cli import run as run  # noqa: PLC0414 - a fixture

Ask = Callable[..., Response]


@pytest.fixture
def analysis(ask: Ask) -> dict[str, Any]:
    return ask("mobilenetv2_100", batch=8).json()


def drawn(client: TestClient, analysis: dict[str, Any], **query: Any) -> dict[str, Any]:
    answer = client.get(f"{analysis['links']['self']}/roofline", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_devices_are_listed_and_read_by_name(client: TestClient) -> None:
    listed = client.get("/v1/devices").json()["items"]
    assert [item["name"] for item in listed] == list(devices())
    for item in listed:
        assert client.get(item["links"]["self"]).json() == item
    h200 = client.get("/v1/devices/h200").json()
    assert h200["bytes_per_s"] == 4_800_000_000_000
    assert h200["matrix_flops_per_s"]["float16"] == 989_400_000_000_000
    assert "data sheet" in h200["source"]


def test_unknown_device_is_not_found_in_a_path_and_refused_in_a_query(
    client: TestClient, analysis: dict[str, Any]
) -> None:
    absent = client.get("/v1/devices/h20")
    assert absent.status_code == 404
    refused = client.get(f"{analysis['links']['self']}/roofline", params={"device": "h20"})
    assert refused.status_code == 422
    for answer in (absent, refused):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "unknown_device"
        assert "h200" in answer.json()["errors"][0]["accepted"]


def test_rows_are_flat_and_sum_to_the_bound_they_show(
    client: TestClient, analysis: dict[str, Any]
) -> None:
    for fused, shown in ((True, "fused_bound"), (False, "separate_bound")):
        body = drawn(client, analysis, device="a100", fused=fused)
        bound = body[shown]
        assert body["fused"] is fused
        assert len(body["rows"]) == bound["kernels"]
        assert sum(row["seconds"] for row in body["rows"]) == pytest.approx(bound["seconds"])
        assert sum(row["bytes"] for row in body["rows"]) == bound["bytes"]
        assert sum(spent["seconds"] for spent in body["spent"]) == pytest.approx(bound["seconds"])
        assert body["rows"][0].keys() == get_type_hints(RooflineRow).keys()
        assert body["rows"][0]["path"] == "stem.conv"
    assert body["fused_bound"]["seconds"] < body["separate_bound"]["seconds"]
    assert body["floor_seconds"] < body["fused_bound"]["seconds"]
    assert body["fits"] is True
    assert body["input"] == analysis["input"]


def test_own_rates_stand_in_for_a_device(client: TestClient, analysis: dict[str, Any]) -> None:
    own = drawn(client, analysis, flops_per_s=1e12, bytes_per_s=1e11)
    assert own["device"]["name"] is None
    assert own["fits"] is None
    assert own["device"]["ridge"] == 10
    faster = drawn(client, analysis, flops_per_s=2e12, bytes_per_s=2e11)
    assert own["fused_bound"]["seconds"] == pytest.approx(2 * faster["fused_bound"]["seconds"])
    wider = drawn(client, analysis, device="t4", bytes_per_s=1e15)
    assert wider["device"]["matrix_flops_per_s"] == 8.1e12
    assert wider["device"]["bytes_per_s"] == 1e15
    assert wider["fused_bound"]["compute_share"] == 1


def test_tf32_is_what_single_precision_gets_unless_refused(
    client: TestClient, analysis: dict[str, Any]
) -> None:
    assert drawn(client, analysis, device="a100")["device"]["matrix_flops_per_s"] == 156e12
    exact = drawn(client, analysis, device="a100", tf32=False)
    assert exact["device"]["matrix_flops_per_s"] == 19.5e12


def test_network_that_does_not_fit_is_said_not_to(client: TestClient, ask: Ask) -> None:
    analysis = ask("resnet152", batch=4096).json()
    body = drawn(client, analysis, device="l4")
    assert body["fits"] is False
    memory = analysis["memory"]
    assert body["needed_bytes"] == sum(
        memory[f"{part}_bytes"] for part in ("weights", "buffers", "input", "inference_peak")
    )


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({}, "device", "no_device"),
        ({"flops_per_s": 1e12}, "device", "no_device"),
        ({"device": "h100", "flops_per_s": 0}, "flops_per_s", "greater_than_equal"),
        ({"device": "h100", "bytes_per_s": "inf"}, "bytes_per_s", "finite_number"),
        ({"device": "h100", "fused": "maybe"}, "fused", "bool_parsing"),
        ({"device": "h100", "colour": "red"}, "colour", "extra_forbidden"),
    ],
)
def test_other_queries_are_refused_by_field(
    client: TestClient, analysis: dict[str, Any], query: dict[str, Any], field: str, code: str
) -> None:
    answer = client.get(f"{analysis['links']['self']}/roofline", params=query)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)


def test_type_that_a_device_has_no_rate_for_is_refused(client: TestClient) -> None:
    body = {"architecture": {"preset": "resnet18"}, "dtype": "float64"}
    analysis = client.post("/v1/analyses", json=body).json()
    url = f"{analysis['links']['self']}/roofline"
    answer = client.get(url, params={"device": "jetson_agx_orin"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "unknown_rate"


def test_roofline_of_an_unknown_analysis_is_not_found(client: TestClient) -> None:
    answer = client.get("/v1/analyses/nobody/roofline", params={"device": "h100"})
    assert answer.status_code == 404


def test_command_prints_what_the_service_sends(
    run: Run, client: TestClient, analysis: dict[str, Any]
) -> None:
    options = ("--device", "h100", "--no-fused", "--batch", "8", "--format", "json")
    status, out, _ = run("roofline", "mobilenetv2_100", *options)
    assert status == 0
    assert json.loads(out) == drawn(client, analysis, device="h100", fused=False)
    assert json.loads(run("devices", "--format", "json")[1]) == client.get("/v1/devices").json()


def test_table_shows_what_spends_the_bound_and_says_that_it_is_one(run: Run) -> None:
    _, out, _ = run("roofline", "mobilenetv2_100", "--device", "h200", "--layers", "2")
    assert "depthwise convolution" in out
    assert "A bound, no forecast" in out
    assert "stage2.mbconv1.conv2" in out
    _, body, _ = run("roofline", "mobilenetv2_100", "--device", "h200", "--format", "json")
    computing = json.loads(body)["fused_bound"]["compute_share"]
    assert computing < 0.1
    assert f"{computing:.0%} of the time computing, {1 - computing:.0%} moving" in out
    _, out, _ = run("roofline", "resnet50", "--device", "l4", "--batch", "65536", "--layers", "0")
    assert "which does not fit into 24.00 GB" in out
    assert "longest kernels" not in out
    _, out, _ = run("devices")
    assert all(name in out for name in devices())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("roofline", "resnet50"), "name a device"),
        (("roofline", "resnet50", "--device", "h20"), "nearest: h200"),
        (("roofline", "resnet50", "--device", "h200", "--bytes-per-s", "0"), "bytes_per_s"),
        (("roofline", "resnet50", "--device", "h200", "--layers", "-1"), "--layers"),
    ],
)
def test_mistakes_on_the_command_line_are_one_line(
    run: Run, arguments: tuple[str, ...], words: str
) -> None:
    status, _, err = run(*arguments)
    assert status == 2
    assert words in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (2, "2.000 s"),
        (0.99996, "1.000 s"),
        (0.0011609, "1.161 ms"),
        (457.47e-6, "457.5 µs"),
        (8.5e-10, "0.8500 ns"),
    ],
)
def test_durations_keep_four_digits(seconds: float, text: str) -> None:
    assert duration(seconds) == text
