"""Charts and tables in frames of other sites, the page behind them, and what is shared."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from archmeter.app.ask.errors import InvalidRequest
from archmeter.app.ask.network import NetworkRequest
from archmeter.app.charts.chart import Chart, Drawing, Look
from archmeter.app.charts.registry import charts
from archmeter.app.charts.series import with_series
from archmeter.app.http.main import create_app
from archmeter.app.settings import Settings
from tests.app.web.pages import read, said, words

OF_A_NETWORK = [name for name, chart in charts().items() if issubclass(chart.query, NetworkRequest)]


def spec_of(answer: Response) -> dict[str, Any]:
    (found,) = read(answer).xpath("//script[@type='application/json']")
    return json.loads(found.text)


@pytest.mark.parametrize("name", OF_A_NETWORK)
def test_chart_of_a_network_stands_in_its_frame(reader: TestClient, name: str) -> None:
    answer = reader.get(f"/embed/charts/{name}?preset=resnet18&theme=dark")
    assert answer.status_code == 200
    page = read(answer)
    assert (page.get("lang"), page.get("data-theme")) == ("en", "dark")
    spec = spec_of(answer)
    drawn = reader.get(f"/v1/charts/{name}.vl.json?preset=resnet18&theme=dark").json()
    assert spec["data"] == drawn["data"]
    assert spec["config"] == drawn["config"]
    (link,) = page.xpath("//footer/a")
    assert link.get("href").startswith(f"/charts/{name}?")
    assert (link.get("target"), link.get("rel")) == ("_blank", "noopener")


def test_chart_fills_its_frame_unless_a_size_is_named(reader: TestClient) -> None:
    spec = spec_of(reader.get("/embed/charts/stages?preset=resnet18"))
    assert (spec["width"], spec["height"]) == ("container", "container")
    spec = spec_of(reader.get("/embed/charts/memory?preset=resnet18&width=400&height=200"))
    assert (spec["width"], spec["height"]) == (400, 200)


def test_chosen_series_keep_their_colours(reader: TestClient) -> None:
    spec = spec_of(reader.get("/embed/charts/stages?preset=resnet18&series=MACs,activations"))
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
    ("path", "status", "error"),
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
    reader: TestClient, path: str, status: int, error: str
) -> None:
    answer = reader.get(f"/embed/{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    assert error in " ".join(said(read(answer), "//p[@class='error']"))


def test_table_has_the_rows_of_its_chart(reader: TestClient) -> None:
    page = read(reader.get("/embed/tables/layers?preset=resnet18"))
    rows = reader.get("/v1/charts/layers.json?preset=resnet18").json()
    (macs,) = page.xpath("//th[@scope='col' and @class='number' and text()='MACs']")
    shown = [row.getchildren() for row in page.xpath("//tbody/tr")]
    cells = [row[macs.getparent().index(macs)] for row in shown]
    assert [words(cell) for cell in cells] == [f"{row['macs']:,}" for row in rows]
    assert {cell.get("class") for cell in cells} == {"number"}
    assert "1 MAC = one multiply-accumulate" in said(page, "//footer")[0]


@pytest.mark.parametrize("kind", ["charts", "tables"])
def test_frame_is_not_sent_to_who_holds_it(reader: TestClient, kind: str) -> None:
    url = f"/embed/{kind}/stages?preset=resnet18"
    answer = reader.get(url)
    assert answer.headers["cache-control"] == "public, no-cache"
    again = reader.get(url, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "frame-ancestors" in again.headers["content-security-policy"]
    head = reader.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == answer.headers["etag"]


def test_operator_says_who_may_show_frames(tmp_path: Path) -> None:
    ancestors = "'self' https://wiki.example.org"
    settings = Settings(database_url=f"sqlite:///{tmp_path}/e.db", embed_ancestors=ancestors)
    with TestClient(create_app(settings)) as client:
        answer = client.get("/embed/charts/stages?preset=resnet18")
    assert answer.headers["content-security-policy"].endswith(f"frame-ancestors {ancestors}")


def test_frames_load_classic_scripts_that_need_no_origin(reader: TestClient) -> None:
    """In a sandbox modules are refused, and storage throws."""
    (script,) = read(reader.get("/embed/charts/stages?preset=resnet18")).xpath("//script[@src]")
    assert script.get("src").partition("?")[0] == "/static/charts.js"
    assert script.get("type") is None
    assert "localStorage" not in reader.get("/static/charts.js").text


def test_page_of_a_chart_leads_to_its_network(reader: TestClient) -> None:
    page = read(reader.get("/charts/stages?preset=resnet18&batch=8"))
    links = page.xpath("//main//a/@href")
    assert "/explore?preset=resnet18&batch=8" in links
    assert "/v1/charts/stages.svg?preset=resnet18&batch=8" in links
    assert reader.get("/charts/nothing").status_code == 404


def snippets(answer: Response) -> dict[str, str]:
    """The texts to be pasted, by what they are."""
    areas = read(answer).xpath("//textarea[text()]")
    return {area.get("id").removeprefix("share-"): area.text for area in areas}


def test_every_snippet_leads_where_it_says(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/p.db", public_url="https://archmeter.example.org/"
    )
    with TestClient(create_app(settings)) as client:
        texts = snippets(client.get("/share/memory?preset=resnet18&theme=dark"))
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


def test_snippets_never_repeat_the_host_header(reader: TestClient) -> None:
    url = "/share/memory?preset=resnet18"
    answer = reader.get(url, headers={"Host": "evil.example"})
    assert "evil.example" not in answer.text
    assert read(answer).xpath("//@data-assumed") == ["http://127.0.0.1:8000"]
    assert snippets(answer)["link"] == "http://127.0.0.1:8000/charts/memory?preset=resnet18"


def test_share_is_a_page_without_scripts_and_a_part_of_one_with(reader: TestClient) -> None:
    url = "/share/memory?preset=resnet18"
    whole, part = reader.get(url), reader.get(url, headers={"HX-Request": "true"})
    assert "<!doctype html>" in whole.text
    assert "<!doctype html>" not in part.text
    assert snippets(part) == snippets(whole)
    assert reader.get("/share/memory?preset=resnet81").status_code == 422
    chart = read(reader.get("/charts/memory?preset=resnet18"))
    assert chart.xpath("//a[@data-share='memory']/@href") == [url]
