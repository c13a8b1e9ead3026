"""From a bar of the trends, or from the list beside it, to the incidents behind it."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.pages.conftest import Site, Tab

HEAD = re.compile(r"Incidents of \d+ \w+ \d{4}")


def state_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def click_newest_bar(page: Page, chart: str) -> None:
    """The newest day is the scene's own outage: Plotly draws a bar for each cause and day, and hears the pointer above them."""
    bars = page.locator(f".st-key-{chart} .js-plotly-plot .barlayer .point path")
    bars.first.wait_for(state="attached")
    page.locator("html[data-links]").wait_for(state="attached")
    boxes = [box for box in (bar.bounding_box() for bar in bars.all()) if box and box["height"] > 4]
    box = max(boxes, key=lambda one: (one["x"], one["height"]))
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 1, y - 1)
    page.mouse.move(x, y)
    page.locator(
        f".st-key-{chart} .js-plotly-plot .hoverlayer .legend, .st-key-{chart} .js-plotly-plot .hoverlayer .hovertext"
    ).first.wait_for(state="attached")
    page.mouse.down()
    page.mouse.up()


def test_a_click_on_a_bar_leads_to_the_incidents_of_its_day_and_cause(failing: Site, tab: Callable[[Site], Tab]) -> None:
    shown = tab(failing).open("/trends?days=7")
    page = shown.page
    click_newest_bar(page, "cause-7")
    expect(page.get_by_role("heading", name=HEAD)).to_be_visible()
    page.wait_for_url(re.compile(r"day=\d{4}-\d\d-\d\d"))
    state = state_of(page)
    (cause,) = state["cause"]
    expect(page.get_by_role("heading", name=HEAD)).to_contain_text(cause.replace("_", " "))
    listed = page.locator(".inc-l tbody tr")
    expect(listed.first).to_be_visible()
    listed.first.get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"/incident\?id=\d+"))
    page.get_by_text("What the verdict rests on").wait_for()
    page.go_back()
    expect(page.get_by_role("heading", name=HEAD)).to_be_visible()
    assert shown.faults == []


def test_a_click_on_a_bar_of_an_integration_leads_to_its_incidents(failing: Site, tab: Callable[[Site], Tab]) -> None:
    shown = tab(failing).open("/trends?days=7")
    page = shown.page
    click_newest_bar(page, "integration-7")
    page.wait_for_url(re.compile(r"integration=\w+"))
    assert "cause" not in state_of(page)
    expect(page.get_by_role("heading", name=HEAD)).to_be_visible()
    assert shown.faults == []


def test_the_window_stands_in_the_address_and_is_kept_on_the_way(failing: Site, tab: Callable[[Site], Tab]) -> None:
    page = tab(failing).open("/trends?days=7").page
    page.get_by_role("heading", name=re.compile(r"in 7 days")).wait_for()
    page.get_by_role("radio", name="90 days").click()
    page.wait_for_url(re.compile(r"days=90$"))
    page.get_by_role("heading", name=re.compile(r"in 90 days")).wait_for()
    page.locator(".daylist a[href*='days=90']").first.wait_for(state="attached")  # drawn anew: a list opened before would close
    page.locator("details.more summary").click()
    page.locator(".daylist a").first.click()
    page.wait_for_url(re.compile(r"days=90&day="))
    page.get_by_role("link", name="Close").click()
    expect(page.get_by_role("heading", name=HEAD)).to_have_count(0)
    page.get_by_role("heading", name=re.compile(r"in 90 days")).wait_for()


def test_the_keyboard_reaches_the_same_incidents(failing: Site, tab: Callable[[Site], Tab]) -> None:
    shown = tab(failing).open("/trends?days=7")
    page = shown.page
    page.locator("html[data-links]").wait_for(state="attached")
    page.locator("details.more summary").focus()
    page.keyboard.press("Enter")
    page.locator(".daylist a").first.wait_for()
    page.keyboard.press("Tab")
    expect(page.locator(".daylist a").first).to_be_focused()
    day = page.locator(".daylist a").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"day={day}"))
    expect(page.get_by_role("heading", name=HEAD)).to_be_visible()
    expect(page.locator(".inc-l tbody tr").first).to_be_visible()
    assert shown.faults == []
