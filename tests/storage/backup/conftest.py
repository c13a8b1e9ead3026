"""A database of each kind with rows in every table, and a backup of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.backup.making import Made, back_up
from storage.backup.reading import opened
from storage.backup.restoring import Restored, restore
from storage.engine import Database, open_database
from tests.storage.backup import samples

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 24, 13, 44, tzinfo=UTC)


@pytest.fixture
def full(db: Database) -> Database:
    samples.fill(db)
    return db


def made(db: Database, out: Path) -> Made:
    return back_up(db, out, version="0.1.0", now=NOW)


def restored(url: str, file: Path) -> Restored:
    with opened(file) as archive:
        return restore(url, archive, NOW)


@contextmanager
def reading(url: str) -> Iterator[Database]:
    db = open_database(url, wait_s=0)
    yield db
    db.close()


@pytest.fixture
def file(sqlite_url: str, tmp_path: Path) -> Path:
    """A backup of a full SQLite database, which is closed again."""
    with reading(sqlite_url) as db:
        samples.fill(db)
        return made(db, tmp_path / "backup.zip").path


def child(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.storage.backup.children", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def killed_at(step: str, verb: str, *words: object) -> None:
    """A process that reached a step, and was killed with -9 there."""
    command = [sys.executable, "-m", "tests.storage.backup.children", verb, step, *map(str, words)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"{step}\n"
        finally:
            process.kill()
