"""Opening a database: what is refused, and the one sentence it is refused with."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from core.exits import Exit, Refusal
from storage import revision
from storage.engine import Database, open_database
from storage.faults import NewerDatabase, NotADatabase, NotMigrated, ReadOnlyFolder, Unreachable
from storage.migrate import migrate
from tests.conftest import on_server

NOBODY = 65_534


@contextmanager
def without_rights(folder: Path) -> Iterator[None]:
    """As a user who may read the folder and not write it, root or not."""
    for each in (*folder.iterdir(), folder):
        each.chmod(0o555 if each.is_dir() else 0o444)
    me = os.geteuid()
    if me == 0:
        for parent in folder.parents:
            if parent.stat().st_uid == 0 and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o055)
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(me)
        folder.chmod(0o755)


def test_a_database_that_is_not_there_is_not_made_by_opening_it(tmp_path: Path) -> None:
    with pytest.raises(NotMigrated, match="integration-health run"):
        open_database(f"sqlite:///{tmp_path / 'health.db'}", wait_s=0)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_postgres_is_not_set_up_by_opening_it(empty_postgres_url: str) -> None:
    with pytest.raises(NotMigrated):
        open_database(empty_postgres_url, wait_s=0)


def test_opening_waits_for_a_migration_that_is_under_way(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'health.db'}"
    later = threading.Timer(0.3, migrate, [url])
    later.start()
    database = open_database(url, wait_s=30)
    with database.read() as conn:
        assert conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == revision.head()
    database.close()
    later.join()


def test_a_database_newer_than_the_code_is_refused(db: Database, url: str) -> None:
    with db.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for refused in (lambda: open_database(url, wait_s=0), lambda: migrate(url)):
        with pytest.raises(NewerDatabase, match="newer version") as caught:
            refused()
        assert caught.value.code is Exit.DATABASE_NEWER


def test_a_folder_that_cannot_be_written_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    with without_rights(tmp_path):
        for refused in (lambda: open_database(sqlite_url, wait_s=0), lambda: migrate(f"sqlite:///{tmp_path / 'other.db'}")):
            with pytest.raises(ReadOnlyFolder, match="cannot be written") as caught:
                refused()
            assert caught.value.code is Exit.STATE_NOT_WRITABLE


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "health.db"
    path.write_bytes(b"this is a letter, and not a database" * 200)
    for refused in (lambda: open_database(f"sqlite:///{path}", wait_s=0), lambda: migrate(f"sqlite:///{path}")):
        with pytest.raises(NotADatabase, match="restore a backup"):
            refused()


def test_a_postgres_that_does_not_answer_is_refused_without_its_password() -> None:
    url = "postgresql://health:s3cret@127.0.0.1:1/health"
    for refused in (lambda: open_database(url, wait_s=0), lambda: migrate(url)):
        with pytest.raises(Unreachable, match="cannot be reached") as caught:
            refused()
        assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite://", "sqlite:///:memory:", "no url"])
def test_a_url_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(Refusal, match="DATABASE_URL") as caught:
        open_database(url, wait_s=0)
    assert caught.value.code is Exit.CONFIGURATION


def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises(DBAPIError, match=r"read.?only"), db.read() as conn:
        conn.execute(text("INSERT INTO location (slug) VALUES ('x')"))


def test_a_write_that_raises_leaves_nothing(db: Database) -> None:
    def add_and_fail() -> None:
        with db.write() as conn:
            conn.execute(text("INSERT INTO location (slug) VALUES ('x')"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    with db.read() as conn:
        assert conn.execute(text("SELECT COUNT(*) FROM location")).scalar() == 0


def test_every_commit_reaches_the_disk_before_it_returns(sqlite_url: str) -> None:
    database = open_database(sqlite_url, wait_s=0)
    with database.write() as conn:
        full = 2
        assert conn.execute(text("PRAGMA synchronous")).scalar() == full
        assert conn.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    database.close()


@pytest.mark.parametrize(("said", "held"), [("off", "on"), ("remote_write", "remote_write")])
def test_a_postgres_that_answers_before_its_disk_is_made_to_wait(postgres: str, postgres_url: str, said: str, held: str) -> None:
    """Whoever runs the server may have told it so for everybody; another word stays as it is."""
    on_server(postgres, f"ALTER DATABASE migrated SET synchronous_commit = {said}")
    try:
        database = open_database(postgres_url, wait_s=0)
        for _ in range(2):
            with database.write() as conn:
                assert conn.execute(text("SHOW synchronous_commit")).scalar() == held
        database.close()
    finally:
        on_server(postgres, "ALTER DATABASE migrated RESET synchronous_commit")


def test_a_write_that_can_be_made_again_does_not_wait_for_the_disk_and_the_next_one_does(db: Database) -> None:
    asked, off, on = ("PRAGMA synchronous", 1, 2) if db.is_sqlite else ("SHOW synchronous_commit", "off", "on")
    for synced in (False, True, False):
        with db.write(synced=synced) as conn:
            assert conn.execute(text(asked)).scalar() == (on if synced else off)


def test_what_was_not_synced_is_in_the_file_itself_after_a_checkpoint(sqlite_url: str, tmp_path: Path) -> None:
    def places_without_the_log() -> int:
        copy = shutil.copy(tmp_path / "health.db", tmp_path / "copy.db")
        with closing(sqlite3.connect(copy)) as raw:
            return int(raw.execute("SELECT COUNT(*) FROM location").fetchone()[0])

    database = open_database(sqlite_url, wait_s=0)
    database.sync()  # there is no log yet
    with database.write(synced=False) as conn:
        conn.execute(text("INSERT INTO location (slug) VALUES ('x')"))
    database.sync()
    assert places_without_the_log() == 0
    database.checkpoint()
    assert places_without_the_log() == 1
    database.close()


def test_a_log_that_does_not_reach_the_disk_is_told_like_any_write_that_fails(sqlite_url: str, tmp_path: Path) -> None:
    database = open_database(sqlite_url, wait_s=0)
    log = tmp_path / "health.db-wal"
    log.rename(tmp_path / "aside")
    log.mkdir()
    for work in (database.sync, database.checkpoint):
        with pytest.raises(OperationalError):
            work()
        assert "directory" in database.unwritable
    log.rmdir()
    (tmp_path / "aside").rename(log)
    database.checkpoint()
    assert database.unwritable == ""
    database.close()


def test_nothing_is_left_beside_the_file_after_the_last_one_closed(sqlite_url: str, tmp_path: Path) -> None:
    database = open_database(sqlite_url, wait_s=0)
    with database.write() as conn:
        conn.execute(text("INSERT INTO location (slug) VALUES ('x')"))
    database.close()
    assert not list(tmp_path.glob("*-wal"))


def wrote(db: Database, *statements: str) -> None:
    with db.write() as conn:
        for statement in statements:
            conn.execute(text(statement))


def test_why_a_write_failed_is_known_to_everybody_in_the_process_until_one_goes_through(sqlite_url: str) -> None:
    writer, reader = open_database(sqlite_url, wait_s=0), open_database(sqlite_url, wait_s=0)
    with pytest.raises(OperationalError):
        wrote(writer, "PRAGMA max_page_count = 1", "CREATE TABLE more AS SELECT zeroblob(1000000)")
    assert "full" in reader.unwritable
    with pytest.raises(IntegrityError):
        wrote(writer, "PRAGMA max_page_count = 1000000", "INSERT INTO location (id, slug) VALUES (1, NULL)")
    assert "full" in reader.unwritable, "a statement that is wrong says nothing of the disk"
    wrote(writer, "UPDATE location SET slug = slug")
    assert reader.unwritable == ""
    writer.close()
    reader.close()
