"""Guides as pages, in a checkout and in a wheel."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from archmeter.app.web.guides import GUIDES, guides, read_guide
from archmeter.app.web.static_files import STATIC
from archmeter.models import registry

ROOT = Path(__file__).resolve().parents[3]


def test_index_names_every_guide(client: TestClient) -> None:
    html = client.get("/docs").text
    assert GUIDES == ROOT / "docs"
    for page in GUIDES.glob("*.md"):
        assert f'<a href="/docs/{page.stem}">' in html
    assert '<a href="/docs/api">' in html
    assert '<a href="/docs/catalogue">' in html


@pytest.mark.parametrize("name", sorted(guides()))
def test_links_of_guides_lead_somewhere(client: TestClient, name: str) -> None:
    html = client.get(f"/docs/{name}").text
    for target in re.findall(r'<article.*?href="(/[^"]*)"', html, re.DOTALL):
        path, _, anchor = target.partition("#")
        answer = client.get(path)
        assert answer.status_code == 200, target
        assert not anchor or f'id="{anchor}"' in answer.text, target
    for anchor in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{anchor}"' in html, anchor


def test_unknown_guides_are_not_found(client: TestClient) -> None:
    for path in ("nothing", "grafana/nothing.json", "..%2Fpyproject.toml", "..%2F..%2Fetc/passwd"):
        answer = client.get(f"/docs/{path}")
        assert answer.status_code == 404, path
    assert "dashboard" not in client.get("/docs/grafana/../conventions").text


def test_catalogue_has_every_family(client: TestClient) -> None:
    html = client.get("/docs/catalogue").text
    assert all(f"<code>{name}</code>" in html for name in registry.families())


def test_guide_is_not_sent_to_who_holds_it(client: TestClient) -> None:
    answer = client.get("/docs/glossary")
    held = {"If-None-Match": answer.headers["etag"]}
    assert client.get("/docs/glossary", headers=held).status_code == 304


def test_html_in_a_guide_is_shown() -> None:
    guide = read_guide("x", "# A\n\n<script>alert(1)</script>\n\n[b](javascript:alert(1))\n")
    assert "<script" not in guide.html
    assert "&lt;script" in guide.html
    assert "href=" not in guide.html


def test_headings_have_anchors_that_differ() -> None:
    guide = read_guide("x", "# One\n\nSome *words*.\n\n## What a `FLOP` is\n\n## What a FLOP is\n")
    assert [heading.anchor for heading in guide.headings] == ["what-a-flop-is", "what-a-flop-is-1"]
    assert '<h2 id="what-a-flop-is-1">' in guide.html
    assert (guide.title, guide.summary) == ("One", "Some words.")


def test_tables_and_code_can_be_scrolled_by_keyboard() -> None:
    guide = read_guide("x", "# T\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n```\n<&>\n```\n")
    assert '<div class="wide" tabindex="0" role="region"' in guide.html
    assert "<td" in guide.html
    assert '<pre tabindex="0"><code>&lt;&amp;&gt;\n</code></pre>' in guide.html


def test_links_between_files_become_links_between_pages() -> None:
    text = (
        "[a](conventions.md#what-a-flop-is) [b](../README.md) [c](https://example.org/x) "
        "[d](grafana/dashboard.json) [e](#here) [f](../../secrets.md)"
    )
    html = read_guide("x", text).html
    assert re.findall(r'href="([^"]*)"', html) == [
        "/docs/conventions#what-a-flop-is",
        "https://example.org/x",
        "/docs/grafana/dashboard.json",
        "#here",
    ]
    assert "<span>b</span>" in html


def test_reference_is_made_by_the_vendored_swagger(client: TestClient) -> None:
    html = client.get("/docs/api").text
    for name in ("vendor/swagger-ui-bundle.js", "vendor/swagger-ui.css", "api.js"):
        assert f"/static/{name}?v=" in html
    assert '"/openapi.json"' in (STATIC / "api.js").read_text()
    assert client.get("/openapi.json").status_code == 200
