"""ETag and 304, on the hot path and behind it."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from archmeter.app.ask.records import entity_tag
from archmeter.app.http.conditional import holds

Ask = Callable[..., Response]

TAG = '"0123456789abcdef"'


@pytest.mark.parametrize(
    "field",
    [
        TAG,
        f"W/{TAG}",
        "*",
        f'"other", {TAG}',
        f'{TAG},"other"',
        f'W/"other" , W/{TAG}',
        f'"a,b", {TAG}',
        f"  {TAG}  ",
    ],
)
def test_client_that_holds_the_body_is_recognised(field: str) -> None:
    assert holds(field, TAG)


@pytest.mark.parametrize("field", ["", '"other"', "0123456789abcdef", '"0123456789ABCDEF"', '"*"'])
def test_client_that_holds_something_else_is_not(field: str) -> None:
    assert not holds(field, TAG)


def test_equal_bytes_have_equal_tags() -> None:
    assert entity_tag(b"a") == entity_tag(b"a") != entity_tag(b"b")


@pytest.mark.parametrize("template", ["{}", "W/{}", '"x", {}', "*"])
def test_matching_tag_answers_304_without_a_body(
    client: TestClient, ask: Ask, template: str
) -> None:
    created = ask("resnet50")
    tag = created.headers["etag"]
    response = client.get(
        created.headers["location"], headers={"if-none-match": template.format(tag)}
    )
    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["etag"] == tag
    assert response.headers["cache-control"] == "public, no-cache"


def test_tags_may_be_spread_over_several_fields(client: TestClient, ask: Ask) -> None:
    created = ask("resnet50")
    headers = [("if-none-match", '"x"'), ("if-none-match", created.headers["etag"])]
    assert client.get(created.headers["location"], headers=headers).status_code == 304


def test_other_tag_answers_200_with_the_bytes(client: TestClient, ask: Ask) -> None:
    created = ask("resnet50")
    response = client.get(created.headers["location"], headers={"if-none-match": '"other"'})
    assert response.status_code == 200
    assert response.content == created.content
    assert response.headers["content-type"] == "application/json"


def test_route_behind_the_hot_path_answers_alike(
    service: FastAPI, client: TestClient, ask: Ask
) -> None:
    """The shortcut knows one path; under a prefix, the documented route finds the same bytes."""
    created = ask("resnet50")
    location = created.headers["location"]
    tag = created.headers["etag"]
    service.root_path = "/behind"
    assert client.get(f"/behind{location}").content == created.content
    assert client.get(f"/behind{location}", headers={"if-none-match": tag}).status_code == 304
