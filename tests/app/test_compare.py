"""Analyses side by side."""

from collections.abc import Callable

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from archmeter.app.ask.totals import TOTALS
from archmeter.app.http.analyses import MAX_COMPARED

Ask = Callable[..., Response]


def test_figures_are_multiples_of_the_first(client: TestClient, ask: Ask) -> None:
    bodies = [ask("resnet18").json(), ask("resnet50").json(), ask("resnet18", batch=2).json()]
    ids = [body["id"] for body in bodies]
    comparison = client.get("/v1/compare", params={"ids": " , ".join(ids)}).json()
    assert client.get(comparison["links"]["self"]).json() == comparison
    assert comparison["reference"] == ids[0]
    assert comparison["total"] == len(ids)
    assert [item["analysis"]["id"] for item in comparison["items"]] == ids
    reference, larger, doubled = comparison["items"]
    assert {reference["ratios"][name] for name in TOTALS} <= {1.0, None}
    assert larger["ratios"]["params"] == pytest.approx(
        bodies[1]["totals"]["params"] / bodies[0]["totals"]["params"]
    )
    assert doubled["ratios"]["macs"] == 2.0
    assert doubled["ratios"]["params"] == 1.0


def test_multiple_of_zero_is_null(client: TestClient, ask: Ask) -> None:
    key = ask("resnet18").json()["id"]
    (item,) = client.get("/v1/compare", params={"ids": key}).json()["items"]
    assert item["analysis"]["frozen_params"] == 0
    assert item["ratios"]["frozen_params"] is None


def test_unknown_ids_are_named(client: TestClient, ask: Ask) -> None:
    key = ask("resnet18").json()["id"]
    response = client.get("/v1/compare", params={"ids": f"{key},nobody,none"})
    assert response.status_code == 404
    problem = response.json()
    assert problem["code"] == "unknown_analysis"
    assert problem["errors"][0]["value"] == ["nobody", "none"]


@pytest.mark.parametrize(
    ("ids", "code"),
    [
        ("a,b,a", "duplicate_ids"),
        (",".join(map(str, range(MAX_COMPARED + 1))), "too_many_ids"),
        ("", "string_too_short"),
        ("x" * 3000, "string_too_long"),
    ],
)
def test_ids_that_make_no_comparison_are_refused(client: TestClient, ids: str, code: str) -> None:
    response = client.get("/v1/compare", params={"ids": ids})
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert (error["field"], error["code"]) == ("ids", code)


def test_ids_are_required(client: TestClient) -> None:
    (error,) = client.get("/v1/compare").json()["errors"]
    assert (error["field"], error["code"]) == ("ids", "missing")
