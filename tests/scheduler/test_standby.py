"""A leader that stands still is ended by a standby on its machine; one that lives, or is somebody else by now, is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from scheduler.standby import SILENCE_S, Watch, started_ms, state_of
from storage import processes
from storage.engine import Database
from tests.journeys.actors import until


@dataclass
class Time:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Scene:
    """A process that is noted as the leader, and a standby that has seen its newest beat."""

    db: Database
    leader: subprocess.Popen[bytes]
    time: Time = field(default_factory=Time)

    def __post_init__(self) -> None:
        self.watch = Watch(self.db, monotonic=self.time)
        self.ident = processes.register(self.db, "worker", 1_000, pid_started_ms=started_ms(self.leader.pid) or 0)
        with self.db.write() as conn:
            conn.execute(text("UPDATE process SET pid = :pid"), {"pid": self.leader.pid})
        processes.beat(self.db, self.ident, 1_000, leads=True)

    def ended(self, after_s: float, *, can_write: bool = True) -> bool:
        self.watch.look(can_write=can_write)
        self.time.now += after_s
        return self.watch.look(can_write=can_write) is not None


@pytest.fixture
def scene(db: Database) -> Iterator[Scene]:
    leader = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    until(lambda: started_ms(leader.pid), "the process")
    with leader:
        yield Scene(db, leader)
        leader.kill()


def test_a_silent_leader_is_killed(scene: Scene) -> None:
    assert scene.ended(SILENCE_S)
    assert scene.leader.wait(5) == -signal.SIGKILL


def test_a_leader_that_beats_is_left_alone(scene: Scene) -> None:
    assert not scene.ended(SILENCE_S - 1)
    processes.beat(scene.db, scene.ident, 2_000, leads=True)
    assert not scene.ended(SILENCE_S - 1)
    assert scene.leader.poll() is None


def test_a_number_that_was_given_out_again_is_left_alone(scene: Scene) -> None:
    with scene.db.write() as conn:
        conn.execute(text("UPDATE process SET pid_started_ms = pid_started_ms - 60000"))
    assert not scene.ended(SILENCE_S)
    assert scene.leader.poll() is None


def test_a_leader_on_another_machine_is_left_alone(scene: Scene) -> None:
    with scene.db.write() as conn:
        conn.execute(text("UPDATE process SET host = 'elsewhere'"))
    assert not scene.ended(SILENCE_S)
    assert scene.leader.poll() is None


def test_where_nobody_can_write_only_one_that_was_stopped_is_to_blame(scene: Scene) -> None:
    assert not scene.ended(SILENCE_S, can_write=False)
    scene.leader.send_signal(signal.SIGSTOP)
    until(lambda: state_of(scene.leader.pid) == "T", "a stopped process")
    assert scene.ended(SILENCE_S, can_write=False)
    assert scene.leader.wait(5) == -signal.SIGKILL


def test_who_does_not_exist_never_began() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert (started_ms(gone.pid), state_of(gone.pid)) == (None, "")
    assert started_ms(os.getpid()) == started_ms(os.getpid())
