"""A beat says that the worker turns and can write; the parent hears it even where it cannot be written."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from scheduler.beats import Beats
from scheduler.clock import Clock
from storage import processes
from storage.engine import Database
from storage.rows import ProcessRow
from tests.journeys.actors import until

OFTEN_S = 0.02


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The parent's end."""
    reading, writing = os.pipe()
    monkeypatch.setenv("BEAT_FD", str(writing))
    yield reading
    os.close(reading)
    os.close(writing)


def made(db: Database, stuck_s: float = 60.0) -> Beats:
    clock = Clock()
    ident = processes.register(db, "worker", clock.now_ms())
    return Beats(db, ident, clock, lambda: {"checks": 3}, every_s=OFTEN_S, stuck_s=stuck_s)


def row(db: Database) -> ProcessRow:
    with db.read() as conn:
        (found,) = processes.processes(conn, 0)
    return found


def test_beats_come_while_the_loop_turns_and_say_how_it_is(db: Database, pipe: int) -> None:
    beats = made(db)
    beats.start()
    until(lambda: row(db).body == {"checks": 3}, "a beat")
    assert not row(db).leads
    beats.lead()
    assert row(db).leads
    assert os.read(pipe, 1) == b"."
    assert beats.writes
    beats.stop()
    assert row(db).ended_ms is not None


def test_a_loop_that_does_not_turn_is_no_life(db: Database, pipe: int) -> None:
    beats = made(db, stuck_s=-1.0)
    beats.start()
    threading.Event().wait(10 * OFTEN_S)
    beats.stop()
    os.set_blocking(pipe, False)
    with pytest.raises(BlockingIOError):
        os.read(pipe, 1)
    assert row(db).body == {}
    assert not beats.writes


def test_the_parent_hears_of_a_worker_that_cannot_write(db: Database, pipe: int) -> None:
    beats = made(db)
    with db.write() as conn:
        conn.execute(text("ALTER TABLE process RENAME TO process_away"))
    beats.start()
    assert os.read(pipe, 1) == b"."
    assert not beats.writes
    with db.write() as conn:
        conn.execute(text("ALTER TABLE process_away RENAME TO process"))
    until(lambda: beats.writes, "a beat on disk")
    beats.stop()


def test_a_bug_in_what_a_beat_says_does_not_silence_the_worker(db: Database, pipe: int) -> None:
    seen: list[int] = []

    def body() -> dict[str, int]:
        seen.append(1)
        if len(seen) < 3:
            raise AttributeError("not made yet")
        return {"checks": 3}

    clock = Clock()
    beats = Beats(db, processes.register(db, "worker", clock.now_ms()), clock, body, every_s=OFTEN_S)
    beats.start()
    until(lambda: row(db).body == {"checks": 3}, "a beat")
    beats.stop()
    assert len(seen) >= 3
