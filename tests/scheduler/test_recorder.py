"""What is recorded is on disk or still waits: nothing is judged twice, nothing is lost in silence."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from core.health import Cause, Evidence
from core.ledger import EventRow, Ledger
from scheduler.buffer import MOST, Buffer
from scheduler.clock import Clock
from scheduler.commits import NOT_ROUND_S, Commits
from scheduler.memory import Memory
from scheduler.recorder import Recorder
from storage.changes import version
from storage.engine import Database, open_database
from storage.faults import DatabaseBusy, Fenced
from storage.lease import take
from tests.scheduler.office import Audience, Office
from tests.storage.relay import Relay

POOL = 32  # connections of one process to a Postgres


def until(happens: Callable[[], Any], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def at_work(recorder: Recorder) -> Iterator[Recorder]:
    recorder.start()
    try:
        yield recorder
    finally:
        recorder.stop()


@contextmanager
def broken(db: Database, table: str = "result") -> Iterator[None]:
    """A database that refuses to write: the table is somewhere else for a while."""
    rename(db, table, f"{table}_away")
    try:
        yield
    finally:
        rename(db, f"{table}_away", table)


def rename(db: Database, old: str, new: str) -> None:
    with db.write() as conn:
        conn.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url, wait_s=0)
    yield database
    database.close()


def test_a_result_is_on_disk_and_told(db: Database) -> None:
    office = Office(db)
    heard = office.heard()
    with at_work(office.recorder):
        office.recorder.put(heard)
        until(lambda: any(told for _, told in office.audience.told))
        assert office.stored() == [heard.result.at_ms]
    assert office.recorder.memory.newest[office.check, 1].at_ms == heard.result.at_ms
    assert office.recorder.waiting == 0


def test_stopping_flushes_what_waits(db: Database) -> None:
    office = Office(db)
    with at_work(office.recorder):
        for ago_s in range(5):
            office.recorder.put(office.heard(ago_s))
    assert len(office.stored()) == 5


def test_a_commit_that_fails_leaves_memory_and_results(sqlite: Database) -> None:
    office = Office(sqlite)
    before = office.recorder.memory
    with at_work(office.recorder) as recorder:
        with broken(sqlite):
            recorder.put(office.heard(cause=Cause.SERVER_ERROR))
            until(lambda: recorder.health.failing_since_ms)
            assert recorder.memory is before
            assert recorder.waiting == 1
            assert "no such table" in recorder.health.error
        until(lambda: len(office.stored()) == 1)
        until(lambda: recorder.health.failing_since_ms is None)
    assert recorder.memory is not before


def test_a_step_that_cannot_be_written_changes_nothing(sqlite: Database) -> None:
    office = Office(sqlite)
    before = office.recorder.memory

    def step(memory: Memory, now_ms: int) -> tuple[Ledger, Memory]:
        return Ledger(events=[EventRow(1, now_ms, "note", "words")]), memory.copy()

    with broken(sqlite, "event"), pytest.raises(OperationalError):
        office.recorder.change(step)
    assert office.recorder.memory is before
    assert office.audience.told == []


def test_what_waits_is_bounded_and_what_falls_out_is_counted(sqlite: Database) -> None:
    office = Office(sqlite)
    oldest, later = office.heard(60), office.heard()
    office.recorder.put(oldest)
    for _ in range(MOST):
        office.recorder.put(later)
    assert office.recorder.health.lost == 1
    assert not any(heard is oldest for heard in office.recorder._buffer._held)


def test_of_those_that_wait_so_many_have_evidence_and_the_later_ones_are_kept_without(sqlite: Database) -> None:
    office, buffer = Office(sqlite), Buffer(most_evidence=2)
    told = [office.heard(ago_s, Cause.CONTRACT, evidence=Evidence("GET /", "500")) for ago_s in (4, 3, 2)]
    for heard in (office.heard(5), *told):
        buffer.put(heard)
    held = buffer.batch()
    assert [heard.result.at_ms for heard in held[1:]] == [heard.result.at_ms for heard in told]
    assert [heard.result.evidence is not None for heard in held] == [False, True, True, False]
    buffer.let_go(held[:2])
    buffer.put(told[0])
    assert buffer.batch()[0].result.evidence is not None, "there is room again"


def test_a_result_that_cannot_be_written_does_not_take_the_others_with_it(db: Database) -> None:
    office = Office(db)
    poison = office.heard(2, location=2**80)
    good = [office.heard(3), office.heard(1)]
    with at_work(office.recorder) as recorder:
        for heard in (good[0], poison, good[1]):
            recorder.put(heard)
        until(lambda: recorder.health.lost == 1)
        until(lambda: len(office.stored()) == 2)
    assert sorted(office.stored()) == [heard.result.at_ms for heard in good]
    assert office.recorder.health.failing_since_ms is None


def test_a_bug_in_who_is_told_has_nothing_judged_twice(db: Database) -> None:
    def fail() -> None:
        raise RuntimeError("a bug")

    office = Office(db, Audience(doing=fail))
    with at_work(office.recorder) as recorder:
        recorder.put(office.heard(2))
        until(lambda: len(office.stored()) == 1)
        office.audience.doing = lambda: None
        recorder.put(office.heard(1))
        until(lambda: len(office.stored()) == 2)
    assert recorder.health.lost == 0
    assert sum(len(heard) for _, heard in office.audience.told) == 2


def test_a_bug_in_what_runs_beside_stops_nothing(db: Database) -> None:
    seen: list[int] = []

    def fail() -> None:
        seen.append(1)
        raise RuntimeError("a bug")

    office = Office(db, Audience(idling=fail))
    with at_work(office.recorder) as recorder:
        until(lambda: seen)
        recorder.put(office.heard())
        until(lambda: len(office.stored()) == 1)


def count(db: Database, table: str) -> int:
    with db.read() as conn:
        return int(conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_commit_whose_end_nobody_heard_is_neither_lost_nor_told_twice(postgres_url: str) -> None:
    """The connection breaks when the server has the COMMIT, and the server cannot be reached for a while."""
    with Relay(postgres_url) as relay:
        database = open_database(relay.url, wait_s=0)
        office = Office(database)
        with at_work(office.recorder) as recorder:
            relay.break_at_commit()
            for ago_s in (9, 6, 3):
                recorder.put(office.heard(ago_s, Cause.SERVER_ERROR))
            assert relay.broke.wait(10)
            until(lambda: recorder.health.failing_since_ms)
            assert office.audience.told == []
            recorder.put(office.heard(1, Cause.SERVER_ERROR))
            relay.heal()
            until(lambda: recorder.waiting == 0)
        assert len(office.stored()) == 4
        assert (count(database, "incident"), count(database, "alert")) == (1, 1)
        assert sum(len(heard) for _, heard in office.audience.told) == 4
        database.close()


def test_a_step_whose_end_nobody_heard_is_taken_over_when_it_is_known(postgres_url: str) -> None:
    with Relay(postgres_url) as relay:
        database = open_database(relay.url, wait_s=0)
        office = Office(database)
        after = office.recorder.memory.copy()
        relay.break_at_commit()
        with pytest.raises(DatabaseBusy):
            office.recorder.change(lambda memory, now_ms: (Ledger(topics={"said"}), after))
        assert relay.broke.wait(10)
        assert office.recorder.memory is not after
        relay.heal()
        office.recorder.change(lambda memory, now_ms: (Ledger(topics={"said"} if memory is after else set()), memory))
        assert office.recorder.memory is after
        with database.read() as conn:
            assert version(conn, "said") == 2
        database.close()


def test_a_pool_without_a_free_connection_loses_nothing(postgres_url: str) -> None:
    database = open_database(postgres_url, wait_s=0)
    office = Office(database)
    with at_work(office.recorder) as recorder:
        with ExitStack() as all_of_them:
            for _ in range(POOL):
                all_of_them.enter_context(database.read())
            recorder.put(office.heard(2))
            until(lambda: recorder.health.failing_since_ms, 20)
            assert "QueuePool" in recorder.health.error
            recorder.put(office.heard(1))
            assert recorder.waiting == 2
        until(lambda: recorder.waiting == 0)
    assert recorder.health.lost == 0
    assert len(office.stored()) == 2
    database.close()


def test_a_thread_that_does_not_come_round_is_seen_from_outside(sqlite: Database) -> None:
    hanging, free = threading.Event(), threading.Event()

    def hang() -> None:
        hanging.set()
        free.wait(60)

    office = Office(sqlite, Audience(idling=hang))
    assert office.recorder.hangs_s() == 0
    with at_work(office.recorder) as recorder:
        assert hanging.wait(10)
        until(lambda: recorder.hangs_s() > 0.5)
        assert recorder.health.failing_since_ms is None, "a lock may be waited for as long"
        free.set()
        until(lambda: recorder.hangs_s() < 0.3)
    assert office.recorder.hangs_s() == 0


def test_one_that_hangs_for_long_counts_as_failing_from_when_it_came_round_last(sqlite: Database) -> None:
    commits = Commits(sqlite, 1, Clock())
    commits.hangs(NOT_ROUND_S)
    assert commits.health.failing_since_ms is None
    commits.hangs(NOT_ROUND_S + 1)
    assert Clock().now_ms() - (commits.health.failing_since_ms or 0) >= (NOT_ROUND_S + 1) * 1000
    assert "hangs" in commits.health.error


def test_who_no_longer_leads_writes_nothing_and_ends(db: Database) -> None:
    office = Office(db)
    take(db, None, office.clock.now_ms())
    with at_work(office.recorder) as recorder:
        recorder.put(office.heard())
        assert recorder.fenced.wait(10)
    assert office.stored() == []
    with pytest.raises(Fenced):
        recorder.change(lambda memory, now_ms: (Ledger(topics={"wall"}), memory))
