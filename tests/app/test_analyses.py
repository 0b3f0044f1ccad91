"""Asking what an architecture costs, and asking again."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from archmeter.analyzers import COUNTING_RULES
from archmeter.app.questions.analyze import Analysis
from archmeter.models import registry

Ask = Callable[..., Response]


def test_analysis_has_the_exact_figures_of_resnet50(ask: Ask) -> None:
    response = ask("resnet50")
    assert response.status_code == 201
    body = response.json()
    assert body["name"] == "resnet50"
    assert body["totals"]["params"] == 25_557_032
    assert body["totals"]["macs"] == 4_089_184_256
    assert body["input"] == {"batch": 1, "dtype": "float32", "shape": [1, 3, 224, 224]}
    assert body["output_shape"] == [1, 1000]
    assert body["counting_rules"] == COUNTING_RULES


def test_body_is_exactly_what_the_schema_documents(ask: Ask) -> None:
    response = ask("resnet50")
    answer = Analysis.from_json(response.content)
    assert answer.to_dict() == response.json()
    assert answer.to_json() == response.content


def test_stages_and_their_blocks_sum_to_the_totals(ask: Ask) -> None:
    body = ask("resnext50_32x4d").json()
    for figure in ("params", "buffers", "macs", "flops", "activations", "operators"):
        assert sum(stage[figure] for stage in body["stages"]) == body["totals"][figure]
    for stage in body["stages"]:
        if blocks := stage.get("blocks"):
            assert sum(block["macs"] for block in blocks) == stage["macs"]


def test_flops_by_kind_sum_to_flops(ask: Ask) -> None:
    totals = ask("seresnet50").json()["totals"]
    assert sum(totals["flops_by_kind"].values()) == totals["flops"]
    assert totals["flops_by_kind"]["mac"] == 2 * totals["macs"]


def test_every_link_leads_somewhere(client: TestClient, ask: Ask) -> None:
    links = ask("resnet18").json()["links"]
    audit = links.pop("audit")
    assert all(client.get(link).status_code == 200 for link in links.values())
    assert client.get(audit).json()["code"] == "not_audited"  # it is asked for with POST


def test_an_answer_keeps_the_name_that_was_asked_for(ask: Ask) -> None:
    first = ask("regnety_320").json()
    other = ask("regnet_y_32gf", num_classes=1000)
    assert other.status_code == 200
    assert other.json() == {**first, "name": "regnet_y_32gf"}
    assert other.headers["ETag"] != ask("regnety_320").headers["ETag"]
    larger = ask("RegNet_Y_32GF", resolution=256).json()
    assert larger["name"] == "regnet_y_32gf resolution=256"
    assert ask("regnety_320", resolution=256).json()["name"] == "regnety_320 resolution=256"


def test_what_no_preset_stands_for_is_called_by_its_family(client: TestClient) -> None:
    knobs = {"family": "resnext", "cardinality": 16, "depth": [2, 2, 2, 2]}
    answer = client.post("/v1/analyses", json={"architecture": knobs}).json()
    assert answer["name"] == "resnext cardinality=16 depth=2,2,2,2"


def test_twice_the_batch_is_twice_the_macs_and_the_same_params(ask: Ask) -> None:
    one, two = (ask("resnet18", batch=batch).json()["totals"] for batch in (1, 2))
    assert two["macs"] == 2 * one["macs"]
    assert two["params"] == one["params"]


def test_first_answer_is_created_and_the_second_comes_from_the_cache(
    client: TestClient, ask: Ask
) -> None:
    first, second = ask("resnet50"), ask("resnet50")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.headers["cache-status"] == "archmeter; fwd=miss; stored"
    assert second.headers["cache-status"] == "archmeter; hit"
    assert first.content == second.content
    assert first.headers["location"] == second.headers["location"] == first.json()["links"]["self"]
    assert client.get(first.headers["location"]).content == first.content


@pytest.mark.parametrize(
    "body",
    [
        '{"architecture": {"preset": "resnet50"}}',
        '{"dtype": "float32", "batch": 1, "architecture": {"preset": "resnet50"}}',
        '{"architecture": {"preset": "resnet50", "family": "resnet"}}',
        '{"architecture": {"width_multiplier": 1, "preset": "resnet50", "resolution": 224}}',
        '{"architecture": {"preset": "resnet50", "resolution": [224, 224]}}',
        '{"architecture": {"preset": "resnet18", "depth": 50, "block": "bottleneck"}}',
    ],
)
def test_same_question_has_the_same_id_however_it_is_spelled(
    client: TestClient, ask: Ask, body: Any
) -> None:
    expected = ask("resnet50")
    response = client.post(
        "/v1/analyses", content=body, headers={"content-type": "application/json; charset=utf-8"}
    )
    assert response.status_code == 200
    assert response.content == expected.content


def test_canonical_spec_asks_the_same_question(client: TestClient, ask: Ask) -> None:
    first = ask("resnext50_32x4d")
    again = client.post("/v1/analyses", json={"architecture": first.json()["architecture"]})
    assert again.json()["id"] == first.json()["id"]


def test_different_questions_have_different_ids(client: TestClient, ask: Ask) -> None:
    answers = [
        ask("resnet50"),
        ask("resnet50", batch=2),
        ask("resnet50", width_multiplier=2),
        ask("resnet50", resolution=[224, 256]),
        client.post(
            "/v1/analyses", json={"architecture": {"preset": "resnet50"}, "dtype": "float16"}
        ),
    ]
    assert len({answer.json()["id"] for answer in answers}) == len(answers)


def test_body_is_the_same_bytes_on_every_service(tmp_path: Path, ask: Ask) -> None:
    from archmeter.app.http.main import create_app
    from archmeter.app.settings import Settings

    elsewhere = create_app(Settings(database_url=f"sqlite:///{tmp_path}/elsewhere.db"))
    with TestClient(elsewhere) as other:
        body = {"architecture": {"preset": "resnet50"}}
        assert other.post("/v1/analyses", json=body).content == ask("resnet50").content


def test_answers_survive_a_restart(service: FastAPI, ask: Ask) -> None:
    first = ask("resnet34")
    with TestClient(service) as restarted:
        again = restarted.get(first.headers["location"])
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]


def test_new_question_asked_by_many_at_once_is_stored_once(client: TestClient, ask: Ask) -> None:
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: ask("resnet101"), range(16)))
    assert sorted({response.status_code for response in responses}) in ([200, 201], [201])
    assert [response.status_code for response in responses].count(201) == 1
    assert len({response.content for response in responses}) == 1
    assert client.get("/v1/analyses").json()["total"] == 1


def test_question_that_cannot_be_answered_stores_nothing(client: TestClient, ask: Ask) -> None:
    assert ask("resnet50", depth=[2048] * 4, depth_multiplier=32).status_code == 422
    assert client.get("/v1/analyses").json()["total"] == 0


def test_every_preset_can_be_asked_for(client: TestClient) -> None:
    for preset in registry.presets():
        body = json.dumps({"architecture": {"preset": preset}})
        response = client.post(
            "/v1/analyses", content=body, headers={"content-type": "application/json"}
        )
        assert response.status_code in {200, 201}, response.text
        assert response.json()["name"].split()[0] in registry.presets()


def test_what_images_are_too_small_for_is_remarked_on(ask: Ask) -> None:
    """Weights that pool up, windows on padding; a network on its own images has no remark."""
    vgg = ask("vgg16_bn", resolution=32).json()
    assert vgg["remarks"] == [
        "head.pool pools a 1x1 map up to 7x7: what follows is made for larger images"
    ]
    (resnet,) = ask("resnet50", resolution=32).json()["remarks"]
    assert resnet.startswith("stage4.bottleneck2.conv2 slides a 3x3 window over a 1x1 map")
    assert "the first of 2 such convolutions" in resnet
    assert "remarks" not in ask("vgg16_bn_cifar10").json()
