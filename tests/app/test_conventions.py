"""Conventions over REST and on the command line."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from archmeter.analyzers.conventions import TOOLS
from archmeter.app.questions.conventions import ConventionReport

Ask = Callable[..., Response]

TODAY = "/v1/analyses/{id}/conventions"


@pytest.fixture
def analysis(ask: Ask) -> dict[str, Any]:
    return ask("resnext50_32x4d", batch=2).json()


def archmeter(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from archmeter.app.cli import main; main()"]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)


def test_every_tool_is_told_in_items_that_sum_to_its_figure(
    client: TestClient, analysis: dict[str, Any]
) -> None:
    body = client.get(TODAY.format(**analysis)).json()
    assert body["id"] == analysis["id"]
    assert body["input"] == analysis["input"]
    assert body["macs"] == analysis["totals"]["macs"]
    assert [one["tool"] for one in body["conventions"]] == [one.name for one in TOOLS]
    for convention in body["conventions"]:
        assert sum(item["theirs"] for item in convention["items"]) == convention["figure"]
        assert sum(item["ours"] for item in convention["items"]) == convention["ours"]


def test_the_answer_is_as_documented(client: TestClient, analysis: dict[str, Any]) -> None:
    """Routes that write their bytes themselves are not checked by FastAPI."""
    body = client.get(TODAY.format(**analysis)).content
    assert ConventionReport.from_json(body).to_json() == body


def test_one_tool_is_told_alone(client: TestClient, analysis: dict[str, Any]) -> None:
    url = TODAY.format(**analysis)
    everybody = client.get(url).json()["conventions"]
    for one in everybody:
        alone = client.get(url, params={"tool": one["tool"]}).json()
        assert alone["conventions"] == [one]


def test_a_mistake_is_called_one(client: TestClient, analysis: dict[str, Any]) -> None:
    url = TODAY.format(**analysis)
    (convention,) = client.get(url, params={"tool": "flop_counter_backward"}).json()["conventions"]
    assert convention["mistaken"]
    assert convention["figure"] > convention["ours"]
    (line,) = (item for item in convention["items"] if item["agreement"] == "mistake")
    assert "1.86 times too much" in line["what"]
    assert line["why"]


@pytest.mark.parametrize("query", [{"tool": "thorp"}, {"tools": "thop"}])
def test_unknown_tools_and_parameters_are_refused(
    client: TestClient, analysis: dict[str, Any], query: dict[str, str]
) -> None:
    response = client.get(TODAY.format(**analysis), params=query)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    (error,) = response.json()["errors"]
    assert error["field"] in query


def test_an_unknown_analysis_is_not_found(client: TestClient) -> None:
    response = client.get(TODAY.format(id="0" * 24))
    assert response.status_code == 404
    assert response.json()["code"] == "unknown_analysis"


def test_a_figure_too_large_to_be_exact_is_a_problem(client: TestClient, ask: Ask) -> None:
    body = ask("efficientnet_b7", batch=65_536).json()
    url = TODAY.format(**body)
    assert client.get(url, params={"tool": "fvcore"}).status_code == 200
    response = client.get(url)
    assert response.status_code == 422
    assert response.json()["code"] == "graph_too_large"


def test_the_command_prints_what_the_service_sends(
    client: TestClient, analysis: dict[str, Any]
) -> None:
    run = archmeter("conventions", "resnext50_32x4d", "--batch", "2", "--format", "json")
    assert json.loads(run.stdout) == client.get(TODAY.format(**analysis)).json()


def test_the_table_has_a_line_for_each_item(client: TestClient, analysis: dict[str, Any]) -> None:
    run = archmeter("conventions", "resnext50_32x4d", "--batch", "2")
    body = client.get(TODAY.format(**analysis)).json()
    lines = {" ".join(line.split()) for line in run.stdout.splitlines()}
    for convention in body["conventions"]:
        for item in convention["items"]:
            start = f"{item['what']} {item['theirs']:,} {item['ours']:,}"
            assert any(line.startswith(start) and line.endswith(item["why"]) for line in lines)


def test_the_command_refuses_an_unknown_tool_in_one_line() -> None:
    run = archmeter("conventions", "resnet50", "--tool", "torch")
    assert run.returncode == 2
    (line,) = run.stderr.splitlines()
    assert line.startswith("archmeter: ")
    assert "torchinfo" in line


def test_telling_needs_no_torch() -> None:
    code = (
        "import sys; from archmeter.app.cli import cli; "
        "cli(['conventions', 'resnet18', '--format', 'json'], standalone_mode=False); "
        "assert 'torch' not in sys.modules"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
