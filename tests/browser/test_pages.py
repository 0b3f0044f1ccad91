"""Every page in a real browser: no errors, nothing from elsewhere, usable by everybody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from archmeter.app.charts.registry import charts
from archmeter.app.web.site import NAVIGATION
from tests.browser.conftest import DESKTOP, PATIENCE_MS, PHONE, Watched

AXE = Path(__file__).parents[1] / "data" / "vendor" / "axe.min.js"

PATHS = (
    *(link.path for link in NAVIGATION),
    "/explore?preset=mobilenetv2_100&resolution=192",
    "/compare?networks=resnet50,resnext50_32x4d,mobilenetv2_100",
    "/scaling/fit",
    "/scaling/iso-cost",
    "/docs/conventions",
    "/docs/api",
    "/docs/questions",
)
SERIOUS = {"serious", "critical"}

every_page = pytest.mark.parametrize("path", PATHS)


def settle(page: Page) -> None:
    """Wait until every part is there, and every chart in sight is drawn."""
    page.wait_for_load_state("networkidle")
    expect(page.locator(".htmx-request")).to_have_count(0)
    for chart in page.query_selector_all("figure.chart"):
        if chart.is_visible():
            chart.wait_for_selector(".canvas svg")


@every_page
def test_a_page_is_there_for_everybody(page: Page, address: str, path: str) -> None:
    """Without errors, without anybody else, in both themes, on a phone as on a desk."""
    response = page.goto(address + path)
    assert response
    assert response.status == 200
    assert "script-src 'self'" in response.headers["content-security-policy"]
    settle(page)
    assert page.title().endswith("archmeter")
    assert page.locator("h1:not(#swagger-ui h1)").count() == 1
    assert violations(page) == []
    page.locator("#theme").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    settle(page)
    assert violations(page) == []
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        # Tables and charts may scroll by themselves; the page scrolls in one direction.
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_page_opened_on_a_phone_fits_it(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{address}/explore")
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("script", ["htmx.min.js", "explorer.js"])
def test_a_part_opened_before_the_scripts_are_there_is_fetched_once_they_are(
    page: Page, address: str, script: str
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**/{script}*", hold)
    page.goto(f"{address}/explore?preset=resnet18", wait_until="commit")
    page.locator("#blocks summary").click()
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not held:
        assert time.monotonic() < deadline, f"{script} is never asked for"
        page.wait_for_timeout(300)
    for route in held:
        route.continue_()
    settle(page)
    # In the place of each is a link to it, until it comes.
    for part in ("charts", "blocks"):
        expect(page.locator(f"#{part} a[href^='/explore/']")).to_have_count(0)


def violations(page: Page) -> list[Any]:
    """What axe finds that is serious: rules, and elements at fault.

    The checker is put in from outside, which the pages' own policy forbids to everybody.
    """
    page.evaluate(AXE.read_text())
    # What Swagger UI makes is its own.
    where = "{exclude: [['#swagger-ui']]}"
    found = page.evaluate(f"axe.run({where}, {{resultTypes: ['violations']}})")
    return [
        (violation["id"], [node["html"][:160] for node in violation["nodes"][:3]])
        for violation in found["violations"]
        if violation["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("name", charts())
def test_a_chart_is_drawn_from_the_same_definition_in_a_frame(
    page: Page, address: str, name: str
) -> None:
    query = EMBEDDED.get(name, "preset=resnet18")
    page.goto(f"{address}/embed/charts/{name}?{query}")
    page.wait_for_selector(".canvas svg")
    assert page.locator(".canvas svg .mark-group").count()


EMBEDDED = {
    "comparison": "presets=resnet18,resnet50",
    "waterfall": "presets=resnet18,resnet50",
    "scatter": "presets=true",
    "scaling": "preset=efficientnet_b0&points=4",
    "published": "",
}
"""What charts are asked that are not of one network."""


@contextmanager
def elsewhere(html: str) -> Iterator[str]:
    """Somebody else's page, on an origin of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:  # type: ignore[override]
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_chart_is_shown_in_a_frame_of_a_foreign_page(
    context: BrowserContext, address: str
) -> None:
    """On another origin, in a sandbox whose own origin is none."""
    page = context.new_page()
    watched = Watched(page, address)
    frame = f"{address}/embed/charts/stages?preset=resnet18"
    html = f'<iframe sandbox="allow-scripts" width="700" height="400" src="{frame}"></iframe>'
    with elsewhere(html) as foreign:
        page.goto(foreign)
        page.frame_locator("iframe").locator(".canvas svg").wait_for()
    assert [url for url in watched.elsewhere if not url.startswith(foreign)] == []


def test_pages_refuse_to_be_framed(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    with elsewhere(f'<iframe src="{address}/compare"></iframe>') as foreign:
        page.goto(foreign)
        page.wait_for_timeout(500)
        assert page.frames[1].query_selector("main") is None
