"""A backup is taken while others write: it is one snapshot, and a failed or killed one is no file."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from core.exits import Exit, Refusal
from core.ledger import Ledger
from storage import processes, results
from storage.backup.making import back_up
from storage.backup.pause import retention_paused
from storage.engine import Database
from storage.retention import forget
from storage.writer import Writer
from tests.storage import samples
from tests.storage.backup.conftest import NOW, child, killed_at, made, reading, restored
from tests.storage.backup.samples import everything
from tests.storage.samples import DAY, LOCAL, NOON
from tests.storage.test_durability import ENDLESS, lines
from tests.storage.test_durability import child as writing


def test_what_is_written_meanwhile_is_not_in_it_and_does_not_wait(db: Database, epoch: int, tmp_path: Path) -> None:
    check = samples.watched(db).plan.checks[1].id
    Writer(db).commit(Ledger(results=[samples.result(check, NOON)]), epoch=epoch)
    wrote: list[int] = []

    def step(done: int, of: int) -> None:
        if not wrote:
            Writer(db).commit(Ledger(results=[samples.result(check, NOON + 1)]), epoch=epoch)
            wrote.append(done)

    back_up(db, tmp_path / "backup.zip", version="0", now=NOW, step=step)
    other = f"sqlite:///{tmp_path / 'other' / 'health.db'}"
    restored(other, tmp_path / "backup.zip")
    with reading(other) as there, there.read() as conn, db.read() as here:
        assert results.series(conn, check, LOCAL, NOON, NOON + DAY).at_ms.tolist() == [NOON]
        assert len(results.series(here, check, LOCAL, NOON, NOON + DAY)) == len(wrote) + 1 == 2


def test_of_a_process_that_goes_on_writing_it_has_the_first_so_many_commits(db: Database, url: str, epoch: int, tmp_path: Path) -> None:
    check = samples.watched(db).plan.checks[1].id
    with writing("write", url, epoch, check, ENDLESS) as writer:
        before = len(lines(writer, 20))
        for number in range(3):
            made(db, tmp_path / f"{number}.zip")
    other = f"sqlite:///{tmp_path / 'other' / 'health.db'}"
    restored(other, tmp_path / "2.zip")
    with reading(other) as there, there.read() as conn:
        kept = results.series(conn, check, LOCAL, NOON, NOON + ENDLESS).at_ms.tolist()
    assert len(kept) >= before
    assert kept == [NOON + number for number in range(len(kept))]


def test_retention_waits_for_its_next_turn_while_a_backup_is_made(db: Database, epoch: int) -> None:
    processes.register(db, "web", NOON)
    with db.read() as conn, retention_paused(db, conn):
        assert forget(db, NOON + 500 * DAY, epoch=epoch) == 0
    assert forget(db, NOON + 500 * DAY, epoch=epoch) == 1


def test_two_backups_at_once_do_not_wait_for_each_other(full: Database, tmp_path: Path) -> None:
    with full.read() as conn, retention_paused(full, conn):
        made(full, tmp_path / "backup.zip")


def test_two_backups_into_one_file_are_not_made(full: Database, tmp_path: Path) -> None:
    out, refused = tmp_path / "backup.zip", threading.Event()

    def step(done: int, of: int) -> None:
        if not refused.is_set():
            refused.set()
            with pytest.raises(Refusal, match="another backup is writing it"):
                made(full, out)

    back_up(full, out, version="0", now=NOW, step=step)
    assert refused.is_set()
    restored(f"sqlite:///{tmp_path / 'other' / 'health.db'}", out)


def test_the_sum_it_says_is_the_sum_of_the_file(full: Database, tmp_path: Path) -> None:
    found = made(full, tmp_path / "backup.zip")
    content = found.path.read_bytes()
    assert (found.bytes, found.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_a_killed_one_is_no_file_and_the_next_one_clears_up(full: Database, url: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    killed_at("writing", "backing_up", url, folder / "backup.zip")
    assert not (folder / "backup.zip").exists()
    made(full, folder / "backup.zip")
    assert [path.name for path in folder.iterdir()] == ["backup.zip"]


def test_what_a_killed_longer_one_left_is_no_part_of_the_next_one(full: Database, tmp_path: Path) -> None:
    (tmp_path / ".backup.zip.part").write_bytes(b"left over" * 100_000)
    found = made(full, tmp_path / "backup.zip")
    assert found.bytes < 900_000
    restored(f"sqlite:///{tmp_path / 'other' / 'health.db'}", found.path)


def test_a_full_disk_is_one_sentence_and_the_older_backup_stays(full: Database, url: str, tmp_path: Path) -> None:
    out = made(full, tmp_path / "backup.zip").path
    before = out.read_bytes()
    done = child("short_of_disk", 4_096, "backing_up", url, out)
    assert (done.returncode, done.stderr) == (
        Exit.FAILED,
        f"{out} cannot be written: file too large. What was there before is unchanged.\n",
    )
    assert out.read_bytes() == before
    assert not list(tmp_path.glob(".*.part"))


def test_no_folder_is_one_sentence(full: Database, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="cannot be written: no such file or directory"):
        made(full, tmp_path / "nowhere" / "backup.zip")


def test_a_backup_changes_nothing(full: Database, tmp_path: Path) -> None:
    before = everything(full)
    made(full, tmp_path / "backup.zip")
    assert everything(full) == before
    with full.read() as conn:
        assert conn.execute(text("SELECT COUNT(*) FROM lease")).scalar() == 4
