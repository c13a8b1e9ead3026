"""Connections to an SQLite file as every process makes them: one that writes, inside the OS lock, and readers that cannot."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, StaticPool, create_engine, event
from sqlalchemy.exc import OperationalError

_READER_PRAGMAS = ("busy_timeout=1000", "cache_size=-16000", "mmap_size=268435456")
# temp_store: what a savepoint needs to undo its part; in a file it took half as long again to write results.
_WRITES = ("busy_timeout=5000", "foreign_keys=ON", "journal_size_limit=67108864", "temp_store=MEMORY")
_WRITER_PRAGMAS = (*_WRITES, "cache_size=-16000", "synchronous=FULL")
# Neither the disk nor a checkpoint is waited for in a commit: both have their own time (`sync_log`, `checkpoint`).
_UNSYNCED_PRAGMAS = (*_WRITES, "cache_size=-4000", "synchronous=NORMAL", "wal_autocheckpoint=0")


def connect(path: Path, *, mode: str, pragmas: tuple[str, ...] = ()) -> sqlite3.Connection:
    """A connection in autocommit: transactions are begun by us alone. `mode` is `ro`, `rw` or `rwc`."""
    uri = f"file:{quote(str(path))}?mode={mode}"
    raw = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        for pragma in pragmas:
            raw.execute(f"PRAGMA {pragma}").close()
    except sqlite3.Error:
        raw.close()
        raise
    return raw


def reading_engine(path: Path) -> Engine:
    """Readers see one snapshot for as long as their block lasts, and never hold up the writer."""

    def creator() -> sqlite3.Connection:
        return connect(path, mode="ro", pragmas=_READER_PRAGMAS)

    engine = create_engine("sqlite://", creator=creator, poolclass=QueuePool, pool_size=4, max_overflow=28, pool_timeout=5)
    return _beginning_with(engine, "BEGIN")


def writing_engine(path: Path, *, synced: bool = True) -> Engine:
    """One connection for the life of the process; whoever uses it holds the write lock."""

    def creator() -> sqlite3.Connection:
        return connect(path, mode="rw", pragmas=_WRITER_PRAGMAS if synced else _UNSYNCED_PRAGMAS)

    return _beginning_with(create_engine("sqlite://", creator=creator, poolclass=StaticPool), "BEGIN IMMEDIATE")


def sync_log(path: Path) -> None:
    """All that was committed is on the disk when this returns; nobody need hold the lock for it.

    SQLite keeps no lock on its log, so closing it here frees none (https://sqlite.org/howtocorrupt.html, 2.2).
    Raises OperationalError.
    """
    try:
        log = os.open(f"{os.path.realpath(path)}-wal", os.O_RDWR)
        try:
            os.fsync(log)
        finally:
            os.close(log)
    except FileNotFoundError:
        return
    except OSError as error:  # a full disk, mostly: told as that of any other write
        raise OperationalError("fsync", None, error) from error


def checkpoint(engine: Engine) -> None:
    """What is in the log goes into the file, as far as no reader needs it. Inside the write lock. Raises OperationalError."""
    statement = "PRAGMA wal_checkpoint(PASSIVE)"
    with closing(engine.raw_connection()) as held:
        try:
            held.cursor().execute(statement).close()
        except sqlite3.Error as error:
            raise OperationalError(statement, None, error) from error


def _beginning_with(engine: Engine, statement: str) -> Engine:
    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        conn.exec_driver_sql(statement)

    return engine
