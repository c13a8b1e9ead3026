"""Every state of every page in a real browser: at three widths, in both schemes, without a fault."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe

from core.health import Cause, Status
from core.ledger import IncidentKind, IncidentRow, Ledger
from storage import lease, processes
from storage.sync import sync
from storage.writer import Writer
from tests.pages.conftest import Site, Tab

WIDTHS = (1440, 1000, 768, 390)
SCHEMES = ("light", "dark")
LATE_MS = 3_600_000
AXE = Axe()

# What each address must say, so that an empty page is not taken for a good one.
STATES = {
    "/": "2 of 19 integrations are failing: PayPal",
    "/?q=adyen": "Adyen",
    "/?q=nobody": "No integration matches “nobody”.",
    "/?status=Slow": "SendGrid",
    "/integration": "19 integrations are watched.",
    "/integration?id=paypal": "Every outage of 100 s or more is found",
    "/integration?id=amazon-s3": "Suspended: the vendor’s call budget for retries is used up.",
    "/integration?id=paypal&window=90+d": "Where the time goes",
    "/integration?id=paypal&day={day}": "Single results by the hour",
    "/integration?id=paypal&day={day}&hour={hour}": "every one opens",
    "/integration?id=nobody": "No such integration.",
    "/integration?id=paypal&result=api.local.1": "No such result.",
    "/incident": "4 incidents are open.",
    "/incident?state=Over&party=ours": "Ours",
    "/incident?id={open}": "Not acknowledged by PayPal.",
    "/incident?id=1": "It was",
    "/incident?id=999999": "No such incident.",
    "/sla": "broken this month",
    "/sla?month={month}&zone=Europe%2FBerlin&id=stripe": "What counts as down here",
    "/trends": "Failures by cause",
    "/trends?days=90&day={day}": "Incidents of",
    "/deliveries": "Every message was delivered.",
    "/system": "The monitor is well.",
}


def filled(path: str, site: Site) -> str:
    """An address with the instants of this site in it."""
    yesterday = datetime.fromtimestamp(site.now_ms / 1000 - 5_400, tz=UTC)
    last_month = datetime.fromtimestamp(site.now_ms / 1000 - 31 * 86_400, tz=UTC)
    with site.db.read() as conn:
        found = conn.exec_driver_sql("SELECT id FROM incident WHERE closed_ms IS NULL AND status = 2 ORDER BY started_ms DESC").scalar()
    return path.format(day=f"{yesterday:%Y-%m-%d}", hour=yesterday.hour, month=f"{last_month:%Y-%m}", open=found)


def look_closely(tab: Tab) -> list[str]:
    """Sideways scroll at each width, axe once in each scheme."""
    found = []
    for scheme, widths in zip(SCHEMES, (WIDTHS[::-1], WIDTHS), strict=True):
        tab.page.emulate_media(color_scheme=scheme)
        for width in widths:
            tab.page.set_viewport_size({"width": width, "height": 900})
            tab.page.wait_for_function("width => innerWidth === width", arg=width)
            found += [f"scrolls sideways at {width} in {scheme}: {where}" for where in sideways(tab)]
        found += [f"{scheme} {width}: {violation}" for violation in violations(tab)]
    return found


def sideways(tab: Tab) -> list[str]:
    return tab.page.evaluate(
        """() => {
        const main = document.querySelector('[data-testid="stMain"]');
        if (document.documentElement.scrollWidth <= innerWidth && main.scrollWidth <= main.clientWidth) return [];
        const wide = [...main.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1);
        return wide.slice(-3).map((e) => `${e.tagName}.${e.className}`).concat('');
        }"""
    )


def violations(tab: Tab) -> list[str]:
    """What axe finds on the whole page, Streamlit's own bar included."""
    return [
        f"{violation['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for violation in AXE.run(tab.page).response["violations"]
        for node in violation["nodes"][:2]
    ]


@pytest.mark.parametrize("path", STATES)
def test_every_state_has_an_address_and_no_fault(path: str, failing: Site, tab: Callable[[Site], Tab]) -> None:
    shown = tab(failing).open(filled(path, failing))
    shown.page.get_by_text(STATES[path]).first.wait_for(timeout=15_000)
    assert look_closely(shown) == []
    assert shown.faults == []


def commit(site: Site, ledger: Ledger) -> None:
    with site.db.read() as conn:
        epoch = lease.current(conn)
    Writer(site.db).commit(ledger, epoch=epoch)


def blind(site: Site) -> IncidentRow:
    at = time.time_ns() // 1_000_000
    title = "Our own network does not answer"
    return IncidentRow(9_001, IncidentKind.BLIND, None, at - 600_000, at, Status.UNKNOWN, Cause.OBSERVER, (), None, 3, title=title)


def test_the_wall_follows_the_monitor_through_every_state(changing: Site, tab: Callable[[Site], Tab]) -> None:
    shown = tab(changing).open("/")
    shown.page.get_by_text("All 19 integrations are well.").wait_for()
    shown.page.get_by_text("Demo data.").wait_for()
    assert look_closely(shown) == []

    row = blind(changing)
    commit(changing, Ledger(incidents=[row], topics={"wall", "system"}))
    shown.page.get_by_text("Our own network is down.").wait_for()
    assert look_closely(shown) == []

    over = replace(row, resolved_ms=row.started_ms + 300_000, closed_ms=row.started_ms + 310_000, closed_as="recovered")
    commit(changing, Ledger(incidents=[over], topics={"wall", "system"}))
    shown.page.get_by_text("These vendors are simulated").wait_for()
    assert look_closely(shown) == []

    with changing.db.read() as conn:
        workers = processes.processes(conn, 0)
    processes.end(changing.db, workers[0].id, workers[0].beat_ms)
    commit(changing, Ledger(topics={"system"}))
    shown.page.get_by_text("Nobody is probing.").wait_for()
    assert look_closely(shown) == []

    sync(changing.db, [], changing.now_ms + LATE_MS)
    shown.page.get_by_text("Nothing is being watched yet.").wait_for()
    assert look_closely(shown) == []
    assert shown.faults == []


def test_the_keyboard_goes_past_the_navigation_and_shows_where_it_is(failing: Site, tab: Callable[[Site], Tab]) -> None:
    shown = tab(failing).open("/")
    page = shown.page
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.ih') !== null"), "the first stop is a link of the page itself"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_page_whose_question_takes_too_long_says_so_and_nothing_else(changing: Site, tab: Callable[[Site], Tab]) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT COUNT(*) FROM n"
    with changing.db.write() as conn:
        conn.exec_driver_sql("ALTER TABLE delivery RENAME TO delivery_kept")
        conn.exec_driver_sql(f"CREATE VIEW delivery AS SELECT * FROM delivery_kept WHERE ({endless}) > 0")
    shown = tab(changing).open("/deliveries")
    shown.page.get_by_role("heading", name="This took too long.").wait_for(timeout=15_000)
    shown.page.get_by_text("Reading was stopped after 1 s").wait_for()
    assert "Traceback" not in shown.text
    assert look_closely(shown) == []
    shown.open("/system").page.get_by_role("heading", level=1).wait_for()
