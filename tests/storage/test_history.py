"""Closed days are packed at 48 h, and readers see packs and rows as one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from sqlalchemy import text

from core.health import Cause, ProbeResult, Status
from core.ledger import Ledger
from storage import lease, measured, results, timeline
from storage.engine import Database
from storage.faults import Fenced
from storage.history import HOT_MS, pack_closed_days
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import DAY, HOUR, LOCAL, MIDNIGHT, MINUTE

LATER = MIDNIGHT + DAY + HOT_MS  # the day that begins at MIDNIGHT is due from here on


def a_day(check: int, start_ms: int = MIDNIGHT) -> list[ProbeResult]:
    """Every 5 minutes, with a failure, a slow, an unfit and a manual one among them."""
    made = [samples.result(check, start_ms + n * 5 * MINUTE, None, 100_000 + n, phases=samples.phases(100_000 + n)) for n in range(288)]
    made[3] = samples.result(check, made[3].at_ms, Cause.SERVER_ERROR)
    made[4] = samples.result(check, made[4].at_ms, Cause.SLOW, 4_000_000)
    made[5] = replace(made[5], fit=False)
    made[6] = replace(made[6], manual=True, phases=None)
    return made


def written(db: Database, epoch: int, made: Iterable[ProbeResult]) -> int:
    check = samples.watched(db).plan.checks[1].id
    Writer(db).commit(Ledger(results=list(made)), epoch=epoch)
    return check


def rows(db: Database) -> tuple[int, int, int]:
    """How many results, phases and packs are stored as rows."""
    with db.read() as conn:
        one, two, three = (conn.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one() for table in ("result", "phase", "pack"))
    return one, two, three


def test_nothing_is_packed_before_48_hours(db: Database, epoch: int) -> None:
    written(db, epoch, a_day(1))
    assert pack_closed_days(db, LATER - 1, epoch=epoch) == 0
    assert rows(db) == (288, 285, 0)


def test_a_packed_day_reads_as_it_did_before(db: Database, epoch: int) -> None:
    check = written(db, epoch, a_day(1))
    with db.read() as conn:
        before = results.results(conn, check, LOCAL, 0, LATER, 1000)
        phases = results.phases(conn, check, LOCAL, 0, LATER)
    assert pack_closed_days(db, LATER, epoch=epoch) == 1
    assert rows(db) == (0, 0, 1)
    with db.read() as conn:
        assert results.results(conn, check, LOCAL, 0, LATER, 1000) == before
        packed = results.phases(conn, check, LOCAL, 0, LATER)
    assert all(getattr(packed, name).tolist() == getattr(phases, name).tolist() for name in type(phases).__slots__)


def test_what_a_result_was_survives_packing(db: Database, epoch: int) -> None:
    check = written(db, epoch, a_day(1))
    pack_closed_days(db, LATER, epoch=epoch)
    with db.read() as conn:
        series = results.series(conn, check, LOCAL, MIDNIGHT, MIDNIGHT + HOUR)
        lines = results.results(conn, check, LOCAL, MIDNIGHT, MIDNIGHT + 20 * MINUTE)
    assert [line.status for line in reversed(lines)] == [Status.UP, Status.UP, Status.UP, Status.DOWN]
    assert lines[0].cause is Cause.SERVER_ERROR
    assert series.fit.tolist().index(False) == 5
    assert series.manual.tolist().index(True) == 6
    assert series.answered.tolist() == [n not in (3, 5) for n in range(12)]


def test_a_result_that_comes_after_its_day_was_packed_is_read_with_it(db: Database, epoch: int) -> None:
    check = written(db, epoch, a_day(1))
    pack_closed_days(db, LATER, epoch=epoch)
    late, again = samples.result(check, MIDNIGHT + MINUTE, Cause.TIMEOUT), samples.result(check, MIDNIGHT, Cause.TIMEOUT)
    Writer(db).commit(Ledger(results=[late, again]), epoch=epoch)
    with db.read() as conn:
        lines = results.results(conn, check, LOCAL, MIDNIGHT, MIDNIGHT + 10 * MINUTE)
        series = results.series(conn, check, LOCAL, MIDNIGHT, MIDNIGHT + 10 * MINUTE)
    assert [(line.at_ms, line.cause) for line in reversed(lines)] == [
        (MIDNIGHT, None),
        (MIDNIGHT + MINUTE, Cause.TIMEOUT),
        (MIDNIGHT + 5 * MINUTE, None),
    ]
    assert len(series) == 3
    assert pack_closed_days(db, LATER, epoch=epoch) == 0


def test_the_newest_results_are_read_across_packs_and_rows(db: Database, epoch: int) -> None:
    check = written(db, epoch, [*a_day(1), *a_day(1, MIDNIGHT + DAY)])
    pack_closed_days(db, LATER, epoch=epoch)
    with db.read() as conn:
        lines = results.results(conn, check, LOCAL, 0, LATER, 300)
    assert [line.at_ms for line in lines] == [MIDNIGHT + DAY + n * 5 * MINUTE for n in range(287, -13, -1)]


def test_exact_latencies_leave_out_failures_and_unfit_ones(db: Database, epoch: int) -> None:
    check = written(db, epoch, [*a_day(1), *a_day(1, MIDNIGHT + DAY)])
    wanted = [r.total_us for r in [*a_day(1), *a_day(1, MIDNIGHT + DAY)] if r.fit and r.status is not Status.DOWN]
    pack_closed_days(db, LATER, epoch=epoch)
    with db.read() as conn:
        assert sorted(measured.latencies(conn, [check], MIDNIGHT, MIDNIGHT + 2 * DAY)) == sorted(wanted)
        assert len(measured.latencies(conn, [check], MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR)) == 12
        assert len(measured.latencies(conn, [check], MIDNIGHT + HOUR, MIDNIGHT + DAY + HOUR)) == 276 + 10


def test_the_newest_edge_of_a_check_that_stopped_is_found_in_its_pack(db: Database, epoch: int) -> None:
    check = written(db, epoch, a_day(1))
    pack_closed_days(db, LATER, epoch=epoch)
    with db.read() as conn:
        assert timeline.newest_edges(conn, [check]) == {(check, LOCAL): MIDNIGHT + 287 * 5 * MINUTE + 12}


def test_whoever_no_longer_leads_packs_nothing(db: Database, epoch: int) -> None:
    written(db, epoch, a_day(1))
    lease.take(db, None, LATER)
    with pytest.raises(Fenced):
        pack_closed_days(db, LATER, epoch=epoch)
    assert rows(db) == (288, 285, 0)
