"""A service on a port of its own, and a real browser that looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.serving import ARGUMENTS, BROWSERS, browser_path, serving
from tests.needs import lacking

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 60_000
"""Of everything that is waited for: the machine may be slow, or busy with other tests."""

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser of this machine; the tests are skipped, loudly, where there is none.

    While it is open, an event loop runs in this thread: other modules' tests bring their own.
    """
    path = browser_path()
    if path is None:
        names = ", ".join(BROWSERS)
        lacking("chromium", f"none of {names} is on PATH: the pages are not tested in a browser")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a service listens."""
    with serving(tmp_path_factory.mktemp("browser")) as found:
        yield found


class Watched:
    """What went wrong on a page: errors in the console, and requests to elsewhere."""

    def __init__(self, page: Page, address: str) -> None:
        self.errors: list[str] = []
        self.elsewhere: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._asked(request.url, address))

    def _said(self, message: Any) -> None:
        # The browser's own note that an answer was 422: the page says what is wrong.
        if message.type == "error" and "status of 422" not in message.text:
            self.errors.append(message.text)

    def _asked(self, url: str, address: str) -> None:
        if not url.startswith((f"{address}/", "data:", "blob:")):
            self.elsewhere.append(url)

    def check(self) -> None:
        """Nothing did."""
        assert not self.errors
        assert not self.elsewhere


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(viewport=DESKTOP, reduced_motion="reduce") as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    """A page that has to stay free of errors and of requests to elsewhere."""
    page = context.new_page()
    watched = Watched(page, address)
    yield page
    watched.check()
