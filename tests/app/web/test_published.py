"""The page of published figures."""

import re
from html import unescape

from starlette.testclient import TestClient

from archmeter.app.published import select

POLICY = "default-src 'none'"


def figures(html: str) -> list[str]:
    """The rows of the page's table."""
    body = html.partition('<table id="figures">')[2].partition("<tbody>")[2]
    return re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)


def test_every_printed_figure_is_a_row_under_a_strict_policy(client: TestClient) -> None:
    answer = client.get("/published")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(POLICY)
    assert "unsafe" not in policy
    assert len(figures(answer.text)) == len(select())
    assert not re.search(r"<script(?![^>]*(src=|application/json))", answer.text)
    assert " style=" not in answer.text


def test_verdicts_are_counted_and_filter(client: TestClient) -> None:
    for verdict in ("equal", "explained", "unexplained"):
        count = len(select(verdict=verdict))
        everything = client.get("/published").text
        card = everything.partition(f'id="verdict-{verdict}"')[2].partition("</a>")[0]
        assert f">{count:,}<" in card
        assert f'href="/published?verdict={verdict}"' in card
        assert len(figures(client.get("/published", params={"verdict": verdict}).text)) == count


def test_a_form_without_scripts_filters_by_all_its_fields(client: TestClient) -> None:
    """It sends what was left empty too."""
    given = {"verdict": "", "family": "resnet", "text": "table 1"}
    answer = client.get("/published", params=given)
    expected = select("resnet", None, "TABLE 1")
    assert 0 < len(expected) < len(select("resnet"))
    assert len(figures(answer.text)) == len(expected)
    assert "<option selected>resnet</option>" in answer.text
    assert 'value="table 1"' in answer.text


def test_differences_have_their_reasons_in_words(client: TestClient) -> None:
    explained = select("resnet", "explained")
    html = unescape(client.get("/published", params={"family": "resnet"}).text)
    assert explained
    assert all(one.reason in html for one in explained)


def test_rows_lead_to_the_network_that_was_counted(client: TestClient) -> None:
    html = unescape(client.get("/published", params={"family": "resnet", "text": "1512"}).text)
    assert '/explore?preset=resnet50&stride_on=1x1&resolution=224"' in html


def test_what_is_wrong_is_said_in_the_page(client: TestClient) -> None:
    for given in ({"family": "resnt"}, {"verdict": "wrong"}, {"text": "x" * 121}):
        answer = client.get("/published", params=given)
        assert answer.status_code == 422
        assert answer.headers["content-type"].startswith("text/html")
        assert 'role="alert"' in answer.text
    assert "resnet" in client.get("/published", params={"family": "resnt"}).text


def test_hostile_text_is_shown_and_not_run(client: TestClient) -> None:
    answer = client.get("/published", params={"text": '"><script>alert(1)</script>'})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "No printed figure is like that." in answer.text


def test_scripts_get_the_result_alone_and_the_address_that_shares_it(client: TestClient) -> None:
    given = {"verdict": "equal", "family": "vgg", "text": ""}
    answer = client.get("/published", params=given, headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith('<div id="result"')
    assert "<html" not in answer.text
    assert answer.headers["hx-replace-url"] == "/published?family=vgg&verdict=equal"
    assert 'data-chart="published" data-query="family=vgg&amp;verdict=equal"' in answer.text


def test_the_service_searches_published_figures_by_text_too(client: TestClient) -> None:
    body = client.get("/v1/published", params={"text": "wrn PAPER"}).json()
    assert body["total"] == len(select(text="WRN paper")) > 0
