"""A real SQLite state for the pages: synced, written by the product's own writer, folded, with a worker that has just beaten."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from core.health import STATUS_OF, Cause, Evidence, Outcome, PageStatus, Phases, ProbeResult, Status
from core.ledger import (
    AlertKind,
    AlertRow,
    EventRow,
    IncidentKind,
    IncidentRow,
    Ledger,
    PageRow,
    SignalRow,
    SpanRow,
    StateRow,
    VerdictRow,
    WindowKind,
    WindowRow,
)
from core.plan import CheckPlan, IntegrationPlan
from settings import load
from storage import lease, notices, processes
from storage.backfill import Backfill
from storage.codes import DAY_MS, HOUR_MS
from storage.engine import Database, open_database
from storage.migrate import migrate
from storage.sync import sync
from tests.pages.scene.fleet import fleet
from tests.pages.scene.script import Trouble, troubles, verdict

MINUTE_MS = 60_000
HISTORY_MS = 90 * DAY_MS
HOT_MS = 26 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Scene:
    """What a scene is made of."""

    now_ms: int
    failing: bool = True
    copies: int = 1
    beats: bool = True


def build(folder: Path, scene: Scene) -> Database:
    """The database, open, where the product looks for it with STATE_DIR=folder."""
    url = load({"STATE_DIR": str(folder)}).database
    migrate(url)
    db = open_database(url)
    catalogue = sync(db, fleet(scene.copies), scene.now_ms - HISTORY_MS)
    epoch = lease.take(db, None, scene.now_ms)
    ledger = Ledger(topics={"wall", "incidents", "deliveries"})
    for plan in catalogue.plan.integrations.values():
        _tell(plan, scene, ledger)
    _number(ledger)
    _write(db, ledger, scene, epoch)
    notices.put(db, "channels", {"ops": "slack", "mail": "smtp"}, scene.now_ms)
    if scene.beats:
        worker = processes.register(db, "worker", scene.now_ms)
        processes.beat(
            db,
            worker,
            scene.now_ms + HOUR_MS,
            leads=True,
            body={"checks": 57, "lateness_p99_ms": 3, "flushed_ms": scene.now_ms, "suspended": ["amazon-s3/api"]},
        )
    return db


def _write(db: Database, ledger: Ledger, scene: Scene, epoch: int) -> None:
    """Day by day, as a history is written; what was judged comes with the last."""
    days: dict[int, list[ProbeResult]] = defaultdict(list)
    for result in ledger.results:
        days[result.at_ms // DAY_MS * DAY_MS].append(result)
    writing = Backfill(db, epoch=epoch, now_ms=scene.now_ms)
    for day in sorted(days):
        writing.add_day(day, days[day], ledger if day == max(days) else Ledger())
    writing.finish()


def _number(ledger: Ledger) -> None:
    """Incidents are numbered in the order they began."""
    ordered = sorted(ledger.incidents, key=lambda row: row.started_ms)
    numbers = {row.id: place + 1 for place, row in enumerate(ordered)}
    ledger.incidents = [replace(row, id=numbers[row.id]) for row in ordered]
    ledger.events = [replace(row, incident=numbers[row.incident]) for row in ledger.events]
    ledger.alerts = [replace(row, incident=numbers[row.incident or 0]) for row in ledger.alerts]
    ledger.verdicts = [replace(row, incident=numbers[row.incident] if row.incident else None) for row in ledger.verdicts]


def _tell(plan: IntegrationPlan, scene: Scene, ledger: Ledger) -> None:
    """Everything of one integration."""
    script = troubles(plan.slug, failing=scene.failing)
    for check in plan.checks:
        mine = script if check.counts else []
        ledger.spans += _spans(check, mine, scene)
        ledger.results += _results(plan, check, mine, scene)
        ledger.states.append(_state(check, mine, scene))
    _judged(plan, script, scene, ledger)
    ledger.signals += _signals(plan, scene)
    ledger.pages += _pages(plan, scene)
    if plan.name == "HubSpot":
        begin, end = scene.now_ms - 32 * MINUTE_MS, scene.now_ms + 48 * HOUR_MS
        ledger.windows.append(WindowRow(WindowKind.MAINTENANCE, begin, end, (plan.id,), "Their migration", "Mara"))


def _at(minutes: int, scene: Scene) -> int:
    return scene.now_ms - minutes * MINUTE_MS


def _spans(check: CheckPlan, script: Sequence[Trouble], scene: Scene) -> list[SpanRow]:
    found, start = [], scene.now_ms - HISTORY_MS
    for trouble in script:
        begin = _at(trouble.start_min, scene)
        found.append(SpanRow(check.id, 1, start, begin, Status.UP, None, check.interval_ms))
        end = None if trouble.end_min is None else _at(trouble.end_min, scene)
        found.append(SpanRow(check.id, 1, begin, end, STATUS_OF[trouble.cause], trouble.cause, check.interval_ms))
        if end is None:
            return found
        start = end
    return [*found, SpanRow(check.id, 1, start, None, Status.UP, None, check.interval_ms)]


def _results(plan: IntegrationPlan, check: CheckPlan, script: Sequence[Trouble], scene: Scene) -> Iterator[ProbeResult]:
    """Hourly long ago, at the check's own interval since yesterday."""
    chance = random.Random(f"{plan.slug}/{check.slug}")
    usual = chance.choice((47_000, 103_000, 212_000, 264_000, 353_000))
    old = range(scene.now_ms - HISTORY_MS, scene.now_ms - HOT_MS, HOUR_MS) if check.counts else range(0)
    for at in (*old, *range(scene.now_ms - HOT_MS, scene.now_ms, check.interval_ms)):
        cause = next((trouble.cause for trouble in script if _lasts(trouble, at, scene)), None)
        yield _result(check, at, cause, int(usual * chance.uniform(0.85, 1.3)))


def _lasts(trouble: Trouble, at_ms: int, scene: Scene) -> bool:
    end = 2**60 if trouble.end_min is None else _at(trouble.end_min, scene)
    return _at(trouble.start_min, scene) <= at_ms < end


def _result(check: CheckPlan, at: int, cause: Cause | None, usual: int) -> ProbeResult:
    slow = usual * 8 if cause is Cause.SLOW else usual
    phases = Phases(2_100, 9_300, 21_000, max(slow - 40_000, 4_000), 1_400) if check.kind == "http" else None
    evidence = None
    if cause is not None:
        request = "GET https://api.vendor.example/v1/ping\nAuthorization: Bearer [redacted]\n"
        head = "HTTP/2 503\ncontent-type: application/json\nretry-after: 30\n\n"
        answer = head + '{"name":"SERVICE_UNAVAILABLE","message":"<b>temporarily</b> unable"}'
        evidence = Evidence(request, answer, "203.0.113.7", None, 1)
    status = {Cause.SERVER_ERROR: 503, Cause.AUTH: 401, Cause.QUOTA: 429, Cause.SLOW: 200}.get(cause) if cause else 200
    detail = f"Answered {status}" if status else "No answer within 10 s"
    return ProbeResult(check.id, 1, at, 3, cause, slow, phases=phases, outcome=Outcome(cause, status, detail), evidence=evidence)


def _state(check: CheckPlan, script: Sequence[Trouble], scene: Scene) -> StateRow:
    last = script[-1] if script else None
    if last is not None and last.end_min is None:
        return StateRow(check.id, 1, STATUS_OF[last.cause], _at(last.start_min, scene), {})
    since = _at(last.end_min or 0, scene) if last else scene.now_ms - 19 * DAY_MS
    return StateRow(check.id, 1, Status.UP, since, {})


def _judged(plan: IntegrationPlan, script: Sequence[Trouble], scene: Scene, ledger: Ledger) -> None:
    check = next(check for check in plan.checks if check.counts)
    for trouble in script:
        begin = _at(trouble.start_min, scene)
        end = None if trouble.end_min is None else _at(trouble.end_min, scene)
        said = verdict(plan.name, trouble, scene.now_ms)
        number = None if trouble.short else len(ledger.incidents) + 1
        ledger.verdicts.append(VerdictRow(check.id, 1, begin, end, trouble.cause, said, number))
        if number is None:
            continue
        unknown = STATUS_OF[trouble.cause] is Status.UNKNOWN
        row = IncidentRow(
            number, IncidentKind.SELF if unknown else IncidentKind.VENDOR, plan.id, begin, begin + MINUTE_MS,
            STATUS_OF[trouble.cause], trouble.cause, (check.id,), said, 2, resolved_ms=end, closed_ms=end,
            closed_as=None if end is None else "recovered",
            acknowledged_ms=begin + 5 * MINUTE_MS if trouble.on_it else None, acknowledged_by=trouble.on_it,
            title=f"GET /v1/ping: {trouble.cause.replace('_', ' ')}, 3 of 3 tries",
        )  # fmt: skip
        ledger.incidents.append(row)
        ledger.events += _events(row, plan)
        ledger.alerts.append(AlertRow(row.id, "ops", AlertKind.OPENED, row.opened_ms, row.severity))


def _events(row: IncidentRow, plan: IntegrationPlan) -> list[EventRow]:
    found = [
        EventRow(row.id, row.started_ms - 20_000, "last_good", "Last good answer", "200 in 298 ms"),
        EventRow(row.id, row.started_ms, "first_failure", "First failure", row.title),
        EventRow(row.id, row.opened_ms, "opened", "Incident opened: 3 failures in a row", row.verdict.headline if row.verdict else ""),
    ]  # fmt: skip
    if row.acknowledged_ms:
        found.append(EventRow(row.id, row.acknowledged_ms, "acknowledged", f"{row.acknowledged_by} is on it", "", row.acknowledged_by))
        found.append(EventRow(row.id, row.acknowledged_ms + 1_000, "note", "Called their support.", "", row.acknowledged_by))
    if row.closed_ms:
        found.append(EventRow(row.id, row.closed_ms, "resolved", f"{plan.name} answers again", "2 good answers in a row"))
    return found


def _signals(plan: IntegrationPlan, scene: Scene) -> list[SignalRow]:
    page = next(check for check in plan.checks if check.kind == "statuspage")
    cert = next(check for check in plan.checks if check.kind == "tls")
    api = next(check for check in plan.checks if check.counts)
    red = plan.name == "Auth0"
    said = {
        "status": "red" if red else "green",
        "headline": "Elevated errors in EU tenants" if red else "All systems operational",
        "link": plan.status_page_url,
    }
    if red:
        said["incident_started_at"] = _iso(scene.now_ms - 80 * MINUTE_MS)
    found = [SignalRow(page.id, "page", scene.now_ms - 90_000, {**said, "components": []})]
    ends = {"Amazon S3": 6, "PayPal": 11}.get(plan.name, 80)
    found.append(SignalRow(cert.id, "certificate", scene.now_ms - 90_000, {"expires_at": _iso(scene.now_ms + ends * DAY_MS)}))
    if plan.name == "OpenAI":
        found.append(
            SignalRow(api.id, "quota", scene.now_ms, {"remaining": 1_900, "limit": 10_000, "resets_at": _iso(scene.now_ms + 5 * HOUR_MS)})
        )
    if plan.name == "Stripe":
        body = {"what": "API version 2019-05-16", "sunset_at": _iso(scene.now_ms + 41 * DAY_MS), "link": None}
        found.append(SignalRow(api.id, "deprecation", scene.now_ms, body))
    return found


def _pages(plan: IntegrationPlan, scene: Scene) -> list[PageRow]:
    """Auth0's has trouble now; PayPal's named its last outage, and not the one of now."""
    page = next(check for check in plan.checks if check.kind == "statuspage")
    red = {"Auth0": (80,), "PayPal": (23 * 1_440 // 10 - 4, 23 * 1_440 // 10 - 40)}.get(plan.name, ())
    found = [PageRow(page.id, scene.now_ms - HISTORY_MS, PageStatus.GREEN, "All systems operational", plan.status_page_url)]
    for number, minutes in enumerate(red):
        status, headline = (
            (PageStatus.GREEN, "All systems operational") if number % 2 else (PageStatus.RED, "Elevated errors in EU tenants")
        )
        found.append(PageRow(page.id, _at(minutes, scene), status, headline, plan.status_page_url))
    return found


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, tz=UTC).isoformat()


def main(folder: str, kind: str = "failing") -> None:
    """For looking at it by hand."""
    now = time.time_ns() // 1_000_000
    Path(folder).mkdir(parents=True, exist_ok=True)
    build(Path(folder), Scene(now, failing=kind != "well", copies=12 if kind == "many" else 1, beats=kind != "stale")).close()


if __name__ == "__main__":
    import sys

    main(*sys.argv[1:])
