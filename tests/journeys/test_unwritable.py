"""A database that cannot be written, while it runs or at its start: said, told past the outbox, and nothing lost when it can again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

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
from tests.journeys.small_disk import on_a_small_disk
from tests.journeys.test_refusals import AS_ANYBODY

WAITED: Final = 8  # results and more, while nothing could be written


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one fault: what the channel was told, what was asked and stored after it, and what the processes said."""

    told: list[str]
    asked: int
    stored: int
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


def seen(lab: LabThread, db: Database, *, said: str) -> Seen:
    return Seen([json.dumps(root.blocks) for root in roots(lab)], len(lab.lab.asked("stripe")), stored(db), said)


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
        yield {one.__name__: pool.submit(one, tmp_path_factory.mktemp(one.__name__)) for one in (locked, read_only)}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Future[dict[str, Any]]]:
    """Beside the others."""
    folder = tmp_path_factory.mktemp("full")
    (folder / "disk").mkdir()
    with ThreadPoolExecutor() as pool:
        yield pool.submit(_played_on_a_small_disk, folder)


def _played_on_a_small_disk(folder: Path) -> dict[str, Any]:
    done = on_a_small_disk(folder / "disk", "tests.journeys.full_disk", str(folder), seconds=220)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout.rpartition("\n")[2])
    return found


def test_what_a_full_disk_kept_from_being_written_is_said_and_flushed_when_there_is_room(
    full: Future[dict[str, Any]], faults: object
) -> None:
    after = full.result(240)
    assert after["refused"] == "ENOSPC", "the disk was really full"
    (told,) = after["told"]
    assert "Not recorded" in told
    assert "database or disk is full" in told
    assert after["asked"] - after["while_full"] > WAITED, "results waited"
    assert len(after["instants"]) == len(set(after["instants"])) == after["asked"], "each run is on disk, once"
    assert (after["lost"], after["same_worker"]) == (0, True), "they waited in the memory of the one that asked"
    assert "Traceback" not in after["said"]


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
