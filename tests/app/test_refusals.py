"""Random requests that cannot be answered: always a problem that says why, never a crash."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from archmeter.app.http.main import create_app
from archmeter.app.settings import Settings
from archmeter.models import registry
from archmeter.models.spec import Family
from tests.strategies import broken_requests, extreme_requests

every_family = pytest.mark.parametrize("family", registry.families().values(), ids=lambda f: f.name)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    database = tmp_path_factory.mktemp("refusals") / "test.db"
    with TestClient(create_app(Settings(database_url=f"sqlite:///{database}"))) as client:
        yield client


def post(client: TestClient, architecture: dict[str, Any]) -> Any:
    body = json.dumps({"architecture": architecture})  # NaN and Infinity too
    return client.post("/v1/analyses", content=body, headers={"Content-Type": "application/json"})


def check_problem(answer: Any) -> None:
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"]
    assert problem["detail"]
    assert "\n" not in problem["detail"]
    assert "Traceback" not in answer.text


@every_family
@settings(max_examples=-(-600 // len(registry.families())))
@given(data=st.data())
def test_a_broken_spec_is_a_problem(
    client: TestClient, family: Family, data: st.DataObject
) -> None:
    answer = post(client, data.draw(broken_requests(family)))
    check_problem(answer)
    fields = [error["field"] for error in answer.json()["errors"]]
    assert all(field is None or field.startswith("architecture") for field in fields)


@every_family
@settings(max_examples=-(-200 // len(registry.families())))
@given(data=st.data())
def test_an_extreme_spec_is_answered_or_a_problem(
    client: TestClient, family: Family, data: st.DataObject
) -> None:
    answer = post(client, data.draw(extreme_requests(family)))
    if answer.status_code not in {200, 201}:
        check_problem(answer)
