"""One history of the tables for both databases, and a way to the newest that cannot lose the old one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import text

from core.exits import Exit
from storage import processes, revision, sqlite
from storage.engine import Database, open_database
from storage.faults import MigrationBusy
from storage.locks import FileLock
from storage.migrate import alembic_config, migrate


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database from before the first revision, with something in it."""
    path = tmp_path / "health.db"
    with closing(sqlite.connect(path, mode="rwc")) as raw:
        raw.execute("PRAGMA journal_mode=WAL").close()
        raw.execute("CREATE TABLE keepsake (name TEXT)").close()
        raw.execute("INSERT INTO keepsake VALUES ('of old')").close()
    return path


def keepsakes(path: Path) -> list[tuple[str]]:
    with closing(sqlite.connect(path, mode="ro")) as raw:
        return raw.execute("SELECT name FROM keepsake").fetchall()


def test_the_tables_are_what_the_models_say(db: Database) -> None:
    with db.write() as conn:
        command.check(alembic_config(conn))


def test_the_newest_revision_is_the_one_alembic_would_go_to(db: Database) -> None:
    with db.write() as conn:
        script = ScriptDirectory.from_config(alembic_config(conn))
    assert script.get_current_head() == revision.head()
    assert {each.revision for each in script.walk_revisions()} == set(revision.known())


def test_a_second_migration_changes_nothing(url: str) -> None:
    assert migrate(url) is False


def test_an_empty_postgres_is_set_up(empty_postgres_url: str) -> None:
    assert migrate(empty_postgres_url) is True
    open_database(empty_postgres_url, wait_s=0).close()


def test_a_folder_that_does_not_exist_yet_is_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'folder' / 'health.db'}"
    assert migrate(url) is True
    open_database(url, wait_s=0).close()


def test_a_new_file_is_in_wal_mode_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "health.db"
    migrate(f"sqlite:///{path}")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["health.db", "schema.lock", "write.lock"]
    with closing(sqlite.connect(path, mode="ro")) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_an_old_file_is_upgraded_by_a_copy_and_kept_as_the_backup(old: Path) -> None:
    url = f"sqlite:///{old}"
    assert migrate(url) is True
    assert keepsakes(old) == [("of old",)]
    assert keepsakes(old.with_name(f"health-before-{revision.head()}.db")) == [("of old",)]
    database = open_database(url, wait_s=0)
    with database.read() as conn:
        assert conn.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert conn.execute(text("SELECT COUNT(*) FROM result")).scalar() == 0
    database.close()


def test_a_migration_that_fails_leaves_the_old_file_as_it_was(old: Path) -> None:
    with closing(sqlite.connect(old, mode="rw")) as raw:
        raw.execute("CREATE TABLE result (of_another_kind TEXT)").close()
    with pytest.raises(Exception, match="result"):
        migrate(f"sqlite:///{old}")
    assert keepsakes(old) == [("of old",)]
    assert not list(old.parent.glob("*before*"))


def test_a_migration_does_not_begin_while_somebody_has_the_file_open(old: Path) -> None:
    holder = FileLock(old.with_name("schema.lock"))
    assert holder.try_acquire(shared=True)
    with pytest.raises(MigrationBusy, match="stop that first") as caught:
        migrate(f"sqlite:///{old}")
    assert caught.value.code is Exit.MIGRATION_BUSY
    holder.release()
    assert migrate(f"sqlite:///{old}") is True


def test_who_holds_the_file_open_is_named(sqlite_url: str, tmp_path: Path) -> None:
    database = open_database(sqlite_url, wait_s=0)
    processes.register(database, "worker", 2**42)
    with database.write() as conn:
        conn.execute(text("DELETE FROM alembic_version"))
    with pytest.raises(MigrationBusy, match="the worker"):
        migrate(sqlite_url)
    database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_that_start_at_once_both_find_it_set_up(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path / 'health.db'}" if kind == "sqlite" else request.getfixturevalue("empty_postgres_url")
    with ThreadPoolExecutor() as both:
        changed = list(both.map(migrate, [url, url]))
    assert sorted(changed) == [False, True]
