"""oEmbed: what other sites show in the place of a link."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx2 import Response
from lxml import html
from starlette.testclient import TestClient

from archmeter.app.http.main import create_app
from archmeter.app.settings import Settings
from archmeter.app.web.embedding import Frame, base_url

BASE = "https://archmeter.example.org/tools"


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    database = tmp_path_factory.mktemp("oembed") / "o.db"
    settings = Settings(database_url=f"sqlite:///{database}", public_url=BASE)
    with TestClient(create_app(settings)) as client:
        yield client


def frame_of(answer: Response) -> html.HtmlElement:
    """What is pasted elsewhere, after a look at it: one frame and nothing else."""
    assert answer.status_code == 200, answer.text
    frame = html.fragment_fromstring(answer.json()["html"])
    assert frame.tag == "iframe"
    return frame


@pytest.mark.parametrize(
    ("path", "framed"),
    [
        ("/embed/charts/stages?preset=resnet18", "/embed/charts/stages?preset=resnet18"),
        ("/embed/tables/layers?preset=resnet18", "/embed/tables/layers?preset=resnet18"),
        ("/charts/memory?preset=resnet18&batch=8", "/embed/charts/memory?preset=resnet18&batch=8"),
        ("/explore?preset=resnet18&batch=8", "/embed/charts/stages?preset=resnet18&batch=8"),
        ("/published?family=vgg", "/embed/charts/published?family=vgg"),
        ("/compare?networks=resnet18", "/embed/charts/comparison?networks=resnet18"),
    ],
)
def test_link_becomes_a_frame(public: TestClient, path: str, framed: str) -> None:
    answer = public.get("/oembed", params={"url": f"{BASE}{path}", "format": "json"})
    frame, body = frame_of(answer), answer.json()
    assert (body["version"], body["type"], body["provider_url"]) == ("1.0", "rich", BASE)
    assert frame.get("src") == f"{BASE}{framed}"
    assert public.get(framed).status_code == 200
    assert frame.get("sandbox").startswith("allow-scripts ")
    assert "allow-same-origin" not in frame.get("sandbox")


def test_frame_is_no_larger_than_was_asked_for(public: TestClient) -> None:
    url = f"{BASE}/charts/memory?preset=resnet18&width=900&height=700"
    answer = public.get("/oembed", params={"url": url, "maxwidth": 320, "maxheight": 200})
    body, frame = answer.json(), frame_of(answer)
    assert (body["width"], body["height"]) == (320, 200)
    assert (frame.get("width"), frame.get("height")) == ("320", "200")
    body = public.get("/oembed", params={"url": url}).json()
    assert body["width"] == 900
    assert body["height"] > 700


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example.org/tools/charts/stages?preset=resnet18",
        f"{BASE}.evil.example/charts/stages?preset=resnet18",
        "//evil.example/charts/stages?preset=resnet18",
        "http://testserver/charts/stages?preset=resnet18",
        f"{BASE}/docs",
        f"{BASE}/charts/nothing",
        f"{BASE}/charts/stages?preset=resnet81",
        f"{BASE}/explore?preset=resnet81",
        "http://[",
        "",
    ],
)
def test_what_is_not_here_is_not_found(public: TestClient, url: str) -> None:
    answer = public.get("/oembed", params={"url": url})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_json_is_the_only_format(public: TestClient) -> None:
    params = {"url": f"{BASE}/charts/stages?preset=resnet18", "format": "xml"}
    answer = public.get("/oembed", params=params)
    assert (answer.status_code, answer.json()["code"]) == (501, "not_implemented")


def test_host_header_is_not_believed(public: TestClient) -> None:
    url = "/charts/stages?preset=resnet18"
    answer = public.get("/oembed", params={"url": url}, headers={"Host": "evil.example"})
    assert "evil.example" not in answer.text
    assert frame_of(answer).get("src").startswith(f"{BASE}/")
    url = "http://evil.example/charts/stages?preset=resnet18"
    answer = public.get("/oembed", params={"url": url}, headers={"Host": "evil.example"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("settings", "base"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"host": "0.0.0.0", "port": 80}, "http://localhost:80"),  # noqa: S104 - nobody listens
        ({"host": "::1"}, "http://[::1]:8000"),
        ({"public_url": "https://a.example/"}, "https://a.example"),
    ],
)
def test_addresses_begin_with_the_public_url_or_the_address_listened_on(
    settings: dict[str, object], base: str
) -> None:
    assert base_url(Settings.model_validate(settings)) == base


def test_titles_are_escaped_in_the_frame() -> None:
    """Names of networks have no markup in them, but whoever adds one need not know that."""
    frame = html.fragment_fromstring(Frame('"><script>', "/x?a=1&b=2", 1, 1).html(BASE))
    assert (frame.get("title"), frame.get("src")) == ('"><script>', f"{BASE}/x?a=1&b=2")


@pytest.mark.parametrize(
    "path", ["/charts/stages?preset=resnet18", "/explore?preset=resnet18", "/published?family=vgg"]
)
def test_page_with_charts_can_be_discovered(public: TestClient, path: str) -> None:
    page = html.fromstring(public.get(path).text)
    (link,) = page.xpath("//link[@rel='alternate' and @type='application/json+oembed']")
    source = urlsplit(frame_of(public.get(link.get("href"))).get("src"))
    assert source.path.startswith("/tools/embed/charts/")
    assert parse_qs(source.query)


def test_page_without_charts_cannot(public: TestClient) -> None:
    assert "json+oembed" not in public.get("/docs").text
