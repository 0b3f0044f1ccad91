"""Guides as pages, in a checkout and in a wheel."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from archmeter.app.ask.question import questions
from archmeter.app.web.guides import GUIDES, guides, read_guide
from archmeter.app.web.site import static_url
from archmeter.app.web.static_files import STATIC
from archmeter.models import registry
from tests.app.web.pages import read, said

ROOT = Path(__file__).resolve().parents[3]


def test_index_names_every_guide(reader: TestClient) -> None:
    links = read(reader.get("/docs")).xpath("//dt/a/@href")
    assert GUIDES == ROOT / "docs"
    named = {"api", "catalogue", "questions", *(page.stem for page in GUIDES.glob("*.md"))}
    assert {f"/docs/{name}" for name in named} <= {*links}
    assert len({*links}) == len(links)


@pytest.mark.parametrize("name", sorted(guides()))
def test_links_of_guides_lead_somewhere(reader: TestClient, name: str) -> None:
    page = read(reader.get(f"/docs/{name}"))
    for target in page.xpath("//main//a/@href[starts-with(., '/')]"):
        path, _, anchor = target.partition("#")
        answer = reader.get(path)
        assert answer.status_code == 200, target
        assert not anchor or read(answer).xpath("//*[@id=$id]", id=anchor), target
    for target in page.xpath("//a/@href[starts-with(., '#')]"):
        assert page.xpath("//*[@id=$id]", id=target.removeprefix("#")), target


def test_unknown_guides_are_not_found(reader: TestClient) -> None:
    for path in ("nothing", "grafana/nothing.json", "..%2Fpyproject.toml", "..%2F..%2Fetc/passwd"):
        answer = reader.get(f"/docs/{path}")
        assert answer.status_code == 404, path
    assert "dashboard" not in reader.get("/docs/grafana/../conventions").text


def test_catalogue_has_every_family(reader: TestClient) -> None:
    named = said(read(reader.get("/docs/catalogue")), "//td/code")
    assert {*registry.families()} <= {*named}


def test_every_question_is_listed_as_it_is_asked(reader: TestClient) -> None:
    table = read(reader.get("/docs/questions")).xpath("//tbody/tr")
    for question, row in zip(questions().values(), table, strict=True):
        command, method, request = said(row, "td/code")
        assert command.startswith(f"archmeter {question.name}")
        assert method == question.module
        assert request.endswith(f" /v1/{question.path}")


def test_guide_is_not_sent_to_who_holds_it(reader: TestClient) -> None:
    answer = reader.get("/docs/glossary")
    held = {"If-None-Match": answer.headers["etag"]}
    assert reader.get("/docs/glossary", headers=held).status_code == 304


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


def test_reference_is_made_by_the_vendored_swagger(reader: TestClient) -> None:
    loaded = read(reader.get("/docs/api")).xpath("//script/@src | //link/@href")
    for name in ("vendor/swagger-ui-bundle.js", "vendor/swagger-ui.css", "api.js"):
        assert static_url(name) in loaded
    assert '"/openapi.json"' in (STATIC / "api.js").read_text()
    assert reader.get("/openapi.json").status_code == 200
