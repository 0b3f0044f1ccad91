"""Families, presets, and the documents that list what there is."""

from collections.abc import Callable
from dataclasses import fields

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from archmeter.app.ask.question import questions
from archmeter.models import registry

Ask = Callable[..., Response]


def test_every_family_is_listed_with_its_paper_and_presets(client: TestClient) -> None:
    items = {item["name"]: item for item in client.get("/v1/families").json()["items"]}
    assert items.keys() == registry.families().keys()
    for name, family in registry.families().items():
        assert items[name]["paper"]["title"] == family.paper.title
        assert items[name]["presets"] == [preset.name for preset in family.presets]


@pytest.mark.parametrize("name", registry.families())
def test_family_shows_its_knobs_as_json_schema(client: TestClient, name: str) -> None:
    body = client.get(f"/v1/families/{name}").json()
    assert body["spec"] == registry.family(name).spec.model_json_schema()
    assert {preset["family"] for preset in body["presets"]} <= {name}


def test_unknown_family_is_not_found_and_names_the_nearest(client: TestClient) -> None:
    response = client.get("/v1/families/resnt")
    assert response.status_code == 404
    problem = response.json()
    assert problem["code"] == "unknown_family"
    assert "resnet" in problem["errors"][0]["accepted"]


def test_presets_are_listed_for_all_families_or_one(client: TestClient) -> None:
    everything = client.get("/v1/presets").json()["items"]
    assert [item["name"] for item in everything] == list(registry.presets())
    some = client.get("/v1/presets", params={"family": "resnext"}).json()["items"]
    assert [item["name"] for item in some] == [
        preset.name for preset in registry.family("resnext").presets
    ]


LISTS = [
    "/v1/charts",
    "/v1/analyses?name=resnet",
    "/v1/presets?family=resnext",
    "/v1/published?family=vgg&verdict=equal",
    *(
        f"/v1/{question.path}"
        for question in questions().values()
        if not question.is_about_a_network
        if {"items", "total"} <= {field.name for field in fields(question.answer)}
    ),
]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_says_how_much_it_lists_and_where_it_is(
    client: TestClient, ask: Ask, path: str
) -> None:
    ask("resnet20_cifar10")
    found = client.get(path).json()
    assert found["total"] == len(found["items"]) > 0
    assert found["links"]["self"].startswith(path)
    assert client.get(found["links"]["self"]).json() == found
    links = [link for item in found["items"] for link in item.get("links", {}).values()]
    assert all(client.get(link).status_code == 200 for link in links[:3])


def test_preset_of_an_unknown_family_is_refused(client: TestClient) -> None:
    response = client.get("/v1/presets", params={"family": "resnt"})
    assert response.status_code == 422
    assert response.json()["code"] == "unknown_family"


def test_index_leads_everywhere(client: TestClient) -> None:
    links = client.get("/").json()["links"]
    assert all(client.get(link).status_code == 200 for link in links.values())


@pytest.mark.parametrize("path", ["/", "/healthz", "/v1/families", "/v1/presets", "/openapi.json"])
def test_head_has_the_headers_of_get_and_no_body(client: TestClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]


def test_head_works_on_the_hot_path(client: TestClient, ask: Ask) -> None:
    created = ask("resnet18")
    response = client.head(created.headers["location"])
    assert response.status_code == 200
    assert response.content == b""
    assert response.headers["etag"] == created.headers["etag"]
