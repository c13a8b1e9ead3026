"""A person takes something back: ends a silence before its time, replaces the address of a heartbeat."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Locator, Page, expect

from core.declared import DeclaredCheck
from core.ledger import AddressRow, Answer, Ledger, WindowKind, WindowRow
from storage import windows
from storage.catalogue import check_named
from storage.sync import sync
from tests.pages.conftest import Site, Tab, serving
from tests.pages.scene.fleet import fleet
from tests.pages.test_acting import commit, name_field, newest_request

HOUR_MS = 3_600_000
JOB = DeclaredCheck("job", "Nightly *export*", "heartbeat", counts=False, interval_ms=HOUR_MS, grace_ms=HOUR_MS)
HOSTILE = "<img src=x onerror=alert(1)> **bold**"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Over Stripe lie a silence of a person and a maintenance window of the file; it has a heartbeat too."""
    with serving(tmp_path_factory.mktemp("planned"), failing=False) as site:
        declared = [replace(one, checks=(*one.checks, JOB)) if one.slug == "stripe" else one for one in fleet()]
        stripe = next(one for one in sync(site.db, declared, site.now_ms).plan.integrations.values() if one.slug == "stripe")
        now = now_ms()
        rows = [
            WindowRow(WindowKind.SILENCE, now - HOUR_MS, now + HOUR_MS, (stripe.id,), HOSTILE, "<b>Mara</b>"),
            WindowRow(WindowKind.MAINTENANCE, now + HOUR_MS, now + 2 * HOUR_MS, None, "Upgrade", None, "file"),
        ]
        commit(site, Ledger(windows=rows, topics={"wall", "system"}))
        yield site


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def silence(site: Site) -> WindowRow:
    with site.db.read() as conn:
        return next(row for row in windows.not_over(conn, now_ms()) if row.kind is WindowKind.SILENCE)


def line(page: Page, row: WindowRow) -> Locator:
    return page.locator(f".st-key-window-{row.id}")


def test_a_silence_is_ended_by_a_button_that_asks_once_more(planned: Site, tab: Callable[[Site], Tab]) -> None:
    row = silence(planned)
    shown = tab(planned).open("/integration?id=stripe")
    page = shown.page
    mine = line(page, row)
    expect(mine).to_contain_text(HOSTILE)
    expect(mine).to_contain_text("set by <b>Mara</b>")
    expect(page.get_by_text("from integrations.yaml, ended there")).to_be_visible()
    expect(page.get_by_role("button", name="End now", exact=True)).to_have_count(1)
    expect(page.get_by_role("button", name="Cancel", exact=True)).to_have_count(0)

    mine.get_by_role("button", name="End now").click()
    page.get_by_text("Alerts of Stripe are told again at once").wait_for()
    name_field(page).fill("Jo")
    page.get_by_role("button", name="End now: silence").click()
    asked = newest_request(planned, "end_window")
    assert (dict(asked.body), asked.by) == ({"window": row.id}, "Jo")

    at = now_ms()
    answer = Answer(asked.id, at, True, "Ended: alerts are told again.")
    commit(planned, Ledger(answers=[answer], windows=[replace(row, end_ms=at)], topics={"wall", "system"}))
    page.get_by_text("End now: silence: Ended: alerts are told again.").wait_for()
    expect(mine).to_have_count(0)
    expect(page.get_by_text("from integrations.yaml, ended there")).to_be_visible()
    assert shown.faults == []


def test_the_system_page_lists_those_of_all_integrations_and_ends_them_too(planned: Site, tab: Callable[[Site], Tab]) -> None:
    shown = tab(planned).open("/system")
    page = shown.page
    page.get_by_text("Maintenance of everything").wait_for()
    hubspot = page.locator("[class*=st-key-window-]").filter(has_text="Their migration")
    expect(hubspot).to_contain_text("Maintenance of HubSpot")
    hubspot.get_by_role("button", name="End now").click()
    page.get_by_text("Time of HubSpot counts again from now on").wait_for()
    page.get_by_role("button", name="End now: maintenance").click()
    asked = newest_request(planned, "end_window")
    commit(planned, Ledger(answers=[Answer(asked.id, now_ms(), False, "This maintenance window is over already.")]))
    page.get_by_text("This maintenance window is over already.").wait_for()
    assert shown.faults == []


def test_a_heartbeats_address_is_replaced_and_the_new_one_shown_once_it_holds(planned: Site, tab: Callable[[Site], Tab]) -> None:
    with planned.db.read() as conn:
        row = check_named(conn, "stripe/job")
    assert row is not None
    shown = tab(planned).open("/integration?id=stripe")
    page = shown.page
    expect(page.get_by_text(f"/ping/{row.address}")).to_be_visible()
    page.get_by_role("button", name="Replace address").click()
    page.get_by_text("The old one stops working at once").wait_for()
    expect(page.get_by_text(re.compile(r"Nightly \*export\* gets a new address"))).to_be_visible()
    name_field(page).fill("Jo")
    page.get_by_role("button", name="Replace it").click()
    asked = newest_request(planned, "replace_address")
    assert (dict(asked.body), asked.by) == ({"check": row.plan.id}, "Jo")
    expect(page.get_by_text(f"/ping/{row.address}")).to_be_visible()

    answer = Answer(asked.id, now_ms(), True, "It has a new address.")
    commit(planned, Ledger(answers=[answer], addresses=[AddressRow(row.plan.id, "the-new-one")], topics={"plan"}))
    page.get_by_text("/ping/the-new-one").wait_for()
    assert row.address not in shown.text
    assert shown.faults == []
