"""What layers see of the image, over REST and on the command line."""

import json
from collections.abc import Callable
from typing import get_type_hints

from httpx2 import Response
from starlette.testclient import TestClient

from archmeter.analyzers.coverage import SeenRow
from tests.app.test_cli import Run
from tests.app.test_cli import run as run  # noqa: PLC0414 - a fixture

Ask = Callable[..., Response]


def test_layers_and_stages_show_what_they_see(client: TestClient, ask: Ask) -> None:
    analysis = ask("inception_v3").json()
    body = client.get(f"{analysis['links']['self']}/receptive-field").json()
    assert body["id"] == analysis["id"]
    assert body["resolution"] == [299, 299]
    assert len(body["rows"]) == analysis["totals"]["operators"]
    assert body["rows"][0].keys() == get_type_hints(SeenRow).keys()
    stages = {row["stage"]: row for row in body["stages"]}
    assert list(stages) == [stage["path"] for stage in analysis["stages"]]
    assert stages["stem"]["receptive_field"] == [31, 31]
    assert stages["stem"]["stride"] == [8, 8]
    assert 0 < stages["stem"]["covered_least"] < stages["stem"]["covered"] < 0.02
    assert stages["stage3"]["covered_least"] == 1
    assert body["middle_whole_at"].startswith("stage2.")


def test_batch_and_dtype_change_nothing_that_is_seen(client: TestClient, ask: Ask) -> None:
    one, many = (
        client.get(f"{ask('resnet18', batch=n).json()['links']['self']}/receptive-field").json()
        for n in (1, 64)
    )
    assert [row["covered_mean"] for row in one["rows"]] == [
        row["covered_mean"] for row in many["rows"]
    ]


def test_image_too_large_to_follow_is_a_problem(client: TestClient, ask: Ask) -> None:
    analysis = ask("swin_tiny_patch4_window7_224", resolution=4096).json()
    answer = client.get(f"{analysis['links']['self']}/receptive-field")
    assert answer.status_code == 422
    assert answer.json()["code"] == "sight_too_large"


def test_receptive_field_of_an_unknown_analysis_is_not_found(client: TestClient) -> None:
    assert client.get("/v1/analyses/nobody/receptive-field").status_code == 404


def test_command_prints_what_the_service_sends(run: Run, client: TestClient, ask: Ask) -> None:
    analysis = ask("resnet18", resolution=[128, 96]).json()
    _, out, _ = run("receptive-field", "resnet18", "--resolution", "128x96", "--format", "json")
    sent = client.get(f"{analysis['links']['self']}/receptive-field").json()
    assert json.loads(out) == sent


def test_table_has_a_line_for_each_stage_or_layer(run: Run) -> None:
    _, stages, _ = run("receptive-field", "resnet18")
    assert "435×435" in stages
    assert "from head.pool" in stages
    assert "stage1.basic1.conv1" not in stages
    _, layers, _ = run("receptive-field", "resnet18", "--layers")
    assert "stage1.basic1.conv1" in layers
