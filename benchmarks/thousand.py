"""A state for the pages: a thousand integrations with ninety days behind each, eight in trouble, and a worker that beats."""

from __future__ import annotations

import time
from pathlib import Path

from core.declared import DeclaredCheck, DeclaredIntegration
from core.health import STATUS_OF, Cause, Outcome, ProbeResult, Status
from core.ledger import IncidentKind, IncidentRow, Ledger, SpanRow, StateRow
from settings import load
from storage import lease, processes
from storage.backfill import Backfill
from storage.codes import DAY_MS, HOUR_MS
from storage.engine import open_database
from storage.migrate import migrate
from storage.sync import sync

MANY, DAYS, EVERY_MS = 1_000, 90, 6 * HOUR_MS
CATEGORIES = ("payments", "email", "identity", "storage", "messaging", "analytics", "cdn", "ai")
FAILING = 8


def build(folder: Path, many: int = MANY, days: int = DAYS) -> None:
    """The database where the product looks for it with STATE_DIR=folder."""
    now_ms = time.time_ns() // 1_000_000
    url = load({"STATE_DIR": str(folder)}).database
    migrate(url)
    db = open_database(url)
    checks = (DeclaredCheck("api", "API", "http", True, interval_ms=EVERY_MS),)
    declared = [
        DeclaredIntegration(f"vendor-{n:04}", f"Vendor {n}", f"v{n}", f"Vendor {n}", CATEGORIES[n % len(CATEGORIES)], checks=checks)
        for n in range(many)
    ]
    begun_ms = (now_ms // DAY_MS - days) * DAY_MS
    ids = sorted(sync(db, declared, begun_ms).plan.checks)
    epoch = lease.take(db, None, now_ms)
    writing = Backfill(db, epoch=epoch, now_ms=now_ms)
    for day in range(begun_ms, now_ms, DAY_MS):
        ends = min(day + DAY_MS, now_ms)
        results = [_result(check, at, now_ms) for check in ids for at in range(day + check * 1_000, ends, EVERY_MS)]
        writing.add_day(day, results, _judged(ids, begun_ms, now_ms) if ends == now_ms else Ledger())
    writing.finish()
    worker = processes.register(db, "worker", now_ms)
    processes.beat(db, worker, now_ms + HOUR_MS, leads=True, body={"checks": many, "lateness_p99_ms": 3, "flushed_ms": now_ms})
    db.close()


def _cause(check: int, at_ms: int, now_ms: int) -> Cause | None:
    return Cause.SERVER_ERROR if check <= FAILING and at_ms >= now_ms - DAY_MS else None


def _result(check: int, at_ms: int, now_ms: int) -> ProbeResult:
    cause = _cause(check, at_ms, now_ms)
    total_us = 60_000 + (check * 7_919 + at_ms // 1_000) % 240_000
    return ProbeResult(check, 1, at_ms, 3, cause, total_us, outcome=Outcome(cause, 503 if cause else 200))


def _judged(checks: list[int], begun_ms: int, now_ms: int) -> Ledger:
    """Up all the time, but for the few that fail since yesterday."""
    ledger, since = Ledger(topics={"wall", "incidents"}), now_ms - DAY_MS
    for check in checks:
        fails = check <= FAILING
        ledger.spans.append(SpanRow(check, 1, begun_ms, since if fails else None, Status.UP, None, EVERY_MS))
        if not fails:
            ledger.states.append(StateRow(check, 1, Status.UP, begun_ms, {}))
            continue
        down, cause = STATUS_OF[Cause.SERVER_ERROR], Cause.SERVER_ERROR
        ledger.spans.append(SpanRow(check, 1, since, None, down, cause, EVERY_MS))
        ledger.states.append(StateRow(check, 1, down, since, {}))
        ledger.incidents.append(IncidentRow(check, IncidentKind.VENDOR, check, since, since, down, cause, (check,), None, 2, title="503"))
    return ledger
