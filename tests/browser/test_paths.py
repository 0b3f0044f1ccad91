"""What people come for, by mouse and by keyboard alone."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from archmeter.analyzers import analyze
from archmeter.app.ask.spelling import value_of
from archmeter.models.registry import resolve
from archmeter.models.spec import InputSpec


def figures(page: Page) -> list[str]:
    """What the cards say, exact integers among it."""
    return page.locator("#figures").inner_text().replace(",", "").split()


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlparse(page.url).query)


def press_until(page: Page, key: str, name: str) -> None:
    """Press a key until the element with an id has the focus."""
    for _ in range(200):
        if page.evaluate("document.activeElement.id") == name:
            return
        page.keyboard.press(key)
    raise AssertionError(f"{name} is not reached by {key}")


def test_a_preset_is_analyzed_and_changed_by_mouse(page: Page, address: str) -> None:
    page.goto(f"{address}/explore")
    page.locator("#preset").fill("mobilenetv2_100")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_title(re.compile("mobilenetv2_100"))
    assert str(analyze(resolve({"preset": "mobilenetv2_100"})).totals.macs) in figures(page)
    page.locator("#resolution").fill("192")
    smaller = analyze(resolve({"preset": "mobilenetv2_100", "resolution": 192})).totals.macs
    expect(page.locator("#figures")).to_contain_text(f"{smaller:,}")
    assert query(page) == {"preset": ["mobilenetv2_100"], "resolution": ["192"]}
    page.reload()
    assert str(smaller) in figures(page)


def test_figures_that_did_not_come_are_said_to_be_old(
    context: BrowserContext, address: str
) -> None:
    page = context.new_page()
    page.goto(f"{address}/explore?preset=resnet18")
    page.wait_for_load_state("networkidle")
    page.route("**/explore*", lambda route: route.abort())
    page.locator("#batch").fill("2")
    expect(page.locator("#unanswered")).to_contain_text("did not answer")
    page.unroute("**/explore*")
    page.locator("#batch").fill("3")
    three = analyze(resolve({"preset": "resnet18"}), InputSpec(batch=3)).totals.macs
    expect(page.locator("#figures")).to_contain_text(f"{three:,}")
    expect(page.locator("#unanswered")).to_be_empty()


def test_a_part_that_did_not_come_is_asked_for_when_opened_again(
    context: BrowserContext, address: str
) -> None:
    page = context.new_page()
    page.goto(f"{address}/explore?preset=resnet18")
    page.wait_for_load_state("networkidle")
    part, link = page.locator("#blocks summary"), page.locator("#blocks a[href^='/explore/']")
    page.route("**/explore/diagram*", lambda route: route.fulfill(status=503))
    part.click()
    expect(page.locator("#unanswered")).to_contain_text("did not answer")
    page.unroute("**/explore/diagram*")
    expect(link).to_have_count(1)
    part.click()
    part.click()
    expect(link).to_have_count(0)


def test_a_preset_is_analyzed_and_changed_by_keyboard(page: Page, address: str) -> None:
    page.goto(f"{address}/explore")
    press_until(page, "Tab", "preset")
    page.keyboard.press("Control+a")
    page.keyboard.type("resnet18")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("resnet18"))
    press_until(page, "Tab", "batch")
    page.keyboard.press("Control+a")
    page.keyboard.type("4")
    four = analyze(resolve({"preset": "resnet18"}), InputSpec(batch=4)).totals.macs
    expect(page.locator("#figures")).to_contain_text(f"{four:,}")
    assert query(page) == {"preset": ["resnet18"], "batch": ["4"]}


def test_what_cannot_be_is_said_beside_its_field(page: Page, address: str) -> None:
    page.goto(f"{address}/explore?preset=resnet50")
    page.locator("#resolution").fill("0")
    expect(page.locator("#state-resolution")).to_contain_text("greater than or equal to 1")


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_three_networks_are_compared(page: Page, address: str, by: str) -> None:
    page.goto(f"{address}/compare?networks=resnet50")
    side_by_side = page.get_by_role("region", name="Side by side")
    for name in ("resnext50_32x4d", "mobilenetv2_100"):
        if by == "mouse":
            page.locator("#add").fill(name)
            page.get_by_role("button", name="Add").click()
        else:
            press_until(page, "Tab", "add")
            page.keyboard.type(name)
            page.keyboard.press("Enter")
        expect(side_by_side).to_contain_text(name)
    macs = analyze(resolve({"preset": "mobilenetv2_100"})).totals.macs
    ours = analyze(resolve({"preset": "resnet50"})).totals.macs
    expect(side_by_side).to_contain_text(f"{macs / ours:.3f}")


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_scaling_curve_is_drawn_and_shared(page: Page, address: str, by: str) -> None:
    page.goto(f"{address}/scaling?preset=efficientnet_b0&points=4")
    page.wait_for_selector("figure.chart .canvas svg")
    if by == "mouse":
        page.locator("#alpha").fill("1.4")
    else:
        press_until(page, "Tab", "alpha")
        page.keyboard.press("Control+a")
        page.keyboard.type("1.4")
    expect(page.locator("#product")).to_contain_text(f"{1.4 * 1.1**2 * 1.15**2:.4f}")
    share = page.locator("#result [data-share]").first
    if by == "mouse":
        share.click()
    else:
        share.focus()
        page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    frame = dialog.locator("#share-iframe").input_value()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    found = re.search(r'src="([^"]+)"', frame)
    assert found
    embedded = found[1].replace("&amp;", "&")
    assert "alpha=1.4" in embedded
    page.goto(embedded)
    page.wait_for_selector(".canvas svg")


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_budget_is_solved(page: Page, address: str, by: str) -> None:
    page.goto(f"{address}/scaling/fit?preset=mobilenetv2_100")
    bound = page.locator("#bounds .bound").first
    bound.locator("select").select_option("macs")
    bound.locator("[name=at_most]").fill("300M")
    if by == "mouse":
        page.get_by_role("button", name="Find networks").click()
    else:
        bound.locator("[name=at_most]").press("Enter")
    result = page.locator("#result")
    expect(result).to_contain_text("MACs ≤ 300.0 M")
    link = result.locator("a[href*='/explore']").first.get_attribute("href")
    assert link
    best = parse_qs(urlparse(link).query)
    spec = {key: value_of(text) for key, (text,) in best.items()}
    assert analyze(resolve(spec)).totals.macs <= 300_000_000
