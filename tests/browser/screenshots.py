"""Take the screenshots that the README shows: `make screenshots`.

A service on an empty database, a browser of this machine, and the pages as people meet them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.serving import ARGUMENTS, BROWSERS, browser_path, serving

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"

SHOTS = {
    "explorer": ("/explore?preset=resnet50", "light", (1280, 1500)),
    "explorer-phone": ("/explore?preset=mobilenetv2_100", "dark", (390, 1500)),
    "compare": (
        "/compare?networks=resnet50,resnext50_32x4d,mobilenetv2_100",
        "light",
        (1280, 1200),
    ),
    "scaling": ("/scaling?preset=efficientnet_b0&overlay=true", "dark", (1280, 1000)),
    "budget": ("/scaling/fit?preset=efficientnet_b0", "light", (1280, 1000)),
    "published": ("/published?verdict=explained", "light", (1280, 1000)),
}
"""Name -> page, theme, and size of the window."""


def main() -> None:
    """Take them all, or those that are named."""
    browser = browser_path()
    if browser is None:
        sys.exit(f"screenshots need one of {', '.join(BROWSERS)} on PATH")
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=browser, args=ARGUMENTS)
        for name in sys.argv[1:] or SHOTS:
            path, theme, (width, height) = SHOTS[name]
            page = chromium.new_page(
                viewport={"width": width, "height": height},
                color_scheme=theme,  # type: ignore[arg-type]
                reduced_motion="reduce",
            )
            page.goto(address + path)
            page.wait_for_load_state("networkidle")
            for chart in page.query_selector_all("figure.chart"):
                chart.wait_for_selector(".canvas svg")
            page.screenshot(path=FOLDER / f"{name}.png")
            page.close()
        chromium.close()


if __name__ == "__main__":
    main()
