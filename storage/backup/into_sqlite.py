"""A backup takes the place of an SQLite file: built beside it, then renamed; the old file is kept under another name."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from storage.backup.faults import NoRoom, StateInUse
from storage.backup.filling import fill, newest_epoch
from storage.backup.loading import Step
from storage.backup.reading import Archive
from storage.locks import FileLock
from storage.migrate import holders, make_folder
from storage.swap import RESTORING, At, InUse, clear, engine, is_there, put_aside, settle, take_place


def into_sqlite(path: Path, archive: Archive, stamp: str, step: Step, at: At) -> Path | None:
    """Where the old file is now. Raises StateInUse, Damaged or NoRoom: then the old one is in its place."""
    make_folder(path.parent)
    schema, new = FileLock(path.with_name("schema.lock")), path.with_name(path.name + RESTORING)
    if not schema.try_acquire():
        raise StateInUse(holders(path))
    try:
        _build(new, archive, _epoch_of(path), step, at)
        kept = _kept(path, stamp)
        at("kept")
        take_place(new, path)
        at("renamed")
        return kept
    except InUse:
        raise StateInUse("a program that does not know its locks") from None
    except OSError as error:
        raise NoRoom(f"{path} cannot be written", (error.strerror or "unknown error").lower()) from None
    finally:
        clear(new)
        schema.release()


def _build(new: Path, archive: Archive, epoch: int, step: Step, at: At) -> None:
    clear(new)
    with engine(new, "rwc").begin() as conn:
        conn.exec_driver_sql("BEGIN")
        fill(conn, archive, epoch, step, at)
    settle(new)
    at("settled")


def _epoch_of(path: Path) -> int:
    """Of the old database, where there is one that can be read."""
    try:
        with engine(path, "ro").connect() as conn:
            return newest_epoch(conn)
    except (DBAPIError, sqlite3.Error):
        return 0


def _kept(path: Path, stamp: str) -> Path | None:
    if not is_there(path):
        return None
    aside, number = path.with_name(f"{path.stem}-before-restore-{stamp}{path.suffix}"), 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.stem}-before-restore-{stamp}-{number}{path.suffix}")
    put_aside(path, aside)
    return aside
