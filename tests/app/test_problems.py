"""Everything that can be wrong with a request, and the one shape in which it is said."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from archmeter.app.ask import strict_json
from archmeter.app.ask.errors import InvalidJSON
from archmeter.app.ask.network import NETWORK_FIELDS
from archmeter.app.ask.question import questions
from archmeter.app.ask.request import to_text
from archmeter.app.http.main import create_app
from archmeter.app.http.problems import MEDIA_TYPE, Problem
from archmeter.app.settings import Settings
from archmeter.models import registry
from tests.released import requests_refused

Ask = Callable[..., Response]

JSON_TYPE = {"content-type": "application/json"}


def problem_of(response: Any, status: int) -> dict[str, Any]:
    """The problem in a response, checked for its shape."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == MEDIA_TYPE
    problem = response.json()
    assert Problem.model_validate(problem).model_dump(mode="json") == problem
    assert problem["status"] == status
    assert problem["type"] == f"urn:archmeter:problem:{problem['code']}"
    assert "Traceback" not in response.text
    return problem


@pytest.mark.parametrize(
    ("architecture", "field", "code", "accepted"),
    [
        ({"preset": "resnt50"}, "architecture.preset", "unknown_preset", "resnet50"),
        ({"family": "resnt"}, "architecture.family", "unknown_family", "resnet"),
        ({}, "architecture.family", "spec_conflict", "resnet"),
        (
            {"preset": "resnet50", "family": "resnext"},
            "architecture.family",
            "spec_conflict",
            "resnet",
        ),
        ({"preset": 50}, "architecture.preset", "spec_conflict", "a string"),
        ({"preset": ["resnet50"]}, "architecture.preset", "spec_conflict", "a string"),
        ({"family": {"a": 1}}, "architecture.family", "spec_conflict", "a string"),
    ],
)
def test_network_that_does_not_exist_is_named(
    ask: Ask, architecture: Any, field: str, code: str, accepted: str
) -> None:
    problem = problem_of(ask(**architecture), 422)
    assert problem["code"] == code
    (error,) = problem["errors"]
    assert error["field"] == field
    assert accepted in error["accepted"]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"family": "densenet", "depth": []}, "must have at least 1 item, not 0"),
        ({"preset": "resnet50", "resolution": [1, 2, 3]}, "must have at most 2 items, not 3"),
    ],
)
def test_a_list_of_a_wrong_length_is_told_in_plain_words(
    ask: Ask, request_: dict[str, Any], message: str
) -> None:
    (error,) = problem_of(ask(**request_), 422)["errors"]
    assert error["message"] == message


@pytest.mark.parametrize(
    ("knobs", "field", "accepted"),
    [
        ({"num_classes": -1}, "num_classes", "an integer from 0 to 1000000"),
        ({"num_classes": 10**300}, "num_classes", "an integer from 0 to 1000000"),
        ({"num_classes": 1.5}, "num_classes", "an integer from 0 to 1000000"),
        ({"in_channels": None}, "in_channels", "an integer from 1 to 4096"),
        ({"in_channels": "three"}, "in_channels", "an integer from 1 to 4096"),
        ({"width_multiplier": 0}, "width_multiplier", "a number from 0.05 to 32"),
        ({"width_multiplier": "NaN"}, "width_multiplier", "a number from 0.05 to 32"),
        ({"resolution": 0}, "resolution", "an integer from 1 to 8192 or a list of 2 items"),
        ({"resolution": [224, 0]}, "resolution.1", "an integer from 1 to 8192"),
        ({"resolution": [1, 2, 3]}, "resolution", "a list of 2 items"),
        ({"resolution": {"h": 1}}, "resolution", "a list of 2 items"),
        ({"depth": "deep"}, "depth", "18"),
        ({"depth": []}, "depth", "a list of"),
        ({"depth": 51}, "depth", "50"),
        ({"widht_multiplier": 2}, "widht_multiplier", "width_multiplier"),
        ({"zzz": 2}, "zzz", "depth_multiplier"),
        ({"attention": "magic"}, "attention", '"squeeze_excite"'),
    ],
)
def test_knob_out_of_bounds_says_its_path_and_what_is_accepted(
    ask: Ask, knobs: dict[str, Any], field: str, accepted: str
) -> None:
    problem = problem_of(ask("resnet50", **knobs), 422)
    assert problem["code"] == "invalid_request"
    (error,) = problem["errors"]
    assert error["field"] == f"architecture.{field}"
    assert accepted in error["accepted"]
    assert error["field"] in problem["detail"]


def test_every_wrong_knob_is_named_at_once(ask: Ask) -> None:
    problem = problem_of(ask("resnet50", num_classes=-1, in_channels=0, colour="red"), 422)
    assert [error["field"] for error in problem["errors"]] == [
        "architecture.colour",
        "architecture.in_channels",
        "architecture.num_classes",
    ]


def test_value_is_echoed_exactly_while_it_is_short_and_shortened_otherwise(ask: Ask) -> None:
    (short,) = problem_of(ask("resnet50", depth=51), 422)["errors"]
    (long,) = problem_of(ask("resnet50", attention="x" * 10_000), 422)["errors"]
    assert short["value"] == 51
    assert len(long["value"]) < 200


def test_network_too_large_to_count_is_a_problem(ask: Ask) -> None:
    problem = problem_of(ask("resnet50", depth=[2048] * 4, depth_multiplier=32), 422)
    assert problem["code"] == "graph_too_large"


def test_figure_beyond_exact_json_is_a_problem(ask: Ask) -> None:
    response = ask("resnet200", batch=65536, resolution=8192, width_multiplier=32)
    assert problem_of(response, 422)["code"] == "graph_too_large"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, [None]),
        ({"architecture": None}, [None]),
        ({"architecture": {"preset": "resnet50"}, "preset": "resnet50"}, [None]),
        ({"analysis": "0123456789abcdef01234567", "batch": 2}, [None]),
        ({"architecture": []}, ["architecture"]),
        ({"architecture": "resnet50"}, ["architecture"]),
        ({"architecture": {"preset": "resnet50"}, "batch": 0}, ["batch"]),
        ({"architecture": {"preset": "resnet50"}, "batch": 10**9}, ["batch"]),
        ({"architecture": {"preset": "resnet50"}, "dtype": "int3", "x": 1}, ["dtype", "x"]),
        ([], [None]),
        (None, [None]),
        ("resnet50", [None]),
        (7, [None]),
    ],
)
def test_request_of_another_shape_names_its_fields(
    client: TestClient, body: Any, fields: list[str | None]
) -> None:
    response = client.post("/v1/analyses", content=json.dumps(body), headers=JSON_TYPE)
    problem = problem_of(response, 422)
    assert [error["field"] for error in problem["errors"]] == fields
    assert all(error["accepted"] for error in problem["errors"])


MALFORMED = {
    **requests_refused.MALFORMED,
    "endless integer": b'{"batch": ' + b"9" * 5_000 + b"}",
    "endless fraction": b'{"batch": 0.' + b"9" * 5_000 + b"}",
    "lone surrogate as a key": rb'{"architecture": {"\udfff": 1}}',
    "deep lists": b"[" * 30_000 + b"]" * 30_000,
    "deep objects": b'{"a":' * 900 + b"1" + b"}" * 900,
    "UTF-16": '{"architecture": {"preset": "resnet50"}}'.encode("utf-16"),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_text_that_is_not_json_is_refused(client: TestClient, body: Any) -> None:
    problem = problem_of(client.post("/v1/analyses", content=body, headers=JSON_TYPE), 400)
    assert problem["code"] == "invalid_json"


def test_byte_order_mark_is_no_fault(client: TestClient) -> None:
    body = b"\xef\xbb\xbf" + json.dumps({"architecture": {"preset": "resnet50"}}).encode()
    response = client.post("/v1/analyses", content=body, headers=JSON_TYPE)
    assert response.status_code == 201


@pytest.mark.parametrize(
    "media_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "json", "a/b+json"]
)
def test_body_that_is_not_declared_as_json_is_refused(
    client: TestClient, media_type: str | None
) -> None:
    headers = {} if media_type is None else {"content-type": media_type}
    response = client.post("/v1/analyses", content=b"{}", headers=headers)
    assert problem_of(response, 415)["errors"][0]["accepted"] == "application/json"


@pytest.mark.parametrize(
    "content", [b" " * 100_000, iter([b" " * 10_000] * 10)], ids=["declared", "chunked"]
)
def test_body_beyond_the_limit_is_refused(client: TestClient, content: Any) -> None:
    response = client.post("/v1/analyses", content=content, headers=JSON_TYPE)
    assert problem_of(response, 413)["code"] == "body_too_large"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/analyses", "GET, HEAD, POST"),
        ("DELETE", "/v1/analyses/x", "GET, HEAD"),
        ("PUT", "/v1/formulas", "GET, HEAD, POST"),
        ("POST", "/v1/formulas/se_block", "GET, HEAD"),
        ("POST", "/", "GET, HEAD"),
        ("POST", "/explore", "GET, HEAD"),
        ("POST", "/static/style.css", "GET, HEAD"),
        *(
            ("DELETE", f"/v1/{question.path}", "GET, HEAD, POST")
            for question in questions().values()
            if question.is_about_a_network
        ),
    ],
)
def test_method_that_is_not_possible_names_those_that_are(
    client: TestClient, method: str, path: str, allowed: str
) -> None:
    response = client.request(method, path)
    problem = problem_of(response, 405)
    assert response.headers["allow"] == allowed
    assert problem["detail"].endswith(f"accepted: {allowed}")


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/v1/analyses/",
        "/v1/analyses/0123456789abcdef01234567",
        "/v1/analyses/%00",
        "/v1/analyses/%F0%9F%A6%80",
        "/v1/analyses/%ff",
        "/v1/analyses/' OR 1=1 --",
        "/v1/analyses/nobody/layers",
        f"/v1/analyses/{'x' * 5000}",
        f"/v1/families/{'x' * 5000}",
    ],
)
def test_path_that_leads_nowhere_is_not_found(client: TestClient, path: str) -> None:
    problem_of(client.get(path), 404)


every_question = pytest.mark.parametrize(
    "name", [name for name, question in questions().items() if question.is_about_a_network]
)


def asked_about(client: TestClient, name: str, key: str) -> list[Response]:
    """What is answered about an analysis: posted, asked by URL, and read below it."""
    question = questions()[name]
    example = next(iter(question.examples.values()), {"value": {}})["value"]
    body = {field: value for field, value in example.items() if field not in NETWORK_FIELDS}
    body["analysis"] = key
    answers = [client.post(f"/v1/{question.path}", json=body)]
    if name == "analyze":
        return answers
    query = to_text(question.request.model_validate(body))
    if question.by_query:
        answers.append(client.get(f"/v1/{question.path}", params=query))
    if question.by_id:
        below = f"/v1/analyses/{query.pop('analysis')}/{question.path}"
        answers.append(client.get(below, params=query))
    return answers


@every_question
def test_question_about_an_analysis_that_is_not_stored_is_not_found(
    client: TestClient, name: str
) -> None:
    key = "0123456789abcdef01234567"
    for answer in asked_about(client, name, key):
        problem = problem_of(answer, 404)
        assert problem["code"] == "unknown_analysis"
        assert [error["value"] for error in problem["errors"]] == [[key]]


@every_question
def test_question_about_an_analysis_by_other_counting_rules_is_a_conflict(
    client: TestClient, ask: Ask, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    key = ask("resnet20_cifar10").json()["id"]
    monkeypatch.setattr("archmeter.app.store.analyses.COUNTING_RULES", "another")
    for answer in asked_about(client, name, key):
        assert problem_of(answer, 409)["code"] == "outdated_analysis"


def test_host_header_leads_nobody_astray(client: TestClient) -> None:
    response = client.get("/v1/families/", headers={"host": "evil.example"}, follow_redirects=False)
    assert response.status_code == 404
    assert "evil" not in response.text


def test_failing_database_is_a_503_that_can_be_tried_again(
    client: TestClient, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = ask("resnet18").headers["location"]

    async def fail(_: str) -> None:
        raise sqlite3.OperationalError("disk I/O error at /secret/path")

    monkeypatch.setattr(client.app.state.store, "body", fail)
    response = client.get(location)
    assert problem_of(response, 503)["code"] == "store_unavailable"
    assert response.headers["retry-after"]
    assert "secret" not in response.text


def test_unforeseen_error_shows_nothing_of_the_inside(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("archmeter.app.store.analyses.Analyses.search", fail)
    service = create_app(Settings(database_url=database_url))
    with TestClient(service, raise_server_exceptions=False) as client:
        response = client.get("/v1/analyses")
    assert problem_of(response, 500)["code"] == "internal_error"
    assert "secret" not in response.text


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
knob_names = sorted(
    {name for family in registry.families().values() for name in family.spec.model_fields}
)
names = st.sampled_from([*registry.families(), *registry.presets()]) | st.text(max_size=8)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    architecture=st.dictionaries(st.sampled_from(knob_names), json_values, max_size=4)
    | json_values,
    named=st.dictionaries(st.sampled_from(["preset", "family"]), names, max_size=2),
    rest=st.dictionaries(st.sampled_from(["batch", "dtype", "x"]), json_values, max_size=2),
)
def test_any_json_is_answered_or_refused_cleanly(
    client: TestClient, architecture: Any, named: dict[str, str], rest: dict[str, Any]
) -> None:
    if isinstance(architecture, dict):
        architecture = {**architecture, **named}
    body = json.dumps({"architecture": architecture, **rest})
    response = client.post("/v1/analyses", content=body, headers=JSON_TYPE)
    if response.status_code not in {200, 201}:
        problem_of(response, 400 if response.json()["code"] == "invalid_json" else 422)


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=64) | st.text(alphabet='{}[]",:0123456789eE+-.truefalsn\\u ', max_size=64)
)
def test_strict_parser_returns_what_can_be_written_again_or_refuses(data: Any) -> None:
    try:
        document = strict_json.loads(data)
    except InvalidJSON:
        return
    assert strict_json.loads(strict_json.dumps(document)) == document


@pytest.mark.parametrize(
    ("request_", "accepted"),
    [
        ({"architecture": {"preset": "resnet50", "batch": 4}}, "batch beside architecture"),
        ({"preset": "resnet50", "resolution": 288}, "resolution inside architecture"),
    ],
)
def test_a_field_on_the_wrong_side_of_the_architecture_says_where_it_belongs(
    client: TestClient, request_: dict[str, Any], accepted: str
) -> None:
    problem = problem_of(client.post("/v1/analyses", json=request_), 422)
    assert [error["accepted"] for error in problem["errors"]] == [accepted]
