"""Whatever is killed, stopped or blocked: /healthz says so, nothing outlives its parent, another worker leads, no result is lost."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text

from core.exits import Exit
from core.plan import LOCAL
from lab.running import LabThread
from storage.catalogue import check_named
from storage.engine import Database, open_database
from storage.results import results
from tests.journeys.actors import (
    Site,
    Worker,
    alive,
    answered_since,
    declared,
    environment,
    held,
    leader,
    newest,
    now_ms,
    roots,
    until,
    vendor,
)


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


@dataclass(slots=True)
class Stopped:
    """A site whose worker was stopped, and when /healthz first said what after that."""

    site: Site
    pid: int
    at_s: float
    health: dict[int, float] = field(default_factory=dict)
    answered: bool = False

    def look(self, until: threading.Event) -> None:
        while not until.wait(0.5) and 503 not in self.health:
            self.health.setdefault(self.site.health(), time.time())
        self.answered = answers(self.site)


@pytest.fixture(scope="module", autouse=True)
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stopped]:
    """Begun before the other tests, too, and looked at from a thread."""
    folder = tmp_path_factory.mktemp("stopped")
    url = f"sqlite:///{folder / 'health.db'}"
    with Site(folder, environment(folder, url), "version: 1\n") as site:
        until(lambda: site.health() == 200, "a worker that leads")
        database = open_database(url)
        seen = Stopped(site, leads(database), time.time())
        database.close()
        os.kill(seen.pid, signal.SIGSTOP)
        done = threading.Event()
        looking = threading.Thread(target=seen.look, args=(done,))
        looking.start()
        yield seen
        done.set()
        looking.join()


@pytest.fixture(scope="module")
def lab() -> Iterator[LabThread]:
    with LabThread(only=["stripe"]) as thread:
        yield thread


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, lab: LabThread) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("alive")
    with Site(folder, environment(folder, lab=lab), declared(vendor(lab, "stripe"))) as running:
        until(lambda: running.health() == 200, "a worker that leads")
        yield running


@pytest.fixture(scope="module")
def db(site: Site) -> Iterator[Database]:
    database = open_database(f"sqlite:///{site.env['STATE_DIR']}/health.db")
    until(lambda: newest(database, "stripe/api") is None, "a first answer")
    yield database
    database.close()


def leads(db: Database) -> int:
    found = leader(db)
    assert found
    return found.pid


def answers(site: Site) -> bool:
    """Page and API go on."""
    return site.http.get("/").status_code == 200 and site.get("/api/v1/status")["integrations"]["down"] == 0


def instants(db: Database, since_ms: int, until_ms: int) -> list[int]:
    with db.read() as conn:
        row = check_named(conn, "stripe/api")
        return sorted(line.at_ms for line in results(conn, row.plan.id, LOCAL, since_ms, until_ms, 100)) if row else []


def renamed(db: Database, table: str, name: str) -> None:
    with db.write() as conn:
        conn.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


def test_a_second_instance_is_refused_and_the_first_goes_on(site: Site) -> None:
    with Site(Path(site.env["STATE_DIR"]), site.env) as second:
        assert second.running
        assert second.running.wait(20) == Exit.ALREADY_RUNNING
        assert "Another instance serves" in second.said
    assert answers(site)


def test_a_worker_that_is_killed_is_followed_by_another(site: Site, db: Database) -> None:
    first = leads(db)
    os.kill(first, signal.SIGKILL)
    until(lambda: leads(db) != first, "another worker that leads")
    until(lambda: site.health() == 200, "healthy again")
    assert not alive(first)


@dataclass(frozen=True, slots=True)
class Blocked:
    """What was seen while another process held the write lock and did not let go."""

    from_ms: int
    to_ms: int
    turned_s: float  # until /healthz said 503
    answered: bool  # page and API, meanwhile
    written: list[int]
    told: str


@pytest.fixture(scope="module")
def blocked(site: Site, db: Database, lab: LabThread) -> Blocked:
    begun = now_ms()
    until(lambda: answered_since(db, "stripe/api", begun), "a worker at work")
    begun = now_ms()
    with held(Path(site.env["STATE_DIR"]) / "write.lock"):
        until(lambda: site.health() == 503, "503 while the lock is held", 40)
        turned_s = (now_ms() - begun) / 1000
        answered = answers(site)
        until(lambda: roots(lab), "an alert that needs no database", 40)
        ended = now_ms()
        written = instants(db, begun + 1_000, ended)
        told = json.dumps(roots(lab)[0].blocks)
    return Blocked(begun + 1_000, ended, turned_s, answered, written, told)


def test_a_writer_that_cannot_commit_turns_healthz_within_30_s_and_back(site: Site, blocked: Blocked) -> None:
    assert blocked.turned_s <= 30
    assert blocked.answered
    until(lambda: site.health() == 200, "healthy when it is let go", 15)


def test_what_cannot_be_written_is_told_past_the_database_once(blocked: Blocked, lab: LabThread) -> None:
    assert "Not recorded" in blocked.told
    assert len(roots(lab)) == 1


def test_what_could_not_be_written_is_written_later(blocked: Blocked, db: Database) -> None:
    assert blocked.written == []
    until(lambda: len(instants(db, blocked.from_ms, blocked.to_ms)) >= 5, "what waited is on disk")
    asked = instants(db, blocked.from_ms, blocked.to_ms)
    assert max(after - before for before, after in pairwise(asked)) <= 4_000, "it was asked all the while"


def test_a_worker_that_is_stopped_turns_healthz_within_30_s(stopped: Stopped) -> None:
    until(lambda: stopped.answered, "503, and answers all the same")
    assert stopped.health[503] - stopped.at_s <= 30


def test_a_worker_that_is_stopped_is_replaced(stopped: Stopped) -> None:
    database = open_database(stopped.site.env["DATABASE_URL"])
    until(lambda: leads(database) != stopped.pid, "another worker that leads", 40)
    assert not alive(stopped.pid)
    until(lambda: stopped.site.health() == 200, "healthy again")
    database.close()


def test_a_web_process_that_is_killed_leaves_no_worker(site: Site, db: Database) -> None:
    worker = leads(db)
    assert worker
    assert alive(worker)
    site.kill()
    until(lambda: not alive(worker), "the end of its worker")


def test_a_worker_that_cannot_begin_begins_when_it_can(tmp_path: Path, sqlite_url: str, lab: LabThread) -> None:
    database = open_database(sqlite_url)
    renamed(database, "integration", "away")
    with Worker(tmp_path, environment(tmp_path, sqlite_url, lab), declared(vendor(lab, "stripe"))) as worker:
        until(lambda: "cannot begin" in worker.said, "a first try")
        renamed(database, "away", "integration")
        until(lambda: newest(database, "stripe/api") is None, "a first answer")
        assert worker.stop() == 0
    database.close()


def test_a_standby_takes_over_from_a_worker_that_was_stopped(pair: Pair) -> None:
    """Nobody is its parent here: the other worker on this machine ends it."""
    until(lambda: "leading" in pair.second.said, "the standby leads", 35)
    line = next(line for line in map(json.loads, pair.second.said.splitlines()) if line["message"].startswith("leading"))
    assert 15 < datetime.fromisoformat(line["at"]).timestamp() - pair.stopped_s <= 30
    assert pair.first.running
    assert pair.first.running.wait(5) == -signal.SIGKILL
    assert pair.second.stop() == 0
