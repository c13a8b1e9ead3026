"""What is too old goes, kind by kind and a little at a time; what a month or an incident still needs stays."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from core.availability import Buckets
from core.health import Cause, PageStatus, ProbeResult
from core.histogram import Histogram
from core.ledger import Answer, CorrectionRow, Ledger, PageRow
from storage import lease, measured, pages, periods, pings, processes, requests, results
from storage.backup.pause import retention_paused
from storage.engine import Database
from storage.faults import Fenced
from storage.history import HOT_MS, pack_closed_days, repack_late_days
from storage.phase_hours import PHASES, hours_beside, known_hours, phase_hours, put_hours, unpack_hours
from storage.retention import Retention, forget
from storage.rollups import DAY_MS, Scope, rollups, write_time
from storage.sync import sync
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import DAY, HOUR, LOCAL, MIDNIGHT, MINUTE, NOON
from tests.storage.test_catalogue import API, PING

KEEP = Retention()
ROWS = 500  # that go in one transaction


@pytest.fixture(autouse=True)
def closed(db: Database, epoch: int) -> None:
    """All months up to far in the future are closed, unless a test says otherwise."""
    periods.note_closed_until(db, NOON + 9_999 * DAY, NOON, epoch=epoch)


def count(db: Database, table: str, where: str = "1 = 1") -> int:
    with db.read() as conn:
        return int(conn.execute(text(f"SELECT COUNT(*) FROM {table} WHERE {where}")).scalar_one())


def hourly(check: int = 1, start_ms: int = MIDNIGHT, until_ms: int = MIDNIGHT + DAY, cause: Cause | None = None) -> list[ProbeResult]:
    return [
        samples.result(check, at, cause, 90_000 + at % 997, phases=samples.phases(90_000)) for at in range(start_ms, until_ms, 10 * MINUTE)
    ]


def test_old_evidence_pings_answers_and_processes_go_and_results_stay(db: Database, epoch: int) -> None:
    made = sync(db, [samples.declared("stripe", API, PING)], NOON)
    failing = [samples.result(1, NOON + n, Cause.TIMEOUT) for n in range(ROWS + 1)]
    asked = [requests.append(db, "note", {}, None, NOON) for _ in range(2)]
    Writer(db).commit(Ledger(results=failing, answers=[Answer(asked[0], NOON, True, "")]), epoch=epoch)
    for at in (NOON, NOON + 1):
        pings.append_ping(db, next(iter(made.addresses.values())), "ok", "", at)
    processes.register(db, "web", NOON)
    assert forget(db, NOON + 29 * DAY, epoch=epoch) == 0
    assert forget(db, NOON + 92 * DAY, epoch=epoch) == ROWS + 1 + 3
    with db.read() as conn:
        assert len(results.series(conn, 1, LOCAL, NOON, NOON + DAY)) == ROWS + 1
        assert [row.id for row in requests.unanswered(conn)] == asked[1:]
    assert count(db, "evidence") == 0


def test_what_a_heartbeats_job_said_last_stays_however_old(db: Database, epoch: int) -> None:
    made = sync(db, [samples.declared("stripe", API, PING)], NOON)
    address = next(iter(made.addresses.values()))
    for at, kind in enumerate(("start", "ok", "start", "ok", "start")):
        pings.append_ping(db, address, kind, "", NOON + at)
    assert forget(db, NOON + 200 * DAY, epoch=epoch) == 3
    with db.read() as conn:
        assert [(row.at_ms - NOON, row.kind) for row in pings.pings(conn, 2, 0)] == [(3, "ok"), (4, "start")]


def test_old_words_of_a_page_go_but_for_the_last_that_still_holds(db: Database, epoch: int) -> None:
    samples.watched(db)
    said = [PageRow(check, NOON + n, PageStatus.GREEN, str(n)) for check in (1, 2) for n in range(check)]
    later = PageRow(1, NOON + 300 * DAY, PageStatus.RED, "Errors")
    Writer(db).commit(Ledger(pages=[*said, later]), epoch=epoch)
    assert forget(db, NOON + 401 * DAY, epoch=epoch) == 1
    with db.read() as conn:
        assert pages.changes(conn, [1, 2], 0, NOON * 2) == [said[0], later, said[2]]


def test_results_go_after_thirteen_months_packed_and_late_ones_alike(db: Database, epoch: int) -> None:
    samples.watched(db)
    writer = Writer(db)
    writer.commit(Ledger(results=[*hourly(), *hourly(1, MIDNIGHT + DAY, MIDNIGHT + 2 * DAY)]), epoch=epoch)
    pack_closed_days(db, MIDNIGHT + 2 * DAY + HOT_MS, epoch=epoch)
    writer.commit(Ledger(results=[samples.result(1, MIDNIGHT + 1, phases=samples.phases(90_000))]), epoch=epoch)
    now = MIDNIGHT + DAY + KEEP.results_days * DAY
    forget(db, now - 1, epoch=epoch)
    with db.read() as conn:
        assert len(results.series(conn, 1, LOCAL, 0, now)) == 2 * 144 + 1
    forget(db, now, epoch=epoch)
    with db.read() as conn:
        assert results.series(conn, 1, LOCAL, 0, now).at_ms.min() == MIDNIGHT + DAY
    assert [count(db, table) for table in ("pack", "result", "phase", "phase_hours")] == [1, 0, 0, 1]


def test_spans_verdicts_and_days_of_figures_go_after_five_years_and_open_ones_never(db: Database, epoch: int) -> None:
    samples.watched(db)
    spans = [samples.span(1, NOON, NOON + HOUR, Cause.TIMEOUT), samples.span(1, NOON + HOUR, None)]
    verdicts = [samples.verdict_row(1, NOON, NOON + HOUR), samples.verdict_row(1, NOON + HOUR, None)]
    kept = CorrectionRow(1, NOON, NOON + HOUR, "Ours", "Ada", NOON)
    Writer(db).commit(Ledger(spans=spans, verdicts=verdicts, corrections=[kept]), epoch=epoch)
    with db.write() as conn:
        write_time(conn, {(scope, 1, DAY_MS, day): Buckets(up_ms=DAY_MS) for scope in Scope for day in (MIDNIGHT, MIDNIGHT + DAY)})
    now = MIDNIGHT + DAY + KEEP.figures_days * DAY
    assert forget(db, now - 1, epoch=epoch) == 0
    assert forget(db, now, epoch=epoch) == 4
    assert [count(db, table) for table in ("span", "verdict", "rollup", "correction")] == [1, 1, 2, 1]
    with db.read() as conn:
        assert [row.start_ms for row in rollups(conn, Scope.CHECK, [1], DAY_MS, 0, now)] == [MIDNIGHT + DAY]


def test_each_kind_is_kept_as_long_as_the_operator_wants(db: Database, epoch: int) -> None:
    samples.watched(db)
    Writer(db).commit(Ledger(results=hourly(cause=Cause.TIMEOUT), spans=[samples.span(1, NOON, NOON + 1)]), epoch=epoch)
    pack_closed_days(db, MIDNIGHT + DAY + HOT_MS, epoch=epoch)
    now = MIDNIGHT + 70 * DAY
    forget(db, now, Retention(evidence_days=69), epoch=epoch)
    assert [count(db, table) for table in ("evidence", "pack", "span")] == [0, 1, 1]
    forget(db, now, Retention(results_days=69), epoch=epoch)
    assert [count(db, table) for table in ("pack", "span")] == [0, 1]
    forget(db, now, Retention(figures_days=69), epoch=epoch)
    assert count(db, "span") == 0


# Phases.


def test_exact_phases_become_hours_after_ninety_days(db: Database, epoch: int) -> None:
    samples.watched(db)
    made = hourly()
    Writer(db).commit(Ledger(results=made), epoch=epoch)
    pack_closed_days(db, MIDNIGHT + DAY + HOT_MS, epoch=epoch)
    due = MIDNIGHT + DAY + KEEP.phases_days * DAY
    assert forget(db, due - 1, epoch=epoch) == 0
    with db.read() as conn:
        before = measured.latencies(conn, [1], MIDNIGHT, MIDNIGHT + DAY).tolist()
        assert phase_hours(conn, 1, LOCAL, 0, due) == []
    assert forget(db, due, epoch=epoch) == 1
    with db.read() as conn:
        assert len(results.phases(conn, 1, LOCAL, 0, due).at_ms) == 0
        assert measured.latencies(conn, [1], MIDNIGHT, MIDNIGHT + DAY).tolist() == before
        hours = phase_hours(conn, 1, LOCAL, MIDNIGHT + HOUR, MIDNIGHT + DAY)
    assert [hour.start_ms for hour in hours] == [MIDNIGHT + n * HOUR for n in range(1, 24)]
    assert all(hour.tls == Histogram([20_000] * 6) and hour.first_byte == Histogram([90_000 - 31_500] * 6) for hour in hours)


def test_phases_that_come_later_are_added_to_the_hours(db: Database, epoch: int) -> None:
    samples.watched(db)
    writer, now = Writer(db), MIDNIGHT + DAY + KEEP.phases_days * DAY
    writer.commit(Ledger(results=hourly()), epoch=epoch)
    pack_closed_days(db, now, epoch=epoch)
    forget(db, now, epoch=epoch)
    writer.commit(Ledger(results=[samples.result(1, MIDNIGHT + 5, phases=samples.phases(120_000))]), epoch=epoch)
    assert repack_late_days(db, now, epoch=epoch) == 1
    assert forget(db, now, epoch=epoch) == 1
    with db.read() as conn:
        first, *_ = phase_hours(conn, 1, LOCAL, 0, now)
        assert first.first_byte == Histogram([90_000 - 31_500] * 6 + [120_000 - 31_500])
        assert len(results.series(conn, 1, LOCAL, 0, now)) == 145


def test_damaged_hours_of_phases_are_an_error_and_not_a_wrong_figure() -> None:
    with pytest.raises(ValueError, match="unknown form"):
        unpack_hours(b"\x07rubbish")
    assert len(PHASES) == 5


# What is still needed.


def test_nothing_goes_of_a_month_that_is_not_closed(db: Database, epoch: int) -> None:
    samples.watched(db)
    spans = [samples.span(1, MIDNIGHT, MIDNIGHT + HOUR), samples.span(1, MIDNIGHT + HOUR, None)]
    Writer(db).commit(Ledger(results=hourly(cause=Cause.TIMEOUT), spans=spans), epoch=epoch)
    pack_closed_days(db, MIDNIGHT + DAY + HOT_MS, epoch=epoch)
    now = MIDNIGHT + 9_000 * DAY
    periods.note_closed_until(db, MIDNIGHT + DAY - 1, now, epoch=epoch)
    forget(db, now, epoch=epoch)
    assert [count(db, table) for table in ("pack", "evidence", "span")] == [1, 144, 2]  # the day is not over in the month
    periods.note_closed_until(db, MIDNIGHT + DAY, now, epoch=epoch)
    forget(db, now, epoch=epoch)
    assert [count(db, table) for table in ("pack", "evidence", "span")] == [0, 0, 1]


def test_before_any_month_was_closed_nothing_of_the_history_goes(db: Database, epoch: int) -> None:
    samples.watched(db)
    Writer(db).commit(Ledger(results=hourly(cause=Cause.TIMEOUT)), epoch=epoch)
    processes.register(db, "web", MIDNIGHT)
    with db.write() as conn:
        conn.execute(text("DELETE FROM notice"))
    assert forget(db, MIDNIGHT + 9_000 * DAY, epoch=epoch) == 1  # the process
    assert count(db, "evidence") == 144


def test_nothing_goes_that_an_open_incident_still_needs(db: Database, epoch: int) -> None:
    samples.watched(db, "stripe", "paypal")
    both = [*hourly(1, cause=Cause.TIMEOUT), *hourly(3, cause=Cause.TIMEOUT), samples.result(1, MIDNIGHT - 2 * DAY, Cause.TIMEOUT)]
    Writer(db).commit(Ledger(results=both, incidents=[samples.incident(1, 1, 1, MIDNIGHT + HOUR)]), epoch=epoch)
    now = MIDNIGHT + 500 * DAY
    pack_closed_days(db, now, epoch=epoch)
    forget(db, now, epoch=epoch)
    assert count(db, "evidence", '"check" = 1') == 144  # those of two days before it are gone
    assert count(db, "evidence", '"check" = 3') == 0
    assert (count(db, "pack", '"check" = 1'), count(db, "pack", '"check" = 3')) == (1, 0)
    Writer(db).commit(Ledger(incidents=[samples.incident(1, 1, 1, MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR)]), epoch=epoch)
    forget(db, now, epoch=epoch)
    assert (count(db, "evidence"), count(db, "pack")) == (0, 0)


# In small steps.


def test_a_turn_that_ends_early_goes_on_with_the_next(db: Database, epoch: int) -> None:
    samples.watched(db)
    failing = [samples.result(1, NOON + n, Cause.TIMEOUT) for n in range(2 * ROWS + 10)]
    Writer(db).commit(Ledger(results=failing), epoch=epoch)
    gone = [forget(db, NOON + 92 * DAY, epoch=epoch, steps=1) for _ in range(4)]
    assert gone == [ROWS, ROWS, 10, 0]


def test_turns_that_are_all_cut_short_come_to_every_check(db: Database, epoch: int) -> None:
    checks = sorted(samples.watched(db, "stripe", "paypal").plan.checks)
    failing = [samples.result(check, NOON + n, Cause.TIMEOUT) for check in checks for n in range(3 * ROWS)]
    Writer(db).commit(Ledger(results=failing), epoch=epoch)
    for day in range(7):  # the checks, the integrations, and what belongs to none
        forget(db, NOON + (92 + day) * DAY, epoch=epoch, steps=1)
    assert all(count(db, "evidence", f'"check" = {check}') < 3 * ROWS for check in checks)


def test_hours_that_changed_after_they_were_read_leave_the_phases_as_they_are(db: Database, epoch: int) -> None:
    samples.watched(db)
    Writer(db).commit(Ledger(results=hourly()), epoch=epoch)
    pack_closed_days(db, MIDNIGHT + DAY + HOT_MS, epoch=epoch)
    with db.write() as conn:
        pack = conn.execute(text("SELECT * FROM pack")).one()
        assert put_hours(conn, pack, b"others", hours_beside(pack, None)) is False
        assert put_hours(conn, pack, None, hours_beside(pack, None)) is True
        assert put_hours(conn, pack, known_hours(conn, pack), hours_beside(pack, None)) is False
    assert count(db, "pack", "phases IS NULL") == 1


def test_nothing_goes_while_a_backup_is_being_made(db: Database, epoch: int) -> None:
    samples.watched(db)
    Writer(db).commit(Ledger(results=hourly(cause=Cause.TIMEOUT)), epoch=epoch)
    with db.read() as conn, retention_paused(db, conn):
        assert forget(db, NOON + 92 * DAY, epoch=epoch) == 0
    assert forget(db, NOON + 92 * DAY, epoch=epoch) == 144


def test_whoever_no_longer_leads_lets_nothing_go(db: Database, epoch: int) -> None:
    samples.watched(db)
    Writer(db).commit(Ledger(results=hourly(cause=Cause.TIMEOUT)), epoch=epoch)
    lease.take(db, None, NOON)
    with pytest.raises(Fenced):
        forget(db, NOON + 92 * DAY, epoch=epoch)
    assert count(db, "evidence") == 144
