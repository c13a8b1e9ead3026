"""What is in a backup comes back to the last byte, whichever database it came from and whichever it goes to."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import text

from core.ledger import Ledger
from storage import lease, processes, requests
from storage.backup.manifest import MANIFEST
from storage.engine import Database
from storage.faults import Fenced
from storage.migrate import migrate
from storage.models import METADATA
from storage.writer import Writer
from tests.storage.backup.conftest import made, reading, restored
from tests.storage.backup.samples import ROWS, everything


@pytest.fixture(params=["sqlite", "postgres"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where there is no database yet, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'other' / 'health.db'}"
    found: str = request.getfixturevalue("empty_postgres_url")
    return found


def test_every_row_comes_back_in_either_database(full: Database, other: str, tmp_path: Path) -> None:
    made(full, tmp_path / "one.zip")
    assert restored(other, tmp_path / "one.zip").kept is None
    assert migrate(other) is False
    with reading(other) as db:
        assert everything(db) == everything(full)
        made(db, tmp_path / "two.zip")
    assert tables(tmp_path / "two.zip").keys() == tables(tmp_path / "one.zip").keys() == METADATA.tables.keys()


def tables(file: Path) -> dict[str, int]:
    manifest = json.loads(zipfile.ZipFile(file).read(MANIFEST))
    return {table["name"]: table["rows"] for table in manifest["tables"]}


def test_the_manifest_says_what_is_in_it(full: Database, tmp_path: Path) -> None:
    found = made(full, tmp_path / "backup.zip")
    assert set(tables(found.path).values()) == {ROWS}
    assert (found.manifest.version, found.manifest.revision, found.manifest.rows) == ("0.1.0", "0002", ROWS * len(METADATA.tables))
    assert zipfile.ZipFile(found.path).testzip() is None


def test_it_is_for_its_owner_alone_and_nothing_is_left_beside_it(full: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    made(full, folder / "backup.zip")
    made(full, folder / "backup.zip")
    assert [path.name for path in folder.iterdir()] == ["backup.zip"]
    assert stat.S_IMODE((folder / "backup.zip").stat().st_mode) == 0o600


def test_the_next_row_gets_the_next_id(full: Database, other: str, tmp_path: Path) -> None:
    made(full, tmp_path / "backup.zip")
    restored(other, tmp_path / "backup.zip")
    with reading(other) as db:
        assert requests.append(db, "note", {}, None, 0) == ROWS + 1


def test_a_character_that_postgres_refuses_is_shown_as_one_that_cannot_be(sqlite_url: str, empty_postgres_url: str, tmp_path: Path) -> None:
    """SQLite keeps a NUL, whoever wrote it there."""
    with reading(sqlite_url) as db, db.write() as conn:
        conn.execute(text("INSERT INTO location (slug) VALUES ('a' || char(0) || 'b')"))
    with reading(sqlite_url) as db:
        made(db, tmp_path / "backup.zip")
    restored(empty_postgres_url, tmp_path / "backup.zip")
    with reading(empty_postgres_url) as db, db.read() as conn:
        assert conn.execute(text("SELECT slug FROM location")).scalars().all() == ["a\ufffdb"]


def test_whoever_led_before_is_fenced_off_and_nobody_is_taken_for_alive(db: Database, other: str, tmp_path: Path) -> None:
    epoch = [lease.take(db, None, 0) for _ in range(3)][-1]
    ident = processes.register(db, "worker", 5)
    processes.beat(db, ident, 5, leads=True)
    made(db, tmp_path / "backup.zip")
    restored(other, tmp_path / "backup.zip")
    with reading(other) as there:
        with pytest.raises(Fenced):
            Writer(there).commit(Ledger(), epoch=epoch)
        with there.read() as conn:
            assert conn.execute(text("SELECT leads, ended_ms FROM process")).all() == [(False, 5)]


def test_an_epoch_of_the_database_that_was_replaced_is_not_given_again(file: Path, sqlite_url: str) -> None:
    with reading(sqlite_url) as db:
        newest = [lease.take(db, None, 0) for _ in range(5)][-1]
    restored(sqlite_url, file)
    with reading(sqlite_url) as db:
        assert lease.take(db, None, 0) > newest
