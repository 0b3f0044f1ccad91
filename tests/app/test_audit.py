"""The second opinion, through REST."""

from collections.abc import Callable

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

Ask = Callable[..., Response]


def test_audit_confirms_every_figure(client: TestClient, ask: Ask) -> None:
    body = ask("resnet18", resolution=64).json()
    response = client.post(body["links"]["audit"])
    assert response.status_code == 200, response.text
    report = response.json()
    assert report["id"] == body["id"]
    assert report["agrees"] is True
    assert all(check["ours"] == check["theirs"] for check in report["checks"])
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
    monkeypatch.setattr("app.services.COUNTING_RULES", "another")
    url = f"{body['links']['self']}/{path}"
    response = client.post(url) if path == "audit" else client.get(url)
    assert response.status_code == 409
    assert response.json()["code"] == "outdated_analysis"
    assert client.get(body["links"]["self"]).json() == body
