"""A real SQLite state for the pages: synced, written by the product's own writer, folded, with a worker that has just beaten."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.day import fold, fold_steps
from core.health import Cause, Evidence, Outcome, Phases, ProbeResult, Status, STATUS_OF
from core.histogram import Histogram
from core.ledger import EventRow, IncidentKind, IncidentRow, Ledger, SignalRow, SpanRow, StateRow, VerdictRow
from core.plan import CheckPlan, IntegrationPlan
from core.verdict import Party
from sla.reading import Reading, pieces
from storage import lease, models, processes
from storage.bulk import Twice, insert
from storage.codes import STATUS_CODE, Scope
from storage.digest import Digest, dump_digest, dump_sparkline
from storage.engine import Database, open_database
from storage.migrate import migrate
from storage.rollups import DAY_MS, HOUR_MS, write_rollups
from storage.rows import Figures, RollupRow
from storage.sync import sync
from storage.writer import Writer
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
    """The database, open; its file is `folder/monitor.db`."""
    url = f"sqlite:///{folder / 'monitor.db'}"
    migrate(url)
    db = open_database(url)
    catalogue = sync(db, fleet(scene.copies), scene.now_ms - HISTORY_MS)
    epoch = lease.take(db, None, scene.now_ms)
    ledger = Ledger(topics={"wall", "incidents"})
    readings = [_tell(plan, scene, ledger) for plan in catalogue.plan.integrations.values()]
    Writer(db).commit(ledger, epoch=epoch)
    _fold(db, readings, ledger, scene)
    if scene.beats:
        worker = processes.register(db, "worker", scene.now_ms)
        processes.beat(db, worker, scene.now_ms + HOUR_MS, leads=True, body={"checks": 57, "lag_ms": 3})
    return db


def _tell(plan: IntegrationPlan, scene: Scene, ledger: Ledger) -> Reading:
    """Everything of one integration."""
    script = troubles(plan.slug, failing=scene.failing)
    spans: list[SpanRow] = []
    newest: dict[tuple[int, int], int] = {}
    for check in plan.checks:
        mine = script if check.counts else []
        spans += _spans(check, mine, scene)
        results = list(_results(plan, check, mine, scene))
        newest[check.id, 1] = results[-1].edge_ms
        ledger.results += results
        ledger.states.append(_state(check, mine, scene))
    verdicts, incidents = _judged(plan, script, scene, ledger)
    ledger.spans += spans
    ledger.signals += _signals(plan, scene)
    return Reading(plan, spans, newest, verdicts=verdicts, incidents=incidents)


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
    chance = random.Random(f"{plan.slug}/{check.slug}")
    usual = chance.choice((47_000, 103_000, 212_000, 264_000, 353_000))
    for at in range(scene.now_ms - HOT_MS, scene.now_ms, check.interval_ms):
        trouble = next((t for t in script if _at(t.start_min, scene) <= at < (_at(t.end_min, scene) if t.end_min is not None else 2**60)), None)
        yield _result(check, at, trouble.cause if trouble else None, int(usual * chance.uniform(0.85, 1.3)))


def _result(check: CheckPlan, at: int, cause: Cause | None, usual: int) -> ProbeResult:
    slow = usual * 8 if cause is Cause.SLOW else usual
    phases = Phases(2_100, 9_300, 21_000, max(slow - 40_000, 4_000), 1_400) if check.kind == "http" else None
    evidence = None
    if cause is not None:
        request = "GET https://api.vendor.example/v1/ping\nAuthorization: Bearer [redacted]\n"
        answer = 'HTTP/2 503\ncontent-type: application/json\nretry-after: 30\n\n{"name":"SERVICE_UNAVAILABLE","message":"<b>temporarily</b> unable"}'
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


def _judged(plan: IntegrationPlan, script: Sequence[Trouble], scene: Scene, ledger: Ledger) -> tuple[list[VerdictRow], list[IncidentRow]]:
    verdicts, incidents = [], []
    check = next(check for check in plan.checks if check.counts)
    for trouble in script:
        begin = _at(trouble.start_min, scene)
        end = None if trouble.end_min is None else _at(trouble.end_min, scene)
        said = verdict(plan.name, trouble, scene.now_ms)
        number = None if trouble.short else len(ledger.incidents) + 1
        verdicts.append(VerdictRow(check.id, 1, begin, end, trouble.cause, said, number))
        if number is None:
            continue
        unknown = STATUS_OF[trouble.cause] is Status.UNKNOWN
        row = IncidentRow(
            number, IncidentKind.SELF if unknown else IncidentKind.VENDOR, plan.id, begin, begin + MINUTE_MS, STATUS_OF[trouble.cause], trouble.cause,
            (check.id,), said, 2, resolved_ms=end, closed_ms=end, closed_as=None if end is None else "recovered",
            acknowledged_ms=begin + 5 * MINUTE_MS if trouble.on_it else None, acknowledged_by=trouble.on_it,
            title=f"GET /v1/ping: {trouble.cause.replace('_', ' ')}, 3 of 3 tries",
        )  # fmt: skip
        incidents.append(row)
        ledger.incidents.append(row)
        ledger.events += _events(row, plan)
    ledger.verdicts += verdicts
    return verdicts, incidents


def _events(row: IncidentRow, plan: IntegrationPlan) -> list[EventRow]:
    found = [
        EventRow(row.id, row.started_ms - 20_000, "last_good", "Last good answer", "200 in 298 ms"),
        EventRow(row.id, row.started_ms, "first_failure", "First failure", row.title),
        EventRow(row.id, row.opened_ms, "opened", "Incident opened: 3 failures in a row", "Verdict: theirs, likely" if row.verdict and row.verdict.party is Party.THEIRS else ""),
        EventRow(row.id, row.opened_ms + 1_000, "delivered", "Slack message sent", "#ops, delivered at the first try in 310 ms"),
    ]  # fmt: skip
    if row.acknowledged_ms:
        found.append(EventRow(row.id, row.acknowledged_ms, "acknowledged", f"{row.acknowledged_by} is on it", "", row.acknowledged_by))
        found.append(EventRow(row.id, row.acknowledged_ms + 1_000, "note", "Called their support.", "", row.acknowledged_by))
    if row.closed_ms:
        found.append(EventRow(row.id, row.closed_ms, "resolved", f"{plan.name} answers again", "2 good answers in a row"))
    return found


def _signals(plan: IntegrationPlan, scene: Scene) -> list[SignalRow]:
    return []


def _fold(db: Database, readings: Sequence[Reading], ledger: Ledger, scene: Scene) -> None:
    """Rollups and summaries, as the worker folds them every few seconds."""
    by_check: dict[int, list[ProbeResult]] = {}
    for result in ledger.results:
        by_check.setdefault(result.check, []).append(result)
    with db.write() as conn:
        for reading in readings:
            timeline = pieces(reading, scene.now_ms - HISTORY_MS, scene.now_ms, scene.now_ms)
            usual = Histogram(result.total_us for check in reading.counting for result in by_check[check.id] if result.status in (Status.UP, Status.DEGRADED))
            causes = {cause: 4 for row in reading.verdicts if (cause := row.cause)}
            for width, since in ((DAY_MS, 0), (HOUR_MS, scene.now_ms - 3 * DAY_MS)):
                rows = [
                    RollupRow(reading.plan.id, start, width, width // 300_000, buckets, _causes(reading, start, width), usual.to_bytes())
                    for start, buckets in fold_steps(timeline, width).items()
                    if start >= since
                ]
                write_rollups(conn, Scope.INTEGRATION, rows)
                check = reading.counting[0]
                write_rollups(conn, Scope.CHECK, [RollupRow(check.id, row.start_ms, width, row.results, row.buckets, row.causes, row.histogram) for row in rows])
            _summary(conn, reading, timeline, usual, by_check, scene)
            del causes


def _causes(reading: Reading, start: int, width: int) -> dict[Cause, int]:
    found: dict[Cause, int] = {}
    for row in reading.verdicts:
        end = row.end_ms or 2**62
        if row.start_ms < start + width and end > start:
            found[row.cause] = found.get(row.cause, 0) + max(1, (min(end, start + width) - max(row.start_ms, start)) // 60_000)
    return {cause: min(count, 30) for cause, count in found.items()}


def _summary(conn, reading, timeline, usual, by_check, scene) -> None:  # type: ignore[no-untyped-def]
    now = scene.now_ms
    window = lambda ms: Figures.of(fold(timeline, now - ms, now))  # noqa: E731
    p95 = usual.quantile(95)
    month = time.gmtime(now / 1000).tm_mday * DAY_MS
    digest = Digest(window(DAY_MS), window(7 * DAY_MS), window(30 * DAY_MS), window(90 * DAY_MS), window(month), (p95, p95, p95, p95))
    steps = fold_steps(timeline, DAY_MS)
    today = now // DAY_MS * DAY_MS
    bars = "".join(_letter(steps.get(today - age * DAY_MS)) for age in range(89, -1, -1))
    for scope, subject, check in ((Scope.INTEGRATION, reading.plan.id, reading.counting[0]), *((Scope.CHECK, check.id, check) for check in reading.plan.checks)):
        results = by_check[check.id]
        spark = [Histogram(r.total_us for r in results if now - (24 - hour) * HOUR_MS <= r.at_ms < now - (23 - hour) * HOUR_MS and r.status is not Status.DOWN).quantile(95) for hour in range(24)]
        columns = ("scope", "subject", "maintained", "seen_ms", "first_ms", "folded_ms", "figures", "bars", "sparkline")
        values = (int(scope), subject, reading.plan.name == "HubSpot", results[-1].at_ms, now - HISTORY_MS, now, dump_digest(digest), bars, dump_sparkline(spark))
        insert(conn, models.Summary, columns, [values], Twice.REPLACE)


def _letter(buckets) -> str:  # type: ignore[no-untyped-def]
    if buckets is None or not buckets.known_ms:
        return "-"
    if buckets.down_ms:
        return "o" if buckets.ours_ms + buckets.short_ours_ms >= buckets.down_ms else "d"
    return "s" if buckets.degraded_ms else "u"


def main(folder: str, kind: str = "failing") -> None:
    """For looking at it by hand."""
    now = time.time_ns() // 1_000_000
    Path(folder).mkdir(parents=True, exist_ok=True)
    build(Path(folder), Scene(now, failing=kind != "well", copies=12 if kind == "many" else 1, beats=kind != "stale")).close()
    assert STATUS_CODE


if __name__ == "__main__":
    import sys

    main(*sys.argv[1:])
