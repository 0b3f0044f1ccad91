"""What holds for every page: nothing from elsewhere, nothing inline, nothing of a query obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from archmeter.app.web import pages
from archmeter.app.web.site import CONTENT_SECURITY_POLICY, NAVIGATION, inline_json, static_url
from archmeter.app.web.static_files import STATIC
from archmeter.app.web.vendored import CHART_BUNDLE, FOR_TESTS, PACKAGES, SERVED, manifest
from tests.app.web.pages import read

EXAMPLES = {
    "/charts/{name}": "/charts/stages",
    "/embed/charts/{name}": "/embed/charts/stages",
    "/embed/tables/{name}": "/embed/tables/stages",
    "/share/{name}": "/share/stages",
    "/docs/{name}": "/docs/conventions",
    "/docs/{folder}/{name}": "/docs/grafana/dashboard.json",
}
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"


def paths() -> Iterator[str]:
    """Every page that is read with GET."""
    for info in iter_modules(pages.__path__):
        for route in import_module(f"{pages.__name__}.{info.name}").router.routes:
            assert isinstance(route, APIRoute)
            if "GET" in route.methods:
                yield EXAMPLES.get(route.path, route.path)


PAGES = sorted(set(paths()))


LOADED = (
    "//script/@src | //img/@src | //iframe/@src | //source/@src | //@data-bundle"
    " | //link[@rel='stylesheet' or @rel='icon' or @rel='preload']/@href"
)
"""What a browser fetches by itself."""


def test_every_page_with_parameters_has_an_example() -> None:
    assert not [path for path in PAGES if "{" in path]
    assert {link.path for link in NAVIGATION} <= set(PAGES)


@pytest.mark.parametrize("path", PAGES)
def test_page_has_nothing_inline_and_nothing_from_elsewhere(reader: TestClient, path: str) -> None:
    answer = reader.get(path, params={"preset": "resnet18"} if "stages" in path else None)
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    if not answer.headers["content-type"].startswith("text/html"):
        return
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(f"{CONTENT_SECURITY_POLICY}; frame-ancestors ")
    assert policy.endswith("*" if path.startswith("/embed/") else "'none'")
    assert "unsafe" not in policy
    page = read(answer)
    assert not page.xpath("//style | //@style | //@*[starts-with(name(), 'on')]")
    assert not page.xpath("//script[not(@src) and not(@type='application/json')]")
    for url in page.xpath(LOADED):
        assert url.startswith("/"), url
        assert not url.startswith("//"), url
        if url not in _FOUND and not url.startswith("/v1/charts/"):  # drawn in tests of their own
            assert reader.head(url).status_code == 200, url
            _FOUND.add(url)


_FOUND: set[str] = set()


@pytest.mark.parametrize("path", PAGES)
def test_what_a_query_says_is_shown_and_not_obeyed(reader: TestClient, path: str) -> None:
    together = dict.fromkeys(("family", "series", "theme", "q", "verdict", "device"), HOSTILE)
    for query in (together, {"preset": HOSTILE}, {"networks": HOSTILE}):
        answer = reader.get(path, params=query)
        assert answer.status_code in {200, 404, 422}
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
    answer = reader.get(f"/docs/{quote(HOSTILE, safe='')}")
    assert "<img src=x" not in answer.text


def test_json_in_a_page_cannot_end_its_element() -> None:
    assert "<" not in inline_json({"name": "</script><script>alert(1)</script>"})


def test_static_files_are_kept_by_their_version(reader: TestClient) -> None:
    url = static_url("archmeter.css")
    assert "immutable" in reader.get(url).headers["cache-control"]
    assert "immutable" not in reader.get("/static/archmeter.css").headers["cache-control"]
    assert reader.get(url).headers["access-control-allow-origin"] == "*"


def test_styles_and_scripts_name_nothing_elsewhere() -> None:
    for file in (*STATIC.glob("*.css"), *STATIC.glob("*.js")):
        text = re.sub(r"^\s*(//|/\*).*$", "", file.read_text("utf-8"), flags=re.MULTILINE)
        assert not re.search(r"(https?:)?//[a-z]+\.", text), file.name


@pytest.mark.parametrize("folder", [SERVED, FOR_TESTS], ids=lambda folder: folder.parts[-3])
def test_vendored_files_are_those_of_the_manifest(folder: Path) -> None:
    entries = manifest(folder)
    files = {path.name for path in folder.iterdir()} - {"vendored.json"}
    assert files == set(entries)
    for name, entry in entries.items():
        assert sha256((folder / name).read_bytes()).hexdigest() == entry["sha256"], name
        assert entry["licence"]


def test_manifest_has_the_versions_that_would_be_fetched() -> None:
    for package in PACKAGES:
        for name in package.files.values():
            entry = manifest(package.folder)[name]
            assert entry["source"] == f"npm {package.name}@{package.version}"
            assert entry["licence"] == package.licence
    assert CHART_BUNDLE in manifest(SERVED)
