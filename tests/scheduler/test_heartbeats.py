"""Calls become results: at once, again while a state lasts, and never twice over a restart."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from core.declared import DeclaredCheck
from core.health import Cause
from scheduler.heartbeats import DEAF_AFTER_MS, Heartbeats, silences
from storage import processes
from storage.catalogue import load_catalogue
from storage.engine import Database
from storage.pings import append_ping
from storage.rows import ProcessRow
from storage.sync import sync
from tests.scheduler.office import declared

T0 = 1_795_000_000_000
HOUR = 3_600_000
MINUTE = 60_000


@dataclass
class Scene:
    """A job that calls every hour, with five minutes of grace, and a web process that listens since long ago."""

    db: Database

    def __post_init__(self) -> None:
        job = DeclaredCheck("job", "Job", "heartbeat", counts=True, interval_ms=HOUR, grace_ms=5 * MINUTE)
        catalogue = sync(self.db, [declared(job)], T0)
        self.plan = catalogue.plan
        (self.check,) = self.plan.checks
        self.address = catalogue.addresses[self.check]
        self.web = processes.register(self.db, "web", T0 - 100 * HOUR)
        self.beats = Heartbeats(self.db, {})

    def call(self, at_ms: int, kind: str = "ok") -> None:
        assert append_ping(self.db, self.address, kind, "", at_ms) == self.check

    def look(self, at_ms: int, *, listening: bool = True) -> list[tuple[int, Cause | None]]:
        if listening:
            processes.beat(self.db, self.web, at_ms, leads=False)
        return [(one.result.at_ms, one.result.cause) for one in self.beats.look(self.plan, at_ms)]


@pytest.fixture
def scene(db: Database) -> Scene:
    return Scene(db)


def test_nothing_is_said_before_the_first_call(scene: Scene) -> None:
    assert scene.look(T0) == []


def test_a_call_is_a_result_once(scene: Scene) -> None:
    scene.look(T0)
    scene.call(T0 + 1_000)
    assert scene.look(T0 + 2_000) == [(T0 + 1_000, None)]
    assert scene.look(T0 + 3_000) == []


def test_silence_is_missed_when_the_grace_is_over_and_again_every_interval(scene: Scene) -> None:
    scene.call(T0)
    scene.look(T0 + 1_000)
    due = T0 + HOUR + 5 * MINUTE
    assert scene.look(due - 1) == [(T0 + HOUR, None)]
    assert scene.look(due) == [(due, Cause.MISSED)]
    assert scene.look(due + HOUR - 1) == []
    assert scene.look(due + HOUR) == [(due + HOUR, Cause.MISSED)]


def test_a_failure_it_reports_is_missed_at_once_and_a_call_ends_it(scene: Scene) -> None:
    scene.call(T0, "fail")
    assert scene.look(T0 + 1_000) == [(T0, Cause.MISSED)]
    scene.call(T0 + 2_000)
    assert scene.look(T0 + 3_000) == [(T0 + 2_000, None)]


def test_a_restart_says_nothing_twice(scene: Scene) -> None:
    scene.call(T0)
    ((said_ms, _),) = scene.look(T0 + 1_000)
    scene.beats = Heartbeats(scene.db, {scene.check: said_ms})
    again = scene.look(T0 + 2_000)
    assert all(at_ms > said_ms for at_ms, _ in again)
    assert scene.look(T0 + 3_000) == []


def test_silence_while_nobody_could_listen_is_nobodys_fault(scene: Scene) -> None:
    scene.call(T0)
    scene.look(T0 + 1_000)
    due = T0 + HOUR + 5 * MINUTE
    assert scene.look(due + MINUTE, listening=False) == [(due, Cause.OBSERVER)]


def test_a_worker_that_lives_hears_no_calls(scene: Scene) -> None:
    worker = processes.register(scene.db, "worker", T0 - 100 * HOUR)
    scene.call(T0)
    scene.look(T0 + 1_000)
    due = T0 + HOUR + 5 * MINUTE
    processes.beat(scene.db, worker, due + MINUTE, leads=True)
    assert scene.look(due + MINUTE, listening=False) == [(due, Cause.OBSERVER)]


def test_a_check_that_is_new_is_looked_after_too(scene: Scene) -> None:
    scene.look(T0)
    other = DeclaredCheck("other", "Other", "heartbeat", counts=True, interval_ms=HOUR, grace_ms=MINUTE)
    catalogue = sync(scene.db, [declared(other, slug="backup")], T0)
    scene.plan = catalogue.plan
    (check,) = catalogue.plan.checks
    assert append_ping(scene.db, catalogue.addresses[check], "ok", "", T0 + 1_000) == check
    assert scene.look(T0 + 2_000) == [(T0 + 1_000, None)]
    with scene.db.read() as conn:
        assert load_catalogue(conn).plan == scene.plan


def test_a_process_covers_its_start_to_a_little_after_its_last_beat() -> None:
    first = ProcessRow(1, "web", "here", 1, 0, 100_000, 200_000, leads=False)
    ended = ProcessRow(2, "web", "here", 2, 0, 300_000, 380_000, leads=False, ended_ms=400_000)
    assert silences([first, ended], 50_000, 500_000) == [
        (50_000, 100_000),
        (200_000 + DEAF_AFTER_MS, 300_000),
        (400_000, 500_000),
    ]
    assert silences([], 0, 10) == [(0, 10)]
