"""Charts and tables in frames of other sites, the page behind them, and what is shared."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from archmeter.app.charts.chart import Chart, Drawing, Look
from archmeter.app.charts.registry import charts
from archmeter.app.charts.series import with_series
from archmeter.app.errors import InvalidRequest
from archmeter.app.main import create_app
from archmeter.app.network_query import NetworkQuery
from archmeter.app.settings import Settings

OF_A_NETWORK = [name for name, chart in charts().items() if issubclass(chart.query, NetworkQuery)]


def spec_of(html: str) -> dict[str, Any]:
    (found,) = re.findall(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)
    return json.loads(found)


@pytest.mark.parametrize("name", OF_A_NETWORK)
def test_chart_of_a_network_stands_in_its_frame(client: TestClient, name: str) -> None:
    answer = client.get(f"/embed/charts/{name}?preset=resnet18&theme=dark")
    assert answer.status_code == 200
    assert '<html lang="en" data-theme="dark"' in answer.text
    spec = spec_of(answer.text)
    drawn = client.get(f"/v1/charts/{name}.vl.json?preset=resnet18&theme=dark").json()
    assert spec["data"] == drawn["data"]
    assert spec["config"] == drawn["config"]
    assert f'href="/charts/{name}?' in answer.text
    assert 'target="_blank" rel="noopener"' in answer.text


def test_chart_fills_its_frame_unless_a_size_is_named(client: TestClient) -> None:
    spec = spec_of(client.get("/embed/charts/stages?preset=resnet18").text)
    assert (spec["width"], spec["height"]) == ("container", "container")
    spec = spec_of(client.get("/embed/charts/memory?preset=resnet18&width=400&height=200").text)
    assert (spec["width"], spec["height"]) == (400, 200)


def test_chosen_series_keep_their_colours(client: TestClient) -> None:
    answer = client.get("/embed/charts/stages?preset=resnet18&series=MACs,activations")
    spec = spec_of(answer.text)
    assert {row["figure"] for row in spec["data"]["values"]} == {"MACs", "activations"}
    colour = spec["encoding"]["color"]
    assert colour["scale"]["domain"] == ["parameters", "MACs", "activations", "kept for training"]
    assert colour["legend"]["values"] == ["MACs", "activations"]


def test_chart_of_one_colour_has_no_series() -> None:
    drawing = Drawing("x", "y", [{"a": 1}])
    chart = Chart("x", "x", "x", Look, lambda *_: drawing, lambda *_: {"mark": "bar"})
    assert with_series(chart, drawing, Look(), None)["mark"] == "bar"
    with pytest.raises(InvalidRequest, match="no series to choose from"):
        with_series(chart, drawing, Look(), "a")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("charts/nothing?preset=resnet18", 404, "There is no chart called"),
        ("tables/nothing", 404, "There is no chart called"),
        ("charts/stages?preset=resnet81", 422, "nearest: resnet"),
        ("charts/stages?analysis=0123456789abcdef01234567", 404, "No such analysis"),
        ("charts/stages", 422, "Give one of analysis, preset and architecture"),
        ("charts/stages?preset=resnet18&widht=3", 422, "widht: No such field. Accepted: width"),
        ("charts/stages?preset=resnet18&width=3", 422, "width: "),
        ("charts/stages?preset=resnet18&series=GPUs", 422, "Accepted: parameters, MACs"),
        ("charts/stages?preset=resnet18&series=MACs,MACs", 422, "is there twice"),
        ("charts/stages?preset=resnet18&series=" + 1_001 * "x", 422, "series: "),
    ],
)
def test_what_cannot_be_shown_is_said_in_a_page(
    client: TestClient, path: str, status: int, said: str
) -> None:
    answer = client.get(f"/embed/{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    assert said in answer.text


def test_table_has_the_rows_of_its_chart(client: TestClient) -> None:
    answer = client.get("/embed/tables/layers?preset=resnet18")
    rows = client.get("/v1/charts/layers.json?preset=resnet18").json()
    body = answer.text.partition("<tbody>")[2]
    assert body.count("<tr>") == len(rows)
    assert '<td class="number">{:,}</td>'.format(rows[0]["macs"]) in body
    assert '<th scope="col" class="number">MACs</th>' in answer.text
    assert "1 MAC = one multiply-accumulate" in answer.text


@pytest.mark.parametrize("kind", ["charts", "tables"])
def test_frame_is_not_sent_to_who_holds_it(client: TestClient, kind: str) -> None:
    url = f"/embed/{kind}/stages?preset=resnet18"
    answer = client.get(url)
    assert answer.headers["cache-control"] == "public, no-cache"
    again = client.get(url, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "frame-ancestors" in again.headers["content-security-policy"]
    head = client.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == answer.headers["etag"]


def test_operator_says_who_may_show_frames(tmp_path: Path) -> None:
    ancestors = "'self' https://wiki.example.org"
    settings = Settings(database_url=f"sqlite:///{tmp_path}/e.db", embed_ancestors=ancestors)
    with TestClient(create_app(settings)) as client:
        policy = client.get("/embed/charts/stages?preset=resnet18").headers[
            "content-security-policy"
        ]
    assert policy.endswith(f"frame-ancestors {ancestors}")


def test_frames_load_classic_scripts_that_need_no_origin(client: TestClient) -> None:
    """In a sandbox modules are refused, and storage throws."""
    html = client.get("/embed/charts/stages?preset=resnet18").text
    scripts = re.findall(r'<script src="([^"?]+)[^>]*>', html)
    assert scripts == ["/static/charts.js"]
    assert 'type="module"' not in html
    assert "localStorage" not in client.get("/static/charts.js").text


def test_page_of_a_chart_leads_to_its_network(client: TestClient) -> None:
    answer = client.get("/charts/stages?preset=resnet18&batch=8")
    assert '<a href="/explore?preset=resnet18&amp;batch=8">' in answer.text
    assert "/v1/charts/stages.svg?preset=resnet18&amp;batch=8" in answer.text
    assert client.get("/charts/nothing").status_code == 404


def snippets(html: str) -> dict[str, str]:
    from html import unescape

    found = re.findall(r'<textarea id="share-(\w+)"[^>]*>(.*?)</textarea>', html, re.DOTALL)
    return {key: unescape(text) for key, text in found if text}


@pytest.fixture
def public(tmp_path: Path) -> TestClient:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/p.db", public_url="https://archmeter.example.org/"
    )
    return TestClient(create_app(settings))


def test_every_snippet_leads_where_it_says(public: TestClient) -> None:
    with public as client:
        html = client.get("/share/memory?preset=resnet18&theme=dark").text
        texts = snippets(html)
        assert {*texts} == {
            *("link", "iframe", "table", "markdown", "html", "vega", "json", "csv"),
            *("badges", "shields", "oembed"),
        }
        urls = re.findall(
            r"https://archmeter\.example\.org(/[^\"\s)<>]*)", "\n".join(texts.values())
        )
        assert len(urls) > 10
        for url in urls:
            if ".svg" not in url or url.startswith("/badges"):  # images have tests of their own
                assert client.get(url.replace("&amp;", "&")).status_code == 200, url
    assert "theme=dark" in texts["iframe"]
    assert "/badges/params.svg?preset=resnet18)" in texts["badges"]


def test_snippets_never_repeat_the_host_header(client: TestClient) -> None:
    html = client.get("/share/memory?preset=resnet18", headers={"Host": "evil.example"}).text
    assert "evil.example" not in html
    assert 'data-assumed="http://127.0.0.1:8000"' in html
    assert snippets(html)["link"] == "http://127.0.0.1:8000/charts/memory?preset=resnet18"


def test_share_is_a_page_without_scripts_and_a_part_of_one_with(client: TestClient) -> None:
    url = "/share/memory?preset=resnet18"
    assert "<!doctype html>" in client.get(url).text
    part = client.get(url, headers={"HX-Request": "true"}).text
    assert "<!doctype html>" not in part
    assert snippets(part) == snippets(client.get(url).text)
    assert client.get("/share/memory?preset=resnet81").status_code == 422
    assert (
        f'<a href="{url}" data-share="memory">' in client.get("/charts/memory?preset=resnet18").text
    )
