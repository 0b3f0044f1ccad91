"""Maps for a pyramid of features, over REST, on the command line and from Python."""

import json
from collections.abc import Callable

from httpx2 import Response
from starlette.testclient import TestClient

from tests.app.test_cli import Run
from tests.app.test_cli import run as run  # noqa: PLC0414 - a fixture

Ask = Callable[..., Response]


def test_maps_are_listed_with_what_they_cost(client: TestClient, ask: Ask) -> None:
    analysis = ask("resnet50", batch=2).json()
    body = client.get(f"{analysis['links']['self']}/features").json()
    assert body["id"] == analysis["id"]
    assert [row["channels"] for row in body["items"]] == [64, 256, 512, 1024, 2048]
    assert body["items"][1] == {
        "path": "stage1.bottleneck3",
        "stride": [4, 4],
        "channels": 256,
        "height": 56,
        "width": 56,
        "map_bytes": 2 * 4 * 256 * 56 * 56,
        "params": 225_344,
        "macs": 1_571_913_728,
    }


def test_the_same_is_asked_by_body_and_by_url(client: TestClient) -> None:
    posted = client.post("/v1/features", json={"preset": "efficientnet_b0"}).json()
    read = client.get("/v1/features?preset=efficientnet_b0").json()
    assert posted == read
    assert [row["channels"] for row in read["items"]] == [16, 24, 40, 112, 320]


def test_command_prints_what_the_service_sends(run: Run, client: TestClient) -> None:
    _, out, _ = run("features", "vit_base_patch16_224", "--format", "json")
    assert json.loads(out) == client.get("/v1/features?preset=vit_base_patch16_224").json()


def test_table_has_a_line_for_each_map(run: Run) -> None:
    _, out, _ = run("features", "resnet50", "--set", "output_stride=16")
    lines = [line.split() for line in out.splitlines() if "bottleneck" in line]
    assert [line[:3] for line in lines] == [
        ["stage1.bottleneck3", "4×4", "256"],
        ["stage2.bottleneck4", "8×8", "512"],
        ["stage3.bottleneck6", "16×16", "1024"],
        ["stage4.bottleneck3", "16×16", "2048"],
    ]
