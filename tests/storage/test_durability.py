"""What a commit returned for is there, whatever happens to the process; and two processes may write at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from core.ledger import Ledger
from storage import results
from storage.engine import Database
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import LOCAL, NOON

ROOT = Path(__file__).resolve().parents[2]
ENDLESS = 1_000_000


@contextmanager
def child(*words: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.storage.children", *map(str, words)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def lines(process: subprocess.Popen[str], count: int | None = None) -> list[str]:
    """What it has printed: `count` lines, or all up to its end."""
    assert process.stdout is not None
    return list(islice(process.stdout, count))


def test_a_killed_writer_loses_nothing_that_was_committed(db: Database, url: str, epoch: int) -> None:
    check = samples.watched(db).plan.checks[1].id
    with child("write", url, epoch, check, ENDLESS) as writer:
        lines(writer, 40)
        writer.kill()
        returned = 40 + len(lines(writer))
    with db.read() as conn:
        kept = results.series(conn, check, LOCAL, NOON, NOON + ENDLESS).at_ms.tolist()
    assert kept[:returned] == [NOON + number for number in range(returned)]


def test_the_next_writer_goes_on_after_a_killed_one(db: Database, url: str, epoch: int) -> None:
    check = samples.watched(db).plan.checks[1].id
    with child("write", url, epoch, check, ENDLESS) as writer:
        lines(writer, 5)
    Writer(db).commit(Ledger(results=[samples.result(check, NOON - 1)]), epoch=epoch)
    with db.read() as conn:
        assert results.series(conn, check, LOCAL, 0, NOON).at_ms.tolist() == [NOON - 1]


def test_two_processes_that_write_at_once_lose_nothing(db: Database, url: str, epoch: int) -> None:
    one, other = (check.id for check in samples.watched(db).plan.checks.values())
    with child("write", url, epoch, one, 150) as first, child("write", url, epoch, other, 150) as second:
        for process in (first, second):
            assert len(lines(process, 150)) == 150
            assert process.wait(timeout=30) == 0
    with db.read() as conn:
        assert [len(results.series(conn, check, LOCAL, 0, NOON * 2)) for check in (one, other)] == [150, 150]


def test_a_reader_never_blocks_the_writer_and_keeps_its_snapshot(db: Database, epoch: int) -> None:
    check = samples.watched(db).plan.checks[1].id
    with db.read() as conn:
        assert len(results.series(conn, check, LOCAL, 0, NOON * 2)) == 0
        Writer(db).commit(Ledger(results=[samples.result(check, NOON)]), epoch=epoch)
        assert len(results.series(conn, check, LOCAL, 0, NOON * 2)) == 0
    with db.read() as conn:
        assert len(results.series(conn, check, LOCAL, 0, NOON * 2)) == 1
