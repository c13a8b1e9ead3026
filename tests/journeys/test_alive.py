"""Whatever is killed, stopped or blocked: /healthz says so, nothing outlives its parent, and another worker leads."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from storage.engine import Database, open_database
from tests.journeys.actors import Site, Worker, alive, environment, leader, until


@dataclass(frozen=True, slots=True)
class Pair:
    """Two workers on one state; the first was stopped while it led."""

    first: Worker
    second: Worker
    stopped_s: float


@pytest.fixture(scope="module", autouse=True)
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Begun before the other tests: its 20 s pass while they run."""
    folder = tmp_path_factory.mktemp("pair")
    env = environment(folder)
    with Worker(folder, env, "version: 1\n") as first:
        until(lambda: "leading" in first.said, "a leader")
        with Worker(folder, env) as second:
            until(lambda: "standing by" in second.said, "a standby")
            first.send(signal.SIGSTOP)
            yield Pair(first, second, time.time())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Nothing is declared: pages, API and a worker that has nobody to ask."""
    folder = tmp_path_factory.mktemp("alive")
    with Site(folder, environment(folder), "version: 1\n") as running:
        until(lambda: running.health() == 200, "a worker that leads")
        yield running


@pytest.fixture(scope="module")
def db(site: Site) -> Iterator[Database]:
    database = open_database(f"sqlite:///{site.env['STATE_DIR']}/health.db")
    yield database
    database.close()


@contextmanager
def held(path: Path) -> Iterator[None]:
    """As another process holds it that does not let go."""
    fd = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def leads(db: Database) -> int:
    found = leader(db)
    assert found
    return found.pid


def answers(site: Site) -> None:
    """Page and API go on."""
    assert site.http.get("/").status_code == 200
    assert site.get("/api/v1/status")["integrations"]["down"] == 0


def test_a_second_instance_is_refused_and_the_first_goes_on(site: Site) -> None:
    folder = Path(site.env["STATE_DIR"])
    with Site(folder, site.env) as second:
        assert second.running
        assert second.running.wait(20) == 7
        assert "Another instance serves" in second.said
    answers(site)


def test_a_worker_that_is_killed_is_followed_by_another(site: Site, db: Database) -> None:
    first = leads(db)
    os.kill(first, signal.SIGKILL)
    until(lambda: leads(db) != first, "another worker that leads")
    until(lambda: site.health() == 200, "healthy again")
    assert not alive(first)


def test_a_writer_that_cannot_commit_turns_healthz_within_30_s_and_back(site: Site) -> None:
    with held(Path(site.env["STATE_DIR"]) / "write.lock"):
        until(lambda: site.health() == 503, "503 while the lock is held", 30)
        answers(site)
    until(lambda: site.health() == 200, "healthy when it is let go", 15)


def test_a_worker_that_is_stopped_turns_healthz_within_30_s_and_is_replaced(site: Site, db: Database) -> None:
    first = leads(db)
    os.kill(first, signal.SIGSTOP)
    until(lambda: site.health() == 503, "503 while the worker is stopped", 30)
    answers(site)
    assert alive(first)
    until(lambda: leads(db) != first, "another worker that leads", 40)
    assert not alive(first)
    until(lambda: site.health() == 200, "healthy again")


def test_a_web_process_that_is_killed_leaves_no_worker(site: Site, db: Database) -> None:
    worker = leads(db)
    site.kill()
    until(lambda: not alive(worker), "the end of its worker")


def test_a_standby_takes_over_from_a_worker_that_was_stopped(pair: Pair) -> None:
    """Nobody is its parent here: the other worker on this machine ends it."""
    until(lambda: "leading" in pair.second.said, "the standby leads", 35)
    line = next(line for line in map(json.loads, pair.second.said.splitlines()) if line["message"].startswith("leading"))
    assert 15 < datetime.fromisoformat(line["at"]).timestamp() - pair.stopped_s <= 30
    assert pair.first.running
    assert pair.first.running.wait(5) == -signal.SIGKILL
    assert pair.second.stop() == 0
