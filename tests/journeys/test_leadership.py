"""One leads, whatever happens to it: killed, stopped, cut off from its lock; nobody is asked twice for one turn."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from core.plan import LOCAL
from lab.running import LabThread
from storage import lease
from storage.catalogue import check_named
from storage.engine import Database, open_database
from storage.lease import LEADER_KEY, LeaderLock
from storage.results import results
from tests.conftest import database_on, on_server
from tests.journeys.actors import Site, Worker, answered_since, declared, environment, leader, newest, now_ms, until, vendor
from tests.journeys.hung import Hung


@dataclass(frozen=True, slots=True)
class Pair:
    first: Worker
    second: Worker
    db: Database


@pytest.fixture(scope="module", autouse=True)
def elsewhere(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Iterator[Pair]:
    """A leader on another machine, as far as the standby can see, that was stopped. Begun first: its 20 s pass meanwhile."""
    folder = tmp_path_factory.mktemp("elsewhere")
    on_server(postgres, "CREATE DATABASE elsewhere")
    url = database_on(postgres, "elsewhere")
    env = environment(folder, url)
    with Worker(folder, env, "version: 1\n") as first:
        until(lambda: "leading" in first.said, "a leader", 60)
        database = open_database(url)
        with Worker(folder, env) as second:
            until(lambda: "standing by" in second.said, "a standby", 60)
            first.send(signal.SIGSTOP)
            with database.write() as conn:
                conn.execute(text("UPDATE process SET host = 'elsewhere' WHERE leads"))
            yield Pair(first, second, database)
        database.close()
    on_server(postgres, "DROP DATABASE elsewhere WITH (FORCE)")


@pytest.fixture(scope="module", autouse=True)
def hung(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Iterator[Hung]:
    """Begun before the other tests, too: it takes most of a minute."""
    folder = tmp_path_factory.mktemp("hung")
    on_server(postgres, "CREATE DATABASE hung")
    url = database_on(postgres, "hung")
    with LabThread(only=["stripe"]) as lab, Site(folder, environment(folder, url, lab), declared(vendor(lab, "stripe"))) as site:
        until(lambda: site.health() == 200, "a worker that leads", 90)
        database = open_database(url)
        until(lambda: newest(database, "stripe/api") is None, "a first answer", 60)
        seen = Hung(site, database)
        seen.begin()
        yield seen
        seen.result()
        database.close()
    on_server(postgres, "DROP DATABASE hung WITH (FORCE)")


@pytest.fixture(scope="module")
def lab() -> Iterator[LabThread]:
    with LabThread(only=["stripe"]) as thread:
        yield thread


def epoch(db: Database) -> int:
    with db.read() as conn:
        return lease.current(conn)


def stored(db: Database) -> int:
    with db.read() as conn:
        row = check_named(conn, "stripe/api")
        return len(results(conn, row.plan.id, LOCAL, 0, now_ms() + 60_000, 10_000)) if row else 0


def said_at(worker: Worker, words: str) -> list[float]:
    """When it said so, in seconds since 1970."""
    lines = map(json.loads, worker.said.splitlines())
    return [datetime.fromisoformat(line["at"]).timestamp() for line in lines if words in line["message"]]


def of_leaders(workers: list[Worker]) -> list[Worker]:
    return [worker for worker in workers if "leading" in worker.said]


def sessions(db: Database) -> list[int]:
    """Who has the leader's lock, or waits for it."""
    with db.read() as conn:
        here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        return list(
            conn.execute(text(f"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = {LEADER_KEY} AND {here}")).scalars()
        )


@contextmanager
def queueing(db: Database) -> Iterator[threading.Event]:
    """Somebody who waits for the lock, has it as soon as its session ends, and keeps it until the event."""
    done = threading.Event()

    def wait() -> None:
        with create_engine(db.address.url).connect() as conn:
            conn.execute(text(f"SELECT pg_advisory_lock({LEADER_KEY})"))
            done.wait(60)
            conn.invalidate()

    until(lambda: sessions(db), "the leader's lock")
    waiting = threading.Thread(target=wait)
    waiting.start()
    try:
        yield done
    finally:
        done.set()
        waiting.join()


def test_of_five_one_leads_and_when_it_is_killed_another_one_does(tmp_path: Path, url: str, lab: LabThread) -> None:
    asked = len(lab.lab.asked("stripe"))
    db = open_database(url)
    env = environment(tmp_path, url, lab)
    workers = [Worker(tmp_path, env, declared(vendor(lab, "stripe"))) for _ in range(5)]
    with ExitStack() as stack:
        for worker in workers:
            stack.enter_context(worker)
        until(lambda: stored(db) >= 3, "results", 90)
        until(lambda: sum("standing by" in worker.said for worker in workers) == 4, "four that stand by", 90)
        (first,) = of_leaders(workers)
        first.kill()
        killed_ms = now_ms()
        until(lambda: answered_since(db, "stripe/api", killed_ms), "another one asks", 30)
        until(lambda: stored(db) >= 6, "and goes on", 60)
        (second,) = set(of_leaders(workers)) - {first}
        found = leader(db)
        assert found
        assert found.pid == second.pid
        assert epoch(db) == 2
        for worker in workers:
            if worker is not first:
                assert worker.stop() == 0
    # What was in flight or not yet flushed when it was killed is lost; two that lead would ask for every turn twice.
    assert 0 <= len(lab.lab.asked("stripe")) - asked - stored(db) <= 2
    db.close()


def test_a_leader_whose_lock_session_is_lost_to_another_one_stops_at_once(tmp_path: Path, postgres_url: str, lab: LabThread) -> None:
    db = open_database(postgres_url)
    with (
        Worker(tmp_path, environment(tmp_path, postgres_url, lab), declared(vendor(lab, "stripe"))) as worker,
        queueing(db) as other,
    ):
        until(lambda: newest(db, "stripe/api") is None, "a first answer", 60)
        until(lambda: len(sessions(db)) == 2, "somebody who waits for the lock")
        assert lease.end_leaders_session(db)
        until(lambda: said_at(worker, "leads no more"), "it leads no more", 5)
        until(lambda: said_at(worker, "another worker leads; standing by"), "it stands by", 5)
        until(lambda: leader(db) is None, "it says so")
        stood_by = said_at(worker, "another worker leads; standing by")[0]
        threading.Event().wait(3)
        assert epoch(db) == 1
        assert not [request for request in lab.lab.asked("stripe") if request.at_s > stood_by]
        other.set()
        until(lambda: len(said_at(worker, "leading")) == 2, "it leads again")
        again = now_ms()
        until(lambda: answered_since(db, "stripe/api", again), "and asks again")
        assert epoch(db) == 2
        assert worker.stop() == 0
    db.close()


def test_a_leader_whose_lock_session_broke_takes_it_again_where_nobody_else_did(tmp_path: Path, postgres_url: str, lab: LabThread) -> None:
    db = open_database(postgres_url)
    other = LeaderLock(postgres_url)
    with Worker(tmp_path, environment(tmp_path, postgres_url, lab), declared(vendor(lab, "stripe"))) as worker:
        until(lambda: newest(db, "stripe/api") is None, "a first answer", 60)
        (before,) = sessions(db)
        assert lease.end_leaders_session(db)
        until(lambda: sessions(db) not in ([], [before]), "the lock is held again", 10)
        again = now_ms()
        until(lambda: answered_since(db, "stripe/api", again), "it asks on")
        assert not other.try_acquire()
        assert epoch(db) == 1
        assert worker.stop() == 0
        assert not said_at(worker, "leads no more")
    assert other.try_acquire()
    other.release()
    db.close()


def test_a_stopped_leader_on_another_machine_loses_its_session_and_is_refused_when_it_wakes(elsewhere: Pair) -> None:
    until(lambda: "its session was ended" in elsewhere.second.said, "the standby ends its session", 30)
    until(lambda: "leading" in elsewhere.second.said, "and leads")
    assert elsewhere.first.running
    assert elsewhere.first.running.poll() is None
    elsewhere.first.send(signal.SIGCONT)
    until(lambda: said_at(elsewhere.first, "leads no more") or said_at(elsewhere.first, "another worker leads"), "it notices")
    until(lambda: said_at(elsewhere.first, "another worker leads; standing by"), "it stands by")
    assert epoch(elsewhere.db) == 2
    found = leader(elsewhere.db)
    assert found
    assert found.pid == elsewhere.second.pid
    assert elsewhere.first.stop() == 0
    assert elsewhere.second.stop() == 0


def test_a_recorder_that_hangs_is_said_and_replaced(hung: Hung) -> None:
    seen = hung.result()
    assert seen.health == [503, 200]
    assert "hangs" in seen.words
    found = leader(seen.db)
    assert found
    assert found.pid != seen.worker
    again = now_ms()
    until(lambda: answered_since(seen.db, "stripe/api", again), "results again", 60)
