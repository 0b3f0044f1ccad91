"""The OpenAPI document, and a service that keeps to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import BaseSchema, GenerationMode, checks
from starlette.testclient import TestClient

from archmeter.analyzers.answers import Answer
from archmeter.app.ask.question import Question, questions
from archmeter.app.ask.request import to_text
from archmeter.app.http import openapi
from archmeter.app.http.main import create_app
from archmeter.app.http.problems import MEDIA_TYPE
from archmeter.app.settings import Settings
from archmeter.models import registry

PATIENCE = 60
"""Seconds: other tests run besides."""

OF_THE_BODY = {"content-type", "content-length", "content-encoding"}


def sent_headers_are_described(_: Any, response: Any, case: Any) -> None:
    """Whatever is sent besides what says how the body is to be read."""
    described = case.operation.definition.raw["responses"][str(response.status_code)]
    sent = response.headers.keys() - OF_THE_BODY
    if response.headers.get("vary") == ["Accept-Encoding"]:  # of what may be compressed
        sent -= {"vary"}
    assert sent <= {name.lower() for name in described.get("headers", {})}


KEPT = (
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    sent_headers_are_described,
)

DOCUMENT = create_app(Settings(database_url="sqlite:///unused.db")).openapi()

# Audits run torch for seconds: they have tests of their own.
OPERATIONS = [
    (path, method, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if not path.endswith("/audit")
]
# Any text is a path and no body is read: only a query or a body can be other than documented.
REFUSABLE = [
    (path, method)
    for path, method, operation in OPERATIONS
    if "requestBody" in operation
    or any(parameter["in"] == "query" for parameter in operation.get("parameters", ()))
]


EXAMPLES = [
    pytest.param(question, example["value"], id=f"{question.name}-{name}")
    for question in questions().values()
    for name, example in question.examples.items()
]


@pytest.fixture
def document() -> dict[str, Any]:
    return DOCUMENT


def operations_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operations in document["paths"].values():
        yield from operations.values()


def objects_in(node: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object of a document."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node:
        if isinstance(child, dict | list):
            yield from objects_in(child)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BaseSchema]:
    """The service with one stored analysis, as schemathesis sees it."""
    path = tmp_path_factory.mktemp("contract")
    service = create_app(Settings(database_url=f"sqlite:///{path}/contract.db"))
    with TestClient(service) as client:
        client.post("/v1/analyses", json={"architecture": {"preset": "resnet18"}})
        yield schemathesis.openapi.from_asgi("/openapi.json", service)


def _check(operation: Any, mode: GenerationMode, kept: tuple[Any, ...]) -> None:
    """Generate requests for an operation; every response must pass the checks."""

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def keeps(case: Any) -> None:
        case.call_and_validate(checks=list(kept), timeout=PATIENCE)

    keeps()


@pytest.mark.parametrize(("path", "method"), [operation[:2] for operation in OPERATIONS])
def test_answers_to_documented_requests_are_documented(
    api: BaseSchema, path: str, method: str
) -> None:
    _check(api[path][method], GenerationMode.POSITIVE, KEPT)


@pytest.mark.parametrize(("path", "method"), REFUSABLE)
def test_other_requests_are_refused_as_documented(api: BaseSchema, path: str, method: str) -> None:
    _check(api[path][method], GenerationMode.NEGATIVE, (*KEPT, checks.negative_data_rejection))


def test_every_error_is_documented_as_a_problem(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                if status[0] in "45":
                    assert list(response["content"]) == [MEDIA_TYPE], (method, path, status)
    schemas = document["components"]["schemas"]
    assert "Problem" in schemas
    assert "HTTPValidationError" not in schemas


def test_everything_is_described(document: dict[str, Any]) -> None:
    for operation in operations_of(document):
        assert operation["summary"]
        assert operation["description"]
        parameters = operation.get("parameters", ())
        assert all(parameter["description"] for parameter in parameters), operation
        places = [(parameter["in"], parameter["name"]) for parameter in parameters]
        assert len(set(places)) == len(places), operation
        for status, response in operation["responses"].items():
            assert response["description"]
            if status[0] == "2":
                assert response["content"]
                assert all(media["schema"] for media in response["content"].values())
    assert all(header["description"] for header in document["components"]["headers"].values())


def test_operations_are_called_by_verb_and_noun(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for operation in operations_of(document)]
    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not re.fullmatch("[a-z]+([A-Z][a-z0-9]*)+", name)] == []


def test_everybody_who_reaches_the_service_may_ask() -> None:
    assert DOCUMENT["servers"] == [{"url": "/", "description": "This service."}]
    assert DOCUMENT["security"] == []
    url = "https://archmeter.example.org/below"
    public = create_app(Settings(database_url="sqlite:///unused.db", public_url=url)).openapi()
    assert [server["url"] for server in public["servers"]] == [url]


def test_clients_can_be_generated_from_it(document: dict[str, Any]) -> None:
    """What generators make of it are names, which must not meet; and a reference stands alone."""
    names = document["components"]["schemas"]
    assert len({name.lower() for name in names}) == len(names)
    for node in objects_in(document):
        if isinstance(node.get("enum"), list):
            assert len({str(value).lower() for value in node["enum"]}) == len(node["enum"]), node
        if "default" in node:
            branches = [node, *node.get("anyOf", ()), *node.get("oneOf", ())]
            assert not any("$ref" in branch for branch in branches), node


def test_two_schemas_of_one_name_are_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass(frozen=True)
    class Analysis(Answer):
        """Another one."""

        other: int

    monkeypatch.setattr(openapi, "_ANSWERS", (*openapi._ANSWERS, Analysis))
    with pytest.raises(TypeError, match="two schemas are called Analysis"):
        create_app(Settings(database_url="sqlite:///unused.db")).openapi()


def test_every_reference_has_a_target(document: dict[str, Any]) -> None:
    found = {node["$ref"] for node in objects_in(document) if isinstance(node.get("$ref"), str)}
    assert found
    for reference in found:
        target: Any = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


def test_architecture_is_the_union_of_every_family_and_every_preset(
    document: dict[str, Any],
) -> None:
    schemas = document["components"]["schemas"]
    reference = schemas["AnalysisRequest"]["properties"]["architecture"]["$ref"]
    families, presets = schemas[reference.rpartition("/")[2]]["anyOf"]
    assert families["discriminator"]["mapping"].keys() == registry.families().keys()
    named = [
        name
        for branch in presets["anyOf"]
        for name in schemas[branch["$ref"].rpartition("/")[2]]["properties"]["preset"]["enum"]
    ]
    assert sorted(named) == sorted(registry.presets())


def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    bodies = [operation["requestBody"] for operation in operations_of(document)
              if "requestBody" in operation]  # fmt: skip
    for body in bodies:
        (content,) = body["content"].values()
        assert content["examples"]
        assert all(example["summary"] for example in content["examples"].values())


@pytest.mark.parametrize(("question", "asked"), EXAMPLES)
def test_every_example_is_answered_as_described_and_kept(
    client: TestClient, question: Question[Any, Any], asked: dict[str, Any]
) -> None:
    path, json = f"/v1/{question.path}", {"Accept": "application/json"}
    first = client.post(path, json=asked, headers=json)
    assert first.is_success, first.text
    assert question.answer.from_json(first.content).to_json() == first.content
    again = client.post(path, json=dict(reversed(asked.items())), headers=json)
    assert again.headers["cache-status"] == "archmeter; hit"
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    if question.by_query:
        query = to_text(question.request.model_validate(asked))
        read = client.get(path, params=query, headers=json)
        assert read.headers["cache-status"] == "archmeter; hit"
        assert read.content == first.content


def test_document_opens_no_database(tmp_path: Path) -> None:
    create_app(Settings(database_url=f"sqlite:///{tmp_path}/none.db")).openapi()
    assert list(tmp_path.iterdir()) == []
