"""The second opinion, through REST."""

import json
from collections.abc import Callable

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.audit import AuditCheck, AuditReport
from archmeter.app.cli import main
from archmeter.app.client import Client
from archmeter.app.questions.audit import AuditReport as PublicReport

Ask = Callable[..., Response]


def test_audit_confirms_every_figure(client: TestClient, ask: Ask) -> None:
    body = ask("resnet18", resolution=64).json()
    response = client.post(body["links"]["audit"])
    assert response.status_code == 200, response.text
    report = response.json()
    assert report["id"] == body["id"]
    assert report["agrees"] is True
    exact = [check for check in report["checks"] if check["scratch"] is None]
    assert all(check["ours"] == check["theirs"] for check in exact)
    (peak,) = (check for check in report["checks"] if check["scratch"] is not None)
    assert peak["figure"] == "inference_peak_bytes"
    assert peak["ours"] == body["memory"]["inference_peak_bytes"]
    assert peak["ours"] + peak["scratch"]["adds"] == peak["theirs"]
    params = next(check for check in report["checks"] if check["figure"] == "params")
    assert params["ours"] == body["totals"]["params"]


def test_audit_of_an_unknown_analysis_is_not_found(client: TestClient) -> None:
    response = client.post("/v1/analyses/nobody/audit")
    assert response.status_code == 404
    assert response.json()["code"] == "unknown_analysis"


def test_network_too_large_to_build_is_a_problem(client: TestClient, ask: Ask) -> None:
    body = ask("resnet200", width_multiplier=16).json()
    response = client.post(body["links"]["audit"])
    assert response.status_code == 422
    assert response.json()["code"] == "audit_too_large"


@pytest.mark.parametrize("path", ["layers", "audit"])
def test_analysis_by_other_counting_rules_is_shown_but_not_derived_from(
    client: TestClient, ask: Ask, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Today's rows would not sum to totals that were counted by other rules."""
    body = ask("resnet18").json()
    monkeypatch.setattr("archmeter.app.store.analyses.COUNTING_RULES", "another")
    url = f"{body['links']['self']}/{path}"
    response = client.post(url) if path == "audit" else client.get(url)
    assert response.status_code == 409
    assert response.json()["code"] == "outdated_analysis"
    assert client.get(body["links"]["self"]).json() == body


def planted(monkeypatch: pytest.MonkeyPatch, *, ours: int, theirs: int = 7) -> None:
    """An audit that comes out as told, at once."""
    check = AuditCheck("params", "torch", (1, 3, 64, 64), ours, theirs)
    monkeypatch.setattr(
        "archmeter.app.questions.audit.audit", lambda *_: AuditReport(Rows([check]))
    )


def test_the_report_of_an_audit_is_kept(
    client: TestClient, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(monkeypatch, ours=7)
    body = ask("resnet18").json()
    made = client.post(body["links"]["audit"])
    kept = client.get(body["links"]["audit"])
    assert kept.status_code == 200
    assert kept.json() == made.json()
    assert kept.json()["counting_rules"] == body["counting_rules"]
    assert client.get(body["links"]["self"]).json() == body


def test_an_audit_of_what_is_not_stored_stores_nothing(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(monkeypatch, ours=7)
    network = {"preset": "resnet18", "resolution": 40}  # answers are kept in memory: of nobody else
    asked = client.post("/v1/audit", json={"architecture": network})
    assert asked.status_code == 200
    assert asked.json()["agrees"] is True
    assert Client(http=client).audit(network) == PublicReport.from_json(asked.content)
    assert client.get("/v1/analyses").json()["total"] == 0


def test_a_later_audit_takes_the_place_of_the_earlier(
    client: TestClient, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = ask("resnet18").json()["links"]["audit"]
    planted(monkeypatch, ours=7)
    first = client.post(url).json()
    planted(monkeypatch, ours=8)
    second = client.post(url).json()
    assert (first["agrees"], second["agrees"]) == (True, False)
    assert second["created_at"] > first["created_at"]
    assert client.get(url).json() == second


def test_what_was_not_audited_says_how_to(client: TestClient, ask: Ask) -> None:
    url = ask("resnet18").json()["links"]["audit"]
    problem = client.get(url)
    assert problem.status_code == 404
    assert problem.json()["code"] == "not_audited"
    assert f"POST {url}" in problem.json()["detail"]
    assert client.get("/v1/analyses/nobody/audit").json()["code"] == "unknown_analysis"


def test_lists_show_the_verdict_and_are_filtered_by_it(
    client: TestClient, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, ours in (("resnet18", 7), ("resnet34", 8)):
        planted(monkeypatch, ours=ours)
        client.post(ask(name).json()["links"]["audit"])
    ask("resnet50")
    listed = client.get("/v1/analyses").json()
    verdicts = {item["name"]: item["audit"] for item in listed["items"]}
    assert verdicts == {"resnet18": "agrees", "resnet34": "differs", "resnet50": None}
    for verdict, name in (("agrees", "resnet18"), ("differs", "resnet34"), ("none", "resnet50")):
        found = client.get("/v1/analyses", params={"audit": verdict}).json()
        assert found["total"] == 1
        assert [item["name"] for item in found["items"]] == [name]
    assert client.get("/v1/analyses", params={"audit": "perhaps"}).status_code == 422


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["archmeter", "audit", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def test_the_command_prints_every_check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "resnet20_cifar10", "--format", "json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["agrees"] is True
    assert command(monkeypatch, "resnet20_cifar10") == 0
    printed = capsys.readouterr().out
    for check in report["checks"]:
        assert f"{check['theirs']:,}" in printed
    assert "every figure is confirmed" in printed


def test_the_command_fails_where_counts_differ(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planted(monkeypatch, ours=8)
    assert command(monkeypatch, "resnet18") == 1
    assert "differ" in capsys.readouterr().out
