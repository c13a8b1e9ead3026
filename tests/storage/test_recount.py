"""Hours and days hold what is stored: each result once, however late it came, and whoever died in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import Connection

from core.health import Cause, ProbeResult
from core.ledger import CorrectionRow, CountsAs, Ledger
from storage.engine import Database
from storage.folding import Folder
from storage.history import HOT_MS, pack_closed_days, repack_late_days
from storage.rollups import DAY_MS, HOUR_MS, Scope
from storage.subject import KEPT_MS
from tests.storage import samples
from tests.storage.samples import DAY, HOUR, MIDNIGHT, MINUTE, NOON
from tests.storage.test_folding import API, Worker, every_minute, well

LATER = MIDNIGHT + 2 * DAY + HOT_MS


@pytest.fixture
def worker(db: Database, epoch: int) -> Worker:
    samples.watched(db)
    return Worker(db, epoch)


def counts(worker: Worker, width_ms: int = DAY_MS) -> list[list[int]]:
    """Results of the check and of its integration, by day or hour."""
    return [[row.results for row in worker.rows(scope, width_ms) if row.results] for scope in Scope]


def test_a_result_that_comes_late_is_counted_once(worker: Worker) -> None:
    worker.commit(well(NOON, NOON + 2 * HOUR))
    worker.fold(NOON + 2 * HOUR)
    worker.commit(Ledger(results=[samples.result(API, NOON + 90_000, Cause.SLOW, kept=False)]))
    worker.fold(NOON + 2 * HOUR + MINUTE)
    assert counts(worker, HOUR_MS) == [[61, 60]] * 2
    assert counts(worker) == [[121]] * 2
    assert worker.rows(Scope.CHECK, DAY_MS)[0].causes == {Cause.SLOW: 1}


def test_a_result_that_is_written_twice_is_counted_once(worker: Worker) -> None:
    worker.commit(well(NOON, NOON + HOUR))
    worker.fold(NOON + HOUR)
    worker.commit(Ledger(results=every_minute(NOON, NOON + HOUR, Cause.TIMEOUT)))
    worker.fold(NOON + HOUR + MINUTE)
    assert counts(worker) == [[60]] * 2
    assert worker.rows(Scope.CHECK, DAY_MS)[0].causes == {}


def test_a_late_result_after_a_restart_is_counted(worker: Worker, db: Database) -> None:
    worker.commit(well(NOON, NOON + HOUR))
    worker.fold(NOON + HOUR)
    anew = Worker(db, worker.epoch)
    anew.fold(NOON + HOUR + MINUTE)
    anew.commit(Ledger(results=[samples.result(API, NOON + 90_000)]))
    anew.fold(NOON + HOUR + 2 * MINUTE)
    assert counts(anew) == [[61]] * 2


def test_what_was_noted_before_the_first_fold_is_counted_once(worker: Worker) -> None:
    for start in range(NOON, NOON + HOUR, 10 * MINUTE):
        worker.commit(Ledger(results=every_minute(start, start + 10 * MINUTE)))
    worker.fold(NOON + HOUR)
    assert counts(worker) == [[60]] * 2


def test_late_results_that_were_not_folded_before_a_crash_are_counted_after_it(worker: Worker, db: Database) -> None:
    worker.commit(well(MIDNIGHT, MIDNIGHT + 5 * HOUR))
    worker.fold(MIDNIGHT + 5 * HOUR)
    assert pack_closed_days(db, LATER, epoch=worker.epoch) == 1
    worker.fold(LATER)
    worker.commit(Ledger(results=[samples.result(API, MIDNIGHT + 90_000), samples.result(API, MIDNIGHT, Cause.TIMEOUT)]))
    anew = Worker(db, worker.epoch)
    anew.fold(LATER + MINUTE)
    assert counts(anew) == [[301]] * 2
    assert repack_late_days(db, LATER, epoch=worker.epoch) == 1
    anew = Worker(db, worker.epoch)
    anew.fold(LATER + 2 * MINUTE)
    assert (counts(anew), counts(anew, HOUR_MS)) == ([[301]] * 2, [[61, 60, 60, 60, 60]] * 2)


def test_a_late_result_that_was_packed_before_it_was_folded_is_counted_after_a_crash(worker: Worker, db: Database) -> None:
    worker.commit(well(MIDNIGHT, MIDNIGHT + HOUR))
    worker.commit(Ledger(results=every_minute(MIDNIGHT + 3 * DAY, MIDNIGHT + 3 * DAY + HOUR)))
    worker.fold(MIDNIGHT + 3 * DAY + HOUR)
    worker.commit(Ledger(results=[samples.result(API, MIDNIGHT + 90_000)]))
    assert pack_closed_days(db, MIDNIGHT + 3 * DAY + HOUR, epoch=worker.epoch) == 1
    anew = Worker(db, worker.epoch)
    anew.fold(MIDNIGHT + 3 * DAY + HOUR + MINUTE)
    assert [row.results for row in anew.rows(Scope.INTEGRATION, DAY_MS) if row.results] == [61]


def correction(start_ms: int, end_ms: int, made_ms: int, **other: object) -> CorrectionRow:
    return CorrectionRow(1, start_ms, end_ms, "A move", "Ada", made_ms, **{"bucket": CountsAs.MAINTENANCE, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize("ago_ms", [0, KEPT_MS + 10 * DAY])
@pytest.mark.parametrize("crashed", [False, True])
def test_a_correction_changes_the_days_it_lies_over_however_long_ago(worker: Worker, db: Database, ago_ms: int, crashed: bool) -> None:
    worker.commit(well(NOON, NOON + 2 * HOUR))
    worker.fold(NOON + 2 * HOUR)
    now = NOON + 2 * HOUR + ago_ms
    worker.fold(now)
    worker.commit(Ledger(corrections=[correction(NOON + HOUR, NOON + 2 * HOUR, now)]))
    worker = Worker(db, worker.epoch) if crashed else worker
    worker.fold(now + MINUTE)
    assert [worker.rows(scope, DAY_MS)[0].buckets.maintenance_ms for scope in Scope] == [HOUR, HOUR]
    assert worker.rows(Scope.INTEGRATION, DAY_MS)[0].buckets.up_ms == HOUR - 12 + (90_012 if ago_ms else MINUTE)
    worker.commit(Ledger(corrections=[correction(NOON + HOUR, NOON + 2 * HOUR, now + MINUTE, bucket=None, replaces=1)]))
    worker.fold(now + 2 * MINUTE)
    spent = worker.rows(Scope.INTEGRATION, DAY_MS)[0].buckets
    assert (spent.maintenance_ms, spent.up_ms) == (0, 2 * HOUR + 90_000)


class Busy:
    """The database of a first fold, while another result is written before each of its snapshots."""

    def __init__(self, worker: Worker, coming: list[ProbeResult]) -> None:
        self._worker, self.coming = worker, coming

    @contextmanager
    def read(self) -> Iterator[Connection]:
        if self.coming:
            self._worker.commit(Ledger(results=[self.coming.pop(0)]))
        with self._worker.db.read() as conn:
            yield conn

    def write(self, *, synced: bool) -> AbstractContextManager[Connection]:
        return self._worker.db.write(synced=synced)

    def sync(self) -> None:
        self._worker.db.sync()

    def checkpoint(self) -> None:
        self._worker.db.checkpoint()


def test_what_is_written_while_a_first_fold_counts_is_counted_once(worker: Worker, db: Database) -> None:
    """It reads in many short snapshots: what comes between two of them is neither lost nor counted twice."""
    worker.commit(well(NOON, NOON + 2 * HOUR))
    anew = Worker(db, worker.epoch)
    fresh = every_minute(NOON + 2 * HOUR, NOON + 2 * HOUR + 4 * MINUTE)
    late = [samples.result(API, NOON + minute * MINUTE + 30_000, Cause.SLOW, kept=False) for minute in range(4)]
    busy = Busy(anew, [one for pair in zip(late, fresh, strict=True) for one in pair])
    anew.folder = Folder(busy)  # type: ignore[arg-type]
    anew.fold(NOON + 2 * HOUR + 5 * MINUTE)
    assert len(busy.coming) < 2, "nothing came in the middle of it"
    for _ in range(2):
        anew.fold(NOON + 2 * HOUR + 6 * MINUTE)
    assert counts(anew) == [[128]] * 2
    assert anew.rows(Scope.CHECK, DAY_MS)[0].causes == {Cause.SLOW: 4}
