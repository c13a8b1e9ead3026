"""A restore is all or nothing: refused while anything runs, the old database kept, and a kill -9 at any step survived."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from core.exits import Exit, Refusal
from storage import notices
from storage.address import parse
from storage.engine import Database, open_database
from storage.lease import LEADER_KEY
from storage.locks import FileLock
from storage.migrate import migrate
from tests.conftest import on_server
from tests.storage.backup.conftest import child, killed_at, made, reading, restored
from tests.storage.backup.samples import everything, fill

only_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
only_postgres = pytest.mark.parametrize("url", ["postgres"], indirect=True)
SQLITE_STEPS = ("loaded", "upgraded", "settled", "kept", "renamed")


@pytest.fixture
def state(url: str, tmp_path: Path) -> Path:
    """A database with a notice `old` in it, closed; and a backup of another one, which is full."""
    source = f"sqlite:///{tmp_path / 'source' / 'health.db'}"
    migrate(source)
    with reading(source) as db:
        fill(db)
        file = made(db, tmp_path / "backup.zip").path
    with reading(url) as db:
        notices.put(db, "old", {}, 1)
    return file


def keys(db: Database) -> list[str]:
    with db.read() as conn:
        return list(conn.execute(text("SELECT key FROM notice ORDER BY key")).scalars())


def is_old(url: str) -> bool:
    """The old database, or the new one; never anything between."""
    with reading(url) as db:
        found = keys(db)
        assert found == ["old"] or (len(found) == 4 and all(map(len, everything(db).values())))
        return found == ["old"]


def test_it_is_refused_while_somebody_has_it_open(url: str, state: Path) -> None:
    with reading(url), pytest.raises(Refusal, match=r"is in use by .*stop that first") as caught:
        restored(url, state)
    assert caught.value.code is Exit.STATE_IN_USE
    assert is_old(url)
    restored(url, state)
    assert not is_old(url)


@only_postgres
def test_it_is_refused_while_a_worker_leads_whatever_its_session_is_called(url: str, state: Path) -> None:
    """A pooler in between may call all sessions by a name of its own."""
    with create_engine(parse(url).url).connect() as conn:
        conn.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LEADER_KEY})
        with pytest.raises(Refusal, match="is in use by a worker that leads") as caught:
            restored(url, state)
        conn.invalidate()
    assert caught.value.code is Exit.STATE_IN_USE
    assert is_old(url)


@only_sqlite
def test_the_old_file_is_kept_and_named(url: str, tmp_path: Path, state: Path) -> None:
    os.chmod(tmp_path / "health.db", 0o640)
    kept = [restored(url, state).kept for _ in range(2)]
    assert kept == [str(tmp_path / f"health-before-restore-20261124T134400Z{end}.db") for end in ("", "-2")]
    assert is_old(f"sqlite:///{kept[0]}")
    assert not is_old(f"sqlite:///{kept[1]}")
    assert stat.S_IMODE((tmp_path / "health.db").stat().st_mode) == 0o640
    assert not list(tmp_path.glob("*.restoring*"))


def test_the_old_tables_are_kept_and_named_and_tables_of_others_stay(empty_postgres_url: str, tmp_path: Path, full: Database) -> None:
    url = empty_postgres_url
    on_server(url, "CREATE TABLE theirs (name TEXT); INSERT INTO theirs VALUES ('of others')")
    migrate(url)
    with reading(url) as db:
        notices.put(db, "old", {}, 1)
    assert restored(url, made(full, tmp_path / "backup.zip").path).kept == "before_restore_20261124t134400z"
    with reading(url) as db, db.read() as conn:
        assert conn.execute(text("SELECT key FROM before_restore_20261124t134400z.notice")).scalars().all() == ["old"]
        assert conn.execute(text("SELECT name FROM theirs")).scalars().all() == ["of others"]
        assert len(keys(db)) == 4


@only_sqlite
@pytest.mark.parametrize("step", SQLITE_STEPS)
def test_killed_at_any_step_the_next_start_finds_one_of_the_two(step: str, url: str, tmp_path: Path, state: Path) -> None:
    killed_at(step, "restoring", url, state)
    assert migrate(url) is False
    assert is_old(url) is (step != "renamed")
    assert not list(tmp_path.glob("*.restoring*"))
    restored(url, state)
    assert not is_old(url)


@only_postgres
@pytest.mark.parametrize("step", ["loaded", "upgraded"])
def test_killed_in_its_transaction_nothing_has_happened(step: str, url: str, state: Path) -> None:
    killed_at(step, "restoring", url, state)
    assert is_old(url)
    restored(url, state)
    assert not is_old(url)


@only_sqlite
def test_a_database_that_cannot_be_opened_is_put_aside(url: str, tmp_path: Path, state: Path) -> None:
    (tmp_path / "health.db").write_bytes(b"not a database at all" * 1_000)
    kept = Path(restored(url, state).kept or "")
    assert kept.read_bytes().startswith(b"not a database")
    assert not is_old(url)


@only_sqlite
def test_a_log_whose_database_is_gone_is_put_aside_and_never_replayed(url: str, tmp_path: Path, state: Path) -> None:
    with reading(url) as db:
        notices.put(db, "newer", {}, 1)
        shutil.copy(tmp_path / "health.db-wal", tmp_path / "log")
    (tmp_path / "health.db").unlink()
    shutil.copy(tmp_path / "log", tmp_path / "health.db-wal")
    with pytest.raises(Refusal, match="only its log, beside it, is left"):
        migrate(url)
    kept = Path(restored(url, state).kept or "")
    assert kept.with_name(kept.name + "-wal").read_bytes() == (tmp_path / "log").read_bytes()
    assert not is_old(url)


@only_sqlite
def test_a_program_that_does_not_know_our_locks_is_noticed(url: str, tmp_path: Path, state: Path) -> None:
    database = open_database(url, wait_s=0)
    with database.read():
        (tmp_path / "schema.lock").unlink()  # as if it had never taken it
        with pytest.raises(Refusal, match="a program that does not know its locks"):
            restored(url, state)
    database.close()
    assert is_old(url)


@only_sqlite
def test_nobody_begins_while_a_restore_is_under_way(url: str, tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "schema.lock")
    assert lock.try_acquire()
    (tmp_path / "health.db.restoring").write_bytes(b"half of it")
    assert migrate(url) is False
    assert (tmp_path / "health.db.restoring").exists()
    with pytest.raises(Refusal):
        open_database(url, wait_s=0)
    lock.release()
    migrate(url)
    assert not (tmp_path / "health.db.restoring").exists()


@only_sqlite
def test_a_full_disk_is_one_sentence_and_the_old_one_stays(url: str, tmp_path: Path, state: Path) -> None:
    done = child("short_of_disk", 150_000, "restoring", url, state)
    assert done.returncode == Exit.FAILED
    assert "health.db cannot be written: disk I/O error. What was there before is unchanged." in done.stderr
    assert is_old(url)
    assert not list(tmp_path.glob("*.restoring*"))


@only_postgres
def test_a_user_who_may_not_keep_the_old_tables_aside_is_told_which_right_it_takes(url: str, state: Path) -> None:
    on_server(url, "CREATE ROLE modest LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO modest; GRANT USAGE ON SCHEMA public TO modest")
    try:
        with pytest.raises(Refusal, match="GRANT CREATE ON DATABASE"):
            restored(url.replace("postgres:@", "modest@"), state)
    finally:
        on_server(url, "DROP OWNED BY modest; DROP ROLE modest")
