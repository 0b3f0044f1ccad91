"""Lists of analyses: filters, order, pages."""

from collections.abc import Callable
from dataclasses import fields
from itertools import pairwise
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from archmeter.app.ask.stored import AnalysisSummary, Ratios
from archmeter.app.ask.totals import TOTALS

Ask = Callable[..., Response]
Analyses = dict[str, dict[str, Any]]

PRESETS = ("resnet18", "resnet50", "resnext50_32x4d", "resnetv2_50", "seresnet50")


@pytest.fixture
def stored(ask: Ask) -> Analyses:
    return {preset: ask(preset).json() for preset in PRESETS}


def _list(client: TestClient, **query: Any) -> dict[str, Any]:
    response = client.get("/v1/analyses", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def test_list_shows_every_figure_flat(client: TestClient, stored: Analyses) -> None:
    items = _list(client)["items"]
    for item in items:
        body = next(body for body in stored.values() if body["id"] == item["id"])
        figures = body["totals"] | body["memory"]
        assert {name: item[name] for name in TOTALS} == {name: figures[name] for name in TOTALS}
        assert item["links"]["self"] == body["links"]["self"]


@pytest.mark.parametrize("kind", [AnalysisSummary, Ratios])
def test_every_figure_is_a_field_that_type_checkers_know(kind: type[Any]) -> None:
    assert [field.name for field in fields(kind) if field.name in TOTALS] == list(TOTALS)


def test_newest_comes_first(client: TestClient, stored: Analyses) -> None:
    assert [item["name"] for item in _list(client)["items"]] == list(reversed(stored))


@pytest.mark.parametrize("figure", TOTALS)
def test_every_figure_sorts_both_ways(client: TestClient, stored: Analyses, figure: str) -> None:
    rising = [item[figure] for item in _list(client, sort=figure)["items"]]
    falling = [item[figure] for item in _list(client, sort=f"-{figure}")["items"]]
    assert len(rising) == len(stored)
    assert all(low <= high for low, high in pairwise(rising))
    assert falling == rising[::-1]


@pytest.mark.parametrize("figure", TOTALS)
def test_every_figure_filters_by_an_inclusive_range(
    client: TestClient, stored: Analyses, figure: str
) -> None:
    values = sorted((body["totals"] | body["memory"])[figure] for body in stored.values())
    low, high = values[1], values[3]
    page = _list(client, **{f"min_{figure}": low, f"max_{figure}": high})
    assert page["total"] == sum(low <= value <= high for value in values)
    assert all(low <= item[figure] <= high for item in page["items"])


@pytest.mark.usefixtures("stored")
def test_family_filters(client: TestClient) -> None:
    assert {item["family"] for item in _list(client, family="resnext")["items"]} == {"resnext"}


@pytest.mark.usefixtures("stored")
def test_name_filters_by_any_part_in_any_case(client: TestClient) -> None:
    names = {item["name"] for item in _list(client, name="RESNET50")["items"]}
    assert names == {"resnet50", "seresnet50"}


@pytest.mark.parametrize("name", ["%", "_", "\\", "'; DROP TABLE analyses; --"])
def test_name_has_no_wildcards_and_no_sql(client: TestClient, stored: Analyses, name: str) -> None:
    expected = [preset for preset in stored if name in preset]
    assert _list(client, name=name)["total"] == len(expected)


def test_pages_follow_each_other_without_gap_or_overlap(
    client: TestClient, stored: Analyses
) -> None:
    seen, link = [], "/v1/analyses?limit=2&sort=batch"  # every batch is 1: all of them tie
    while link:
        page = client.get(link).json()
        assert page["total"] == len(stored)
        seen += [item["id"] for item in page["items"]]
        link = page["links"].get("next")
    assert sorted(seen) == sorted(body["id"] for body in stored.values())


def test_page_beyond_the_end_is_empty(client: TestClient, stored: Analyses) -> None:
    page = _list(client, offset=10**18)
    assert (page["items"], page["total"]) == ([], len(stored))
    assert "next" not in page["links"]


@pytest.mark.parametrize(
    ("query", "field", "accepted"),
    [
        ({"sort": "colour"}, "sort", '"-params"'),
        ({"limit": "0"}, "limit", "an integer from 1 to 500"),
        ({"limit": "many"}, "limit", "an integer from 1 to 500"),
        ({"offset": "-1"}, "offset", "an integer from 0"),
        ({"min_params": str(10**30)}, "min_params", "an integer from 0"),
        ({"min_param": "1"}, "min_param", "min_params"),
        ({"family": "resnt"}, "family", "resnet"),
        ({"name": "\x00"}, "name", "text"),
    ],
)
def test_wrong_query_says_what_would_be_accepted(
    client: TestClient, query: dict[str, str], field: str, accepted: str
) -> None:
    response = client.get("/v1/analyses", params=query)
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["field"] == field
    assert accepted in error["accepted"]
