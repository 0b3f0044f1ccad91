"""The OpenAPI document, and a service that keeps to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import BaseSchema, GenerationMode, checks
from starlette.testclient import TestClient

from archmeter.app.main import create_app
from archmeter.app.problems import MEDIA_TYPE
from archmeter.app.settings import Settings
from archmeter.models import registry

KEPT = (
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
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


@pytest.fixture
def document() -> dict[str, Any]:
    return DOCUMENT


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
        case.call_and_validate(checks=list(kept))

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
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["summary"]
            assert operation["description"]
            for parameter in operation.get("parameters", ()):
                assert parameter["in"] == "path" or parameter["description"], parameter


def test_every_reference_has_a_target(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for child in node.values():
                yield from references(child)
        elif isinstance(node, list):
            for child in node:
                yield from references(child)

    found = set(references(document))
    assert found
    assert {name.rpartition("/")[2] for name in found} <= schemas.keys()


def test_architecture_is_the_union_of_every_family_and_every_preset(
    document: dict[str, Any],
) -> None:
    schemas = document["components"]["schemas"]
    families, presets = schemas["AnalysisRequest"]["properties"]["architecture"]["anyOf"]
    assert families["discriminator"]["mapping"].keys() == registry.families().keys()
    named = [
        name
        for branch in presets["anyOf"]
        for name in schemas[branch["$ref"].rpartition("/")[2]]["properties"]["preset"]["enum"]
    ]
    assert sorted(named) == sorted(registry.presets())


def test_examples_of_the_document_work(document: dict[str, Any], client: TestClient) -> None:
    content = document["paths"]["/v1/analyses"]["post"]["requestBody"]["content"]
    examples = content["application/json"]["examples"]
    assert examples
    for example in examples.values():
        assert client.post("/v1/analyses", json=example["value"]).status_code == 201


def test_document_opens_no_database(tmp_path: Path) -> None:
    create_app(Settings(database_url=f"sqlite:///{tmp_path}/none.db")).openapi()
    assert list(tmp_path.iterdir()) == []
