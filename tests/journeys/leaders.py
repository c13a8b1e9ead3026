"""What befalls leaders: each scene is played from its start to its end on a database of its own, and asserts what it saw."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine, text

from core.plan import LOCAL
from lab.running import LabThread
from storage import lease
from storage.catalogue import check_named
from storage.engine import Database, open_database
from storage.lease import LEADER_KEY, LeaderLock
from storage.results import results
from tests.journeys.actors import Site, Worker, answered_since, declared, environment, leader, newest, now_ms, until, vendor
from tests.journeys.hung import Hung


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
    return [worker for worker in workers if "leading (epoch" in worker.said]


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


def five(folder: Path, url: str) -> None:
    db = open_database(url)
    with LabThread(only=["stripe"]) as lab, ExitStack() as stack:
        env = environment(folder, url, lab)
        workers = [Worker(folder, env, declared(vendor(lab, "stripe"))) for _ in range(5)]
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
        assert 0 <= len(lab.lab.asked("stripe")) - stored(db) <= 2
    db.close()


def lost(folder: Path, url: str) -> None:
    db = open_database(url)
    with (
        LabThread(only=["stripe"]) as lab,
        Worker(folder, environment(folder, url, lab), declared(vendor(lab, "stripe"))) as worker,
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
        until(lambda: len(said_at(worker, "leading (epoch")) == 2, "it leads again")
        again = now_ms()
        until(lambda: answered_since(db, "stripe/api", again), "and asks again")
        assert epoch(db) == 2
        assert worker.stop() == 0
    db.close()


def broke(folder: Path, url: str) -> None:
    db, other = open_database(url), LeaderLock(url)
    with LabThread(only=["stripe"]) as lab, Worker(folder, environment(folder, url, lab), declared(vendor(lab, "stripe"))) as worker:
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


def elsewhere(folder: Path, url: str) -> None:
    """A leader on another machine, as far as the standby can see, that was stopped."""
    env, db = environment(folder, url), open_database(url)
    with Worker(folder, env, "version: 1\n") as first:
        until(lambda: "leading (epoch 1)" in first.said, "a leader", 60)
        with Worker(folder, env) as second:
            until(lambda: "standing by" in second.said, "a standby", 60)
            first.send(signal.SIGSTOP)
            with db.write() as conn:
                conn.execute(text("UPDATE process SET host = 'elsewhere' WHERE leads"))
            until(lambda: "its session was ended" in second.said, "the standby ends its session", 60)
            until(lambda: "leading (epoch 2)" in second.said, "and leads")
            assert first.running
            assert first.running.poll() is None
            first.send(signal.SIGCONT)
            until(lambda: said_at(first, "leads no more") or said_at(first, "another worker leads"), "it notices")
            until(lambda: said_at(first, "another worker leads; standing by"), "it stands by")
            until(lambda: (found := leader(db)) is not None and found.pid == second.pid, "only one says that it leads")
            assert epoch(db) == 2
            assert first.stop() == 0
            assert second.stop() == 0
    db.close()


def hanging(folder: Path, url: str) -> None:
    db = open_database(url)
    with LabThread(only=["stripe"]) as lab, Site(folder, environment(folder, url, lab), declared(vendor(lab, "stripe"))) as site:
        until(lambda: site.health() == 200, "a worker that leads", 90)
        until(lambda: newest(db, "stripe/api") is None, "a first answer", 60)
        seen = Hung(site, db)
        seen.begin()
        seen.result()
        assert seen.health == [503, 200]
        assert "hangs" in seen.words
        found = leader(db)
        assert found
        assert found.pid != seen.worker
        again = now_ms()
        until(lambda: answered_since(db, "stripe/api", again), "results again", 60)
    db.close()
