"""A database that cannot be written, while it runs or at its start: said, told past the outbox, and nothing lost when it can again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text

from core.plan import LOCAL
from lab.running import LabThread
from storage.catalogue import check_named
from storage.engine import Database, open_database
from storage.migrate import migrate
from storage.results import results
from tests.journeys.actors import (
    ROOT,
    Site,
    Worker,
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
from tests.journeys.test_refusals import AS_ANYBODY

ROOM: Final = 4 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one fault: what the channel was told, whether /healthz said so, and what was asked and stored after it."""

    told: list[str]
    asked: int
    stored: int
    healths: tuple[int, ...] = ()
    said: str = ""


class AsAnybody(Site):
    """Root would write whatever the mode says."""

    def start(self) -> None:
        with self.log.open("ab") as out:
            launched = [sys.executable, *(("-c", AS_ANYBODY) if os.geteuid() == 0 else ()), "-m", *self.words]
            self.running = subprocess.Popen(launched, cwd=ROOT, env=self.env, stdout=out, stderr=out)


def stored(db: Database) -> int:
    with db.read() as conn:
        row = check_named(conn, "stripe/api")
        return len(results(conn, row.plan.id, LOCAL, 0, now_ms() + 60_000, 10_000)) if row else 0


def seen(lab: LabThread, db: Database, *healths: int, said: str = "") -> Seen:
    return Seen([json.dumps(root.blocks) for root in roots(lab)], len(lab.lab.asked("stripe")), stored(db), healths, said)


class OnSmallDisk(Site):
    """No file of it, nor of its worker, may grow beyond a limit of the system's: what is beyond cannot be written, as on a full disk."""

    def start(self) -> None:
        limit = f"resource.setrlimit(resource.RLIMIT_FSIZE, ({ROOM}, {ROOM})); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
        with self.log.open("ab") as out:
            launched = [sys.executable, "-c", f"import os, resource, sys; {limit}", "-m", *self.words]
            self.running = subprocess.Popen(launched, cwd=ROOT, env=self.env, stdout=out, stderr=out)


@contextmanager
def filled(db: Database) -> Iterator[None]:
    """The database's log has grown to the limit, and is kept at it by somebody who reads; then it is emptied."""
    assert db.address.path
    log = db.address.path.with_name(db.address.path.name + "-wal")
    with db.write() as conn:
        conn.execute(text("CREATE TABLE filler (body BLOB)"))
        conn.execute(text("INSERT INTO filler VALUES (zeroblob(65536))"))
    with db.read() as reading:
        reading.execute(text("SELECT 1 FROM filler")).all()
        while log.stat().st_size <= ROOM:
            with db.write() as conn:
                conn.execute(text("UPDATE filler SET body = randomblob(65536)"))
        yield
    with db.write() as conn:
        conn.execute(text("DROP TABLE filler"))


def full(folder: Path) -> Seen:
    """The disk fills up under a site at work, and is freed again."""
    with LabThread(only=["stripe"]) as lab, OnSmallDisk(folder, environment(folder, lab=lab), declared(vendor(lab, "stripe"))) as site:
        until(lambda: site.health() == 200, "a worker that leads", 90)
        db = open_database(f"sqlite:///{folder / 'health.db'}")
        until(lambda: newest(db, "stripe/api") is None, "a first answer", 60)
        with filled(db):
            until(lambda: site.health() == 503, "503 where nothing can be written", 40)
            until(lambda: roots(lab), "an alert that needs no database", 40)
            page = site.http.get("/").status_code
        until(lambda: site.health() == 200, "healthy again", 60)
        again = now_ms()
        until(lambda: answered_since(db, "stripe/api", again), "results again", 60)
        site.stop()
        after = seen(lab, db, page, said=site.said)
        db.close()
    return after


def locked(folder: Path) -> Seen:
    """Somebody holds the write lock when a worker begins: it cannot even say that it is there."""
    url = f"sqlite:///{folder / 'health.db'}"
    migrate(url)
    with LabThread(only=["stripe"]) as lab:
        db = open_database(url)
        with Worker(folder, environment(folder, url, lab), declared(vendor(lab, "stripe"))) as worker:
            with held(folder / "write.lock"):
                until(lambda: roots(lab), "an alert that needs no database", 60)
                assert leader(db) is None
            until(lambda: newest(db, "stripe/api") is None, "a first answer", 40)
            assert worker.stop() == 0
            after = seen(lab, db, said=worker.said)
        db.close()
    return after


def read_only(folder: Path) -> Seen:
    """The state folder may only be read when a worker is to take the place of one that died."""
    with LabThread(only=["stripe"]) as lab, AsAnybody(folder, environment(folder, lab=lab), declared(vendor(lab, "stripe"))) as site:
        until(lambda: site.health() == 200, "a worker that leads", 90)
        db = open_database(f"sqlite:///{folder / 'health.db'}")
        until(lambda: newest(db, "stripe/api") is None, "a first answer", 60)
        before = leader(db)
        assert before
        for name in ("write.lock", "health.db"):
            (folder / name).chmod(0o444)
        os.kill(before.pid, signal.SIGKILL)
        until(lambda: site.health() == 503, "503 without a worker", 40)
        until(lambda: roots(lab), "an alert that needs no database", 60)
        for name in ("write.lock", "health.db"):
            (folder / name).chmod(0o644)
        until(lambda: site.health() == 200, "healthy again", 60)
        again = now_ms()
        until(lambda: answered_since(db, "stripe/api", again), "results again", 60)
        site.stop()
        after = seen(lab, db, said=site.said)
        db.close()
    return after


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Seen]]]:
    """Side by side: each of them mostly waits."""
    with ThreadPoolExecutor() as pool:
        yield {one.__name__: pool.submit(one, tmp_path_factory.mktemp(one.__name__)) for one in (full, locked, read_only)}


def test_a_disk_that_fills_up_is_told_once_and_nothing_is_lost_when_it_is_freed(faults: dict[str, Future[Seen]]) -> None:
    after = faults["full"].result(240)
    assert after.healths == (200,), "pages are read all the while"
    (told,) = after.told
    assert "Not recorded" in told
    assert "full" in told or "I/O" in told
    assert after.stored == after.asked, "each run is on disk, once"


def test_a_worker_that_cannot_register_itself_tells_somebody_and_begins_when_it_can(faults: dict[str, Future[Seen]]) -> None:
    after = faults["locked"].result(240)
    (told,) = after.told
    assert "Not recorded" in told
    assert "write lock" in told
    assert "the database cannot be worked with" in after.said
    assert after.stored == after.asked


def test_a_worker_that_cannot_open_its_database_stays_and_tells_somebody(faults: dict[str, Future[Seen]]) -> None:
    after = faults["read_only"].result(240)
    (told,) = after.told
    assert "Not recorded" in told
    assert "cannot be written" in told
    assert after.said.count("worker ended") == 1, "the one that was killed, and none after it"
    assert 0 <= after.asked - after.stored <= 1
