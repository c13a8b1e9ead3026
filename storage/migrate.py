"""Bring a database to this version's tables: `migrate(url)`, before anything opens it."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from storage import postgres, revision, sqlite
from storage.address import Address, parse
from storage.engine import refusal
from storage.faults import MigrationBusy, NoRoomToUpgrade, NotADatabase, ReadOnlyFolder, no_room
from storage.locks import FileLock
from storage.swap import RESTORING, UPGRADING, At, checkpoint, clear, engine, is_there, keep, nowhere, settle, take_place

BUSY_WAIT_S: Final = 3.0
ADVISORY_KEY: Final = 0x1E41717  # any constant: every version of this program must take the same one


def migrate(url: str, *, at: At = nowhere) -> bool:
    """True when something was changed. Raises a refusal of `storage.faults` and leaves the database as it was."""
    address = parse(url)
    try:
        return _migrate_sqlite(address.path, at) if address.path else _migrate_postgres(address, at)
    except DBAPIError as error:
        raise refusal(address, error) from error


def alembic_config(conn: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = conn
    return config


def _migrate_postgres(address: Address, at: At) -> bool:
    """One transaction behind an advisory lock: others wait for it, and then find nothing to do."""
    made = postgres.engine_for(address.url)
    try:
        with made.begin() as conn:
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_KEY})
            if revision.is_current(conn):
                return False
            command.upgrade(alembic_config(conn), "head")
            at("upgraded")
            return True
    finally:
        made.dispose()


def _migrate_sqlite(path: Path, at: At) -> bool:
    make_folder(path.parent)
    current = _is_current(path)
    if current and not _leftovers(path):
        return False
    schema = FileLock(path.with_name("schema.lock"))
    if not (schema.try_acquire() if current else _wait_for(schema, path)):
        return False
    try:
        for left in _leftovers(path):  # of a process that was killed: with the lock in our hand, nobody is at it
            clear(left)
        if _is_current(path):
            return False
        _upgrade_copy(path, at)
        return True
    finally:
        schema.release()


def _leftovers(path: Path) -> list[Path]:
    """Copies that never took the database's place."""
    return [left for ending in (UPGRADING, RESTORING) if (left := path.with_name(path.name + ending)).exists()]


def make_folder(folder: Path) -> None:
    """Raises ReadOnlyFolder where nothing can be written."""
    probe = folder / "write.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.close(os.open(probe, os.O_RDWR | os.O_CREAT, 0o644))
    except OSError as error:
        raise ReadOnlyFolder(folder) from error


def _wait_for(schema: FileLock, path: Path) -> bool:
    """False: somebody else has migrated meanwhile. The wait is for a process that is just doing so."""
    deadline = time.monotonic() + BUSY_WAIT_S
    while not schema.try_acquire():
        if _is_current(path):
            return False
        if time.monotonic() > deadline:
            raise MigrationBusy(holders(path))
        time.sleep(0.05)
    return True


def _is_current(path: Path) -> bool:
    if not path.exists():
        return False
    with engine(path, "ro").connect() as conn:
        return revision.is_current(conn)


def holders(path: Path) -> str:
    """Who beats in the process table; a database too old to have one says only that there is somebody."""
    try:
        with engine(path, "ro").connect() as conn:
            rows = conn.execute(
                text("SELECT role, pid FROM process WHERE ended_ms IS NULL AND beat_ms > :since"),
                {"since": int(time.time() * 1000) - 20_000},
            ).all()
    except DBAPIError:
        rows = []
    return " and ".join(f"the {role} (process {pid})" for role, pid in rows) or "another process"


def _upgrade_copy(path: Path, at: At) -> None:
    """SQLite's DDL is not transactional under Alembic: a copy is upgraded and renamed, the old file is the backup."""
    copy, is_old = path.with_name(path.name + UPGRADING), path.exists()
    try:
        if is_old:
            _copy(path, copy, at)
        elif is_there(path):
            raise NotADatabase(path, "the file is gone and only its log, beside it, is left")
        with engine(copy, "rwc").begin() as conn:
            command.upgrade(alembic_config(conn), "head")
        at("upgraded")
        settle(copy)
        at("settled")
        if is_old:
            keep(path, path.with_name(f"{path.stem}-before-{revision.head()}{path.suffix}"))
            at("kept")
        take_place(copy, path)
        at("renamed")
    except (DBAPIError, sqlite3.Error, OSError) as error:
        if (sentence := no_room(error)) is None:
            raise
        raise NoRoomToUpgrade(path, sentence) from error
    finally:
        clear(copy)


def _copy(path: Path, copy: Path, at: At) -> None:
    """A `-wal` left beside a renamed file would be replayed into the new one and corrupt it, so none may be left."""
    checkpoint(path)
    if path.with_name(f"{path.name}-wal").exists():
        raise NotADatabase(path, "its write-ahead log is still in use by a program that does not know our locks")
    at("checkpointed")
    with closing(sqlite.connect(path, mode="rw")) as raw:
        raw.execute("VACUUM INTO ?", (str(copy),)).close()
    at("copied")
