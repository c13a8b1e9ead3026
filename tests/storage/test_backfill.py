"""A history written at once reads as if it had been lived."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from core.health import Cause, ProbeResult, Status
from core.ledger import Ledger
from storage import deliveries, incidents, results, wall
from storage.backfill import Backfill
from storage.engine import Database, open_database
from storage.folding import Folder
from storage.history import pack_closed_days
from storage.lease import take
from storage.migrate import migrate
from storage.outbox import StoredOutbox
from storage.rollups import DAY_MS, HOUR_MS, Scope, rollups
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import DAY, HOUR, LOCAL, MIDNIGHT, MINUTE, NOON

NOW = NOON + 10 * DAY
FAILED = MIDNIGHT + 2 * DAY + 9 * HOUR
RECOVERED = FAILED + 30 * MINUTE


def lived(check: int) -> Iterator[tuple[int, list[ProbeResult], Ledger]]:
    """Ten days at 5 minutes with half an hour of outage in the third: each day's first instant, results and judgement."""
    for day in range(MIDNIGHT, NOW, DAY):
        instants = range(day, min(day + DAY, NOW), 5 * MINUTE)
        made = [
            samples.result(
                check,
                at,
                cause_at(at),
                100_000 + at // MINUTE % 997,
                phases=samples.phases(99_000),
            )
            for at in instants
        ]
        yield day, made, judged(check) if day == MIDNIGHT + 2 * DAY else begun(check) if day == MIDNIGHT else Ledger()


def cause_at(at_ms: int) -> Cause | None:
    return Cause.SERVER_ERROR if FAILED <= at_ms < RECOVERED else None


def begun(check: int) -> Ledger:
    gap = 5 * MINUTE
    return Ledger(spans=[samples.span(check, MIDNIGHT + 12, None, gap_ms=gap)], states=[samples.state(check, Status.UP, MIDNIGHT + 12)])


def judged(check: int) -> Ledger:
    gap = 5 * MINUTE
    return Ledger(
        spans=[
            samples.span(check, MIDNIGHT + 12, FAILED, gap_ms=gap),
            samples.span(check, FAILED, RECOVERED, Cause.SERVER_ERROR, gap),
            samples.span(check, RECOVERED, None, gap_ms=gap),
        ],
        verdicts=[samples.verdict_row(check, FAILED, RECOVERED)],
        states=[samples.state(check, Status.UP, RECOVERED)],
        incidents=[samples.incident(1, 1, check, FAILED, RECOVERED)],
        events=[samples.event(1, FAILED)],
        alerts=[samples.alert(1, at_ms=FAILED)],
    )


@pytest.fixture
def filled(db: Database, epoch: int) -> Database:
    samples.watched(db)
    backfill = Backfill(db, epoch=epoch, now_ms=NOW)
    for day, made, ledger in lived(1):
        backfill.add_day(day, made, ledger)
    backfill.finish()
    return db


def test_closed_days_are_packs_and_the_last_48_hours_are_rows(filled: Database) -> None:
    with filled.read() as conn:
        packs = conn.execute(text("SELECT COUNT(*), MAX(day_ms) FROM pack")).one()
        assert conn.execute(text("SELECT MIN(at_ms) FROM result")).scalar() == MIDNIGHT + 8 * DAY
    assert packs == (8, MIDNIGHT + 7 * DAY)


def test_any_day_opens_down_to_single_results_and_evidence(filled: Database) -> None:
    with filled.read() as conn:
        series = results.series(conn, 1, LOCAL, MIDNIGHT, NOW)
        assert series.at_ms.tolist() == list(range(MIDNIGHT, NOW, 5 * MINUTE))
        assert len(results.phases(conn, 1, LOCAL, MIDNIGHT, NOW).at_ms) == len(series)
        found = incidents.incident(conn, 1)
    assert found is not None
    assert [failure.at_ms for failure in reversed(found.failures)] == list(range(FAILED, RECOVERED, 5 * MINUTE))


def test_nobody_is_told_of_the_past(filled: Database) -> None:
    assert StoredOutbox(filled).channels() == set()
    with filled.read() as conn:
        (said,) = deliveries.deliveries(conn)
    assert (said.ok, said.incident, said.alerts) == (True, 1, (1,))
    assert 180 <= said.at_ms - said.began_ms < 1_400


def test_a_history_written_at_once_reads_as_if_it_had_been_lived(filled: Database, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'slowly' / 'health.db'}"
    migrate(url)
    slowly = open_database(url, wait_s=0)
    epoch = take(slowly, None, 0)
    samples.watched(slowly)
    writer, folder = Writer(slowly), Folder(slowly)
    for day, made, ledger in lived(1):
        ledger.results = made
        writer.commit(ledger, epoch=epoch)
        folder.note(ledger)
        folder.fold(min(day + DAY, NOW), epoch=epoch)
    pack_closed_days(slowly, NOW, epoch=epoch)
    assert folded(filled) == folded(slowly)
    slowly.close()


def folded(db: Database) -> object:
    with db.read() as conn:
        rows = [rollups(conn, scope, [1], width, 0, NOW) for scope in Scope for width in (HOUR_MS, DAY_MS)]
        return rows, wall.summary(conn, 1), conn.execute(text('SELECT "check", day_ms, body, phases FROM pack ORDER BY id')).all()


def test_a_retry_after_midnight_is_kept_with_its_own_day(db: Database, epoch: int) -> None:
    samples.watched(db)
    backfill = Backfill(db, epoch=epoch, now_ms=NOW)
    late = samples.result(1, MIDNIGHT + DAY + 10_000, Cause.TIMEOUT)
    backfill.add_day(MIDNIGHT, [samples.result(1, MIDNIGHT + DAY - MINUTE, Cause.TIMEOUT), late], Ledger())
    backfill.add_day(MIDNIGHT + DAY, [samples.result(1, MIDNIGHT + DAY + MINUTE)], Ledger())
    with db.read() as conn:
        days = rollups(conn, Scope.CHECK, [1], DAY_MS, MIDNIGHT, NOW)
        assert len(results.series(conn, 1, LOCAL, MIDNIGHT + DAY, MIDNIGHT + 2 * DAY)) == 2
    assert [(day.start_ms, day.results, day.causes) for day in days] == [
        (MIDNIGHT, 1, {Cause.TIMEOUT: 1}),
        (MIDNIGHT + DAY, 2, {Cause.TIMEOUT: 1}),
    ]


def test_the_outage_is_on_its_day(filled: Database) -> None:
    with filled.read() as conn:
        summary = wall.summary(conn, 1)
    assert summary is not None
    assert summary.bars[-11:] == "uuduuuuuuuu"
    assert (summary.quarter.down_ms, summary.since_ms) == (30 * MINUTE, RECOVERED)
