"""How much the explorer sends before anything is seen, and how soon figures follow a knob.

Bytes are held; times are printed (`pytest -s`), for they are those of the machine.
"""

from __future__ import annotations

import sys
from statistics import median
from urllib.parse import urlparse

from playwright.sync_api import BrowserContext, Page, Request, expect

from archmeter.analyzers import analyze
from archmeter.models.registry import resolve
from tests.browser.conftest import PATIENCE_MS

MOST_BYTES = 400_000
CHART_BUNDLE = "/static/vendor/vega.min.js"

KNOB = """([name, value, patience]) => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error("no other figures came")), patience);
  const figures = document.getElementById("figures").parentElement;
  const started = performance.now();
  new MutationObserver((_, observer) => {
    observer.disconnect();
    resolve(performance.now() - started);
  }).observe(figures, {childList: true, subtree: true});
  const field = document.getElementById(name);
  field.value = value;
  field.dispatchEvent(new Event("input", {bubbles: true}));
})"""
"""Milliseconds from an input event to other figures on the page, the form's patience included."""


def test_the_explorer_is_light_and_follows_quickly(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108 - it marks its listener
    page.goto(f"{address}/explore?preset=resnet50")
    expect(page.locator("#figures")).to_contain_text("25,557,032")
    shown = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    page.wait_for_load_state("networkidle")
    sizes = {urlparse(request.url).path: _bytes(request) for request in finished}
    bundle = sizes.pop(CHART_BUNDLE)
    _say(f"\nfirst paint {shown:.0f} ms; {sum(sizes.values()):,} bytes, {bundle:,} more for charts")
    assert sum(sizes.values()) <= MOST_BYTES, sizes
    times = [_turn(page, side) for side in (192, 256, 288, 160, 320)]
    _say(f"figures follow a knob after {median(times):.0f} ms (median of {len(times)})")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _turn(page: Page, side: int) -> float:
    milliseconds: float = page.evaluate(KNOB, ["resolution", str(side), PATIENCE_MS])
    macs = analyze(resolve({"preset": "resnet50", "resolution": side})).totals.macs
    expect(page.locator("#figures")).to_contain_text(f"{macs:,}")
    return milliseconds


def _bytes(request: Request) -> int:
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]
