"""Closed forms over REST and on the command line."""

import json
import subprocess
import sys
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.app.conftest import Ask

COMMAND = [sys.executable, "-c", "from archmeter.app.cli import main; main()", "formulas"]


def run(*options: str, fails: bool = False) -> str:
    done = subprocess.run([*COMMAND, *options], capture_output=True, text=True, check=False)
    assert done.returncode == (2 if fails else 0), done.stderr
    return done.stderr if fails else done.stdout


def by_figure(body: dict[str, Any]) -> dict[str, Any]:
    return {figure["figure"]: figure for figure in body["figures"]}


def test_an_analysis_has_formulas_that_hold_for_it(client: TestClient, ask: Ask) -> None:
    analysis = ask("resnet50", batch=8).json()
    body = client.get(f"/v1/analyses/{analysis['id']}/formulas").json()
    assert body["id"] == analysis["id"]
    figures = by_figure(body)
    assert figures["macs"]["text"] == "N·(81456·H·W + 2048·num_classes)"
    assert figures["macs"]["python"] == "N*(81456*H*W + 2048*num_classes)"
    for source in (analysis["totals"], analysis["memory"]):
        for name, value in source.items():
            assert name not in figures or figures[name]["value"] == value
    kinds = analysis["totals"]["flops_by_kind"]
    assert {f"flops.{kind}": value for kind, value in kinds.items()}.items() <= {
        name: figure["value"] for name, figure in figures.items()
    }.items()
    height = body["symbols"][1]
    assert (height["symbol"], height["minimum"], height["modulus"]) == ("H", 32, 32)


def test_symbols_are_chosen_by_query(client: TestClient, ask: Ask) -> None:
    analysis = ask("resnet18").json()
    address = f"/v1/analyses/{analysis['id']}/formulas"
    body = client.get(address, params={"symbols": "H=W,base_width=stem_width"}).json()
    assert [symbol["symbol"] for symbol in body["symbols"]] == ["H", "base_width"]
    assert by_figure(body)["params.mac"]["text"] == "2724·base_width^2 + 8147·base_width"


@pytest.mark.parametrize(
    ("symbols", "code"),
    [
        ("colour", "unknown_symbol"),
        ("base_width", "not_symbolic"),
        ("base_width=num_classes", "spec_conflict"),
        ("N,,H", "invalid_request"),
    ],
)
def test_symbols_that_cannot_be_left_open_are_refused(
    client: TestClient, ask: Ask, symbols: str, code: str
) -> None:
    analysis = ask("resnet18").json()
    answer = client.get(f"/v1/analyses/{analysis['id']}/formulas", params={"symbols": symbols})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["errors"]


def test_formulas_of_no_analysis_are_not_found(client: TestClient) -> None:
    assert client.get(f"/v1/analyses/{'0' * 24}/formulas").status_code == 404


def test_every_block_is_listed_and_leads_to_its_formulas(client: TestClient) -> None:
    blocks = client.get("/v1/formulas").json()["items"]
    assert {"basic", "bottleneck", "grouped_conv"} <= {block["name"] for block in blocks}
    for block in blocks:
        body = client.get(block["links"]["self"]).json()
        assert body["name"] == block["name"]
        assert [symbol["symbol"] for symbol in body["symbols"]] == list(block["symbols"])
        assert by_figure(body)["flops"]["text"] != "0"


def test_numbers_can_stand_for_symbols_of_a_block(client: TestClient) -> None:
    body = client.get("/v1/formulas/grouped_conv", params={"fix": "K=3,s=1"}).json()
    assert by_figure(body)["params.mac"]["text"] == "9·C·M/G"
    half = client.get("/v1/formulas/basic", params={"dtype": "float16"}).json()
    assert by_figure(half)["training_saved_bytes"]["text"] == "8·N·C·H·W + 16·C"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"fix": "K=2"}, "outside_domain"),
        ({"fix": "Z=2"}, "unknown_symbol"),
        ({"fix": "K"}, "invalid_request"),
        ({"fix": "K=3,K=5"}, "invalid_request"),
        ({"dtype": "int8"}, "invalid_request"),
        ({"colour": "red"}, "invalid_request"),
    ],
)
def test_values_outside_the_domain_of_a_block_are_refused(
    client: TestClient, query: dict[str, str], code: str
) -> None:
    answer = client.get("/v1/formulas/conv", params=query)
    assert answer.status_code == 422
    assert answer.json()["code"] == code


def test_an_unknown_block_is_not_found_and_the_nearest_named(client: TestClient) -> None:
    answer = client.get("/v1/formulas/basik")
    assert answer.status_code == 404
    assert "nearest: basic" in answer.json()["detail"]


def test_the_command_prints_what_the_service_sends(client: TestClient, ask: Ask) -> None:
    analysis = ask("resnet18").json()
    sent = client.get(f"/v1/analyses/{analysis['id']}/formulas", params={"symbols": "N,H"}).json()
    assert json.loads(run("resnet18", "--symbols", "N,H", "--format", "json")) == sent
    block = client.get("/v1/formulas/conv", params={"fix": "K=3"}).json()
    options = ["--block", "conv", "--set", "K=3", "--format"]
    assert json.loads(run(*options, "json")) == block
    assert run(*options, "python") == block["python"]
    assert run(*options, "latex") == block["latex"]
    assert json.loads(run("--format", "json")) == client.get("/v1/formulas").json()


def test_tables_show_expressions_and_their_domain() -> None:
    table = run("--block", "basic")
    assert "N·H·W·(36·C^2 + 7·C)" in table
    assert "C >= 1" in table
    assert "residual block of ResNet-18 and 34" in run()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--block", "basik"], "nearest: basic"),
        (["--block", "basic", "--set", "C=0"], "C = 0"),
        (["--block", "basic", "--set", "C"], "SYMBOL=NUMBER"),
        (["resnet50", "--block", "basic"], "--block goes with"),
        (["resnet50", "--symbols", "colour"], "unknown symbol"),
        (["--block", "basic", "--dtype", "int8"], "dtype"),
    ],
)
def test_what_is_wrong_on_the_command_line_is_one_line(options: list[str], words: str) -> None:
    message = run(*options, fails=True)
    assert words in message
    assert len(message.splitlines()) == 1
