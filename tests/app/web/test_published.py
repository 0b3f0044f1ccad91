"""The page of published figures."""

from typing import Any, get_args

import pytest
from httpx2 import Response
from lxml.html import HtmlElement
from starlette.testclient import TestClient

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.verify import Verdict, VerifiedFigure
from archmeter.app.questions import published
from archmeter.app.questions.published import PublishedRequest
from tests.app.web.pages import charts, read, rows, said, words


def select(**wanted: Any) -> Rows[VerifiedFigure]:
    return published.select(PublishedRequest(**wanted))


def figures(answer: Response) -> list[list[HtmlElement]]:
    """The rows of the page's table."""
    return rows(read(answer), "figures")


def test_every_printed_figure_is_a_row_under_a_strict_policy(reader: TestClient) -> None:
    answer = reader.get("/published")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert [row[3].get("title") for row in figures(answer)] == [
        f"{figure.counted:,}" for figure in select()
    ]


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_verdicts_are_counted_and_filter(reader: TestClient, verdict: str) -> None:
    count = len(select(verdict=verdict))
    card = read(reader.get("/published")).get_element_by_id(f"verdict-{verdict}")
    assert said(card, "*[@class='value']") == [f"{count:,}"]
    assert card.get("href") == f"/published?verdict={verdict}"
    shown = figures(reader.get(card.get("href")))
    assert [words(row[5]) for row in shown] == [verdict] * count


def test_a_form_without_scripts_filters_by_all_its_fields(reader: TestClient) -> None:
    """It sends what was left empty too."""
    given = {"verdict": "", "family": "resnet", "text": "table 1"}
    answer = reader.get("/published", params=given)
    expected = select(family="resnet", text="TABLE 1")
    assert 0 < len(expected) < len(select(family="resnet"))
    assert len(figures(answer)) == len(expected)
    assert dict(read(answer).get_element_by_id("filter").form_values()) == given


def test_differences_have_their_reasons_in_words(reader: TestClient) -> None:
    explained = select(family="resnet", verdict="explained")
    shown = figures(reader.get("/published", params={"family": "resnet"}))
    assert explained
    assert {figure.reason for figure in explained} == {words(row[6]) for row in shown} - {""}


def test_rows_lead_to_the_network_that_was_counted(reader: TestClient) -> None:
    answer = reader.get("/published", params={"family": "resnet", "text": "1512"})
    links = [row[0].xpath("a/@href")[0] for row in figures(answer)]
    assert "/explore?preset=resnet50&stride_on=1x1&resolution=224" in links


@pytest.mark.parametrize("given", [{"family": "resnt"}, {"verdict": "wrong"}, {"text": "x" * 121}])
def test_what_is_wrong_is_said_in_the_page(reader: TestClient, given: dict[str, str]) -> None:
    answer = reader.get("/published", params=given)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    (error,) = said(read(answer), "//*[@role='alert']")
    assert error.startswith(f"{next(iter(given))}: ")
    assert "family" not in given or "resnet" in error


def test_hostile_text_is_shown_and_not_run(reader: TestClient) -> None:
    hostile = '"><script>alert(1)</script>'
    answer = reader.get("/published", params={"text": hostile})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert read(answer).get_element_by_id("text").get("value") == hostile
    assert said(read(answer), "//*[@id='result']/p") == ["No printed figure is like that."]


def test_scripts_get_the_result_alone_and_the_address_that_shares_it(reader: TestClient) -> None:
    given = {"verdict": "equal", "family": "vgg", "text": ""}
    answer = reader.get("/published", params=given, headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith('<div id="result"')
    assert "<html" not in answer.text
    assert answer.headers["hx-replace-url"] == "/published?family=vgg&verdict=equal"
    assert charts(read(answer)) == {"published": "family=vgg&verdict=equal"}


def test_the_service_searches_published_figures_by_text_too(reader: TestClient) -> None:
    body = reader.get("/v1/published", params={"text": "wrn PAPER"}).json()
    assert body["total"] == len(select(text="WRN paper")) > 0
