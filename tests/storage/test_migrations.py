"""One history of the tables, for both databases."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from storage import revision, sqlite
from storage.engine import Database, open_database
from storage.migrate import alembic_config, migrate


def test_the_tables_are_what_the_models_say(db: Database) -> None:
    with db.write() as conn:
        command.check(alembic_config(conn))


def test_the_newest_revision_is_the_one_alembic_would_go_to(db: Database) -> None:
    with db.write() as conn:
        script = ScriptDirectory.from_config(alembic_config(conn))
    assert script.get_current_head() == revision.head()


def test_a_second_migration_changes_nothing(url: str) -> None:
    assert migrate(url) is False


def test_an_empty_postgres_is_set_up(empty_postgres_url: str) -> None:
    assert migrate(empty_postgres_url) is True
    open_database(empty_postgres_url, wait_s=0).close()


def test_a_folder_that_does_not_exist_yet_is_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'folder' / 'health.db'}"
    assert migrate(url) is True
    open_database(url, wait_s=0).close()


def test_the_file_is_in_wal_mode_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "health.db"
    migrate(f"sqlite:///{path}")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["health.db", "schema.lock", "write.lock"]
    raw = sqlite.connect(path, mode="ro")
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()
