"""Bring a database to this version's tables: `migrate(url)`, before anything opens it."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from storage import postgres, revision, sqlite
from storage.address import Address, parse
from storage.engine import refusal
from storage.faults import MigrationBusy, NotADatabase, ReadOnlyFolder
from storage.locks import FileLock

BUSY_WAIT_S = 3.0
_ADVISORY_KEY = 0x1E41717  # any constant: every version of this program must take the same one


def migrate(url: str) -> bool:
    """True when something was changed. Raises a refusal of `storage.faults` and leaves the database as it was."""
    address = parse(url)
    try:
        return _migrate_sqlite(address.path) if address.path else _migrate_postgres(address)
    except DBAPIError as error:
        raise refusal(address, error) from error


def alembic_config(conn: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = conn
    return config


def _migrate_postgres(address: Address) -> bool:
    """One transaction behind an advisory lock: others wait for it, and then find nothing to do."""
    engine = postgres.engine_for(address.url)
    try:
        with engine.begin() as conn:
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_KEY})
            if revision.is_current(conn):
                return False
            command.upgrade(alembic_config(conn), "head")
            return True
    finally:
        engine.dispose()


def _migrate_sqlite(path: Path) -> bool:
    _make_folder(path.parent)
    if _is_current(path):
        return False
    schema = FileLock(path.with_name("schema.lock"))
    if not _wait_for(schema, path):
        return False
    try:
        if _is_current(path):
            return False
        _upgrade_copy(path)
        return True
    finally:
        schema.release()


def _make_folder(folder: Path) -> None:
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
            raise MigrationBusy(_holders(path))
        time.sleep(0.05)
    return True


def _is_current(path: Path) -> bool:
    if not path.exists():
        return False
    engine = _engine(path, "ro")
    with engine.connect() as conn:
        return revision.is_current(conn)


def _holders(path: Path) -> str:
    """Who beats in the process table; a database too old to have one says only that there is somebody."""
    try:
        with _engine(path, "ro").connect() as conn:
            rows = conn.execute(
                text("SELECT role, pid FROM process WHERE ended_ms IS NULL AND beat_ms > :since"),
                {"since": int(time.time() * 1000) - 20_000},
            ).all()
    except DBAPIError:
        rows = []
    return " and ".join(f"the {role} (process {pid})" for role, pid in rows) or "another process"


def _upgrade_copy(path: Path) -> None:
    """SQLite's DDL is not transactional under Alembic: a copy is upgraded and renamed, the old file is the backup."""
    copy = path.with_name(f"{path.name}.upgrading")
    copy.unlink(missing_ok=True)
    before = _copied(path, copy) if path.exists() else None
    with _engine(copy, "rwc").begin() as conn:
        command.upgrade(alembic_config(conn), "head")
    _settle(copy)
    if before is not None:
        _keep(path, path.with_name(f"{path.stem}-before-{revision.head()}{path.suffix}"))
    os.replace(copy, path)
    _sync_folder(path.parent)


def _copied(path: Path, copy: Path) -> str | None:
    """A `-wal` left beside a renamed file would be replayed into the new one and corrupt it, so none may be left."""
    with closing(sqlite.connect(path, mode="rw")) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        raw.execute("VACUUM INTO ?", (str(copy),)).close()
    if path.with_name(f"{path.name}-wal").exists():
        raise NotADatabase(path, "its write-ahead log is still in use by a program that does not know our locks")
    return str(path)


def _settle(copy: Path) -> None:
    """WAL is a property of the file (a vacuumed copy comes out in DELETE); then everything into the file itself, onto the disk."""
    with closing(sqlite.connect(copy, mode="rw")) as raw:
        raw.execute("PRAGMA journal_mode=WAL").close()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    with open(copy, "rb+") as file:
        os.fsync(file.fileno())


def _keep(path: Path, backup: Path) -> None:
    backup.unlink(missing_ok=True)
    try:
        os.link(path, backup)  # both names at once: there is no instant without a database
    except OSError:
        os.rename(path, backup)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _engine(path: Path, mode: str) -> Engine:
    return create_engine("sqlite://", creator=lambda: sqlite.connect(path, mode=mode), poolclass=NullPool)
