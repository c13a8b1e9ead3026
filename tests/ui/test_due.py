"""The page of a heartbeat says by when its next call is due, from the calls that are on disk."""

from __future__ import annotations

import pytest

from core.declared import DeclaredCheck, DeclaredIntegration
from core.health import Status
from storage.engine import Database
from storage.pings import append_ping
from storage.sync import sync
from ui.blocks.integration import checks
from ui.due import due_ms
from ui.reader import Reader
from ui.views.integration import CheckLine

NOON = 1_764_072_000_000
MINUTE = 60_000
HOUR = 60 * MINUTE
JOB = DeclaredCheck("job", "Nightly", "heartbeat", counts=True, interval_ms=HOUR, grace_ms=5 * MINUTE)
API = DeclaredCheck("api", "API", "http", counts=True)


@pytest.mark.parametrize(
    ("calls", "due"),
    [
        ((), None),
        (((-30, "ok"),), NOON + 35 * MINUTE),
        (((-90, "ok"), (-30, "ok"), (-3, "start")), NOON + 2 * MINUTE),
        (((-66, "ok"),), None),
        (((-30, "ok"), (-3, "fail")), None),
        (((-30, "ok"), (1, "ok")), NOON + 66 * MINUTE),  # it came after the minute that the page was read for
    ],
)
def test_the_next_call_is_due_when_its_grace_ends(db: Database, calls: tuple[tuple[int, str], ...], due: int | None) -> None:
    plan = sync(db, [DeclaredIntegration("export", "Export", "http", "Export", "jobs", checks=(JOB, API))], NOON - HOUR).plan
    by_slug = {check.slug: check for check in plan.checks.values()}
    with db.read() as conn:
        address = str(conn.exec_driver_sql('SELECT address FROM "check" WHERE address IS NOT NULL').scalar_one())
    for minutes, kind in calls:
        append_ping(db, address, kind, "", NOON + minutes * MINUTE)
    with db.read() as conn:
        assert due_ms(conn, by_slug["job"], NOON) == due
        assert due_ms(conn, by_slug["api"], NOON) is None


def test_the_page_says_when() -> None:
    line = CheckLine("job", "Nightly", "", Status.UP, HOUR, None, "", late=False, p95_us=None, places=1, counts=True, called_at="/ping/x")
    assert "next call due by" not in checks((line,), Reader(NOON))
    due = CheckLine("job", "Nightly", "", Status.UP, HOUR, None, "", False, None, 1, True, "/ping/x", NOON + 35 * MINUTE)
    assert ">12:35</time>" in checks((due,), Reader(NOON)).split("next call due by")[1]
