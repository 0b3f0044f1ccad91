"""Published figures over REST and on the command line."""

import json
import subprocess
import sys

from starlette.testclient import TestClient


def test_published_figures_are_listed_beside_the_counted_ones(client: TestClient) -> None:
    body = client.get("/v1/published", params={"family": "resnet"}).json()
    assert body["total"] == len(body["items"]) == sum(body["verdicts"].values())
    (figure,) = [
        item
        for item in body["items"]
        if item["architecture"] == "ResNet-50" and item["printed"] == "3.8"
    ]
    assert figure["counted"] == 3_857_973_248
    assert figure["convention"] == "macs"
    assert figure["verdict"] == "equal"
    assert figure["request"] == {"preset": "resnet50", "stride_on": "1x1"}


def test_published_figures_are_filtered_by_verdict(client: TestClient) -> None:
    everything = client.get("/v1/published").json()
    for verdict, count in everything["verdicts"].items():
        some = client.get("/v1/published", params={"verdict": verdict}).json()
        assert some["verdicts"] == {verdict: count}


def test_unknown_lineages_and_verdicts_are_refused(client: TestClient) -> None:
    for query in ({"family": "resnt"}, {"verdict": "wrong"}, {"colour": "red"}):
        answer = client.get("/v1/published", params=query)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["errors"][0]["field"] in query


def test_verify_prints_what_the_service_sends(client: TestClient) -> None:
    command = [sys.executable, "-c", "from archmeter.app.cli import main; main()", "verify"]
    options = ["--family", "wide_resnet", "--format", "json"]
    printed = subprocess.run([*command, *options], capture_output=True, text=True, check=True)
    sent = client.get("/v1/published", params={"family": "wide_resnet"}).json()
    assert json.loads(printed.stdout) == sent
    table = subprocess.run([*command, *options[:2]], capture_output=True, text=True, check=True)
    assert "WRN-50-2-bottleneck" in table.stdout
    assert "equal" in table.stdout
