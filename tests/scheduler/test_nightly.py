"""A backup every night by a process of its own, the newest of them kept, and a failure on the system page."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.nightly import NOTICE, Nightly
from storage import notices
from storage.backup.reading import opened, verify
from storage.engine import Database
from tests.journeys.actors import now_ms, until


@pytest.fixture
def nightly(db: Database, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nightly:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    (tmp_path / "backups").mkdir()
    return Nightly(db, tmp_path / "backups", 2, now_ms)


def made(nightly: Nightly) -> None:
    nightly.begin()
    until(lambda: ended(nightly), "the end of the backup", 60)


def ended(nightly: Nightly) -> bool:
    nightly.look()
    return not nightly.is_running


def told(db: Database) -> object:
    with db.read() as conn:
        found = notices.notices(conn).get(NOTICE)
    return found and found.body["text"]


def test_the_newest_are_kept_and_so_is_what_is_not_ours(nightly: Nightly, db: Database) -> None:
    folder = nightly.folder
    others = ["integration-health-before-the-move.zip", "notes.txt"]
    old = [f"integration-health-2026112{day}T010700Z.zip" for day in range(3)]
    for name in (*others, *old, f".{old[0]}.part"):
        (folder / name).touch()
    made(nightly)
    assert told(db) is None
    there = {path.name for path in folder.iterdir()}
    (new,) = there - {*others, *old}
    assert there == {*others, old[-1], new}
    with opened(folder / new) as archive:
        verify(archive)


def test_one_that_fails_stands_on_the_system_page_until_one_does_not(nightly: Nightly, db: Database) -> None:
    nightly.folder.rmdir()  # a disk that is not mounted
    made(nightly)
    assert str(told(db)).startswith(f"The nightly backup failed: {nightly.folder}")
    assert "no such file or directory" in str(told(db))
    assert not nightly.folder.exists()
    nightly.folder.mkdir()
    made(nightly)
    assert told(db) is None
    assert len(list(nightly.folder.iterdir())) == 1
