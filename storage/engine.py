"""The one door to the database: `open_database(url)`, then `read()` and `write()`."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from storage import postgres, revision, sqlite
from storage.address import Address, parse
from storage.faults import NotADatabase, NotMigrated, ReadOnlyFolder, Unreachable
from storage.locks import FileLock, WriteLock
from storage.patience import at_most
from storage.trouble import noted, why

WRITE_WAIT_S = 5.0
_POLL_S = 0.1
# A lock that another session keeps is an error after a while, as on SQLite, and not a thread that hangs; and a session whose
# process was stopped within a transaction does not keep its locks for ever.
_POSTGRES_PATIENCE = f"-c lock_timeout={WRITE_WAIT_S:.0f}s -c idle_in_transaction_session_timeout=20s"

_Engines: TypeAlias = tuple[Engine, Engine, Engine]  # for readers, for the writer, and for writes that nobody waits for the disk of
Snapshot: TypeAlias = Connection  # what `read()` gives, by the name that those outside storage may know it


class Database:
    """Readers and the writer of one database. Threads may share it; a forked child opens its own."""

    def __init__(self, address: Address, engines: _Engines, lock: WriteLock | None, schema: FileLock | None) -> None:
        self.address = address
        self.read_at_most_s: float | None = None  # set by those who read for people at a page
        self._reader, self._writer, self._unsynced = engines
        self._lock = lock
        self._schema = schema

    @property
    def is_sqlite(self) -> bool:
        return self.address.path is not None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent snapshot; keep it short (a second at most), long work goes in steps.

        Raises ReadTookTooLong where `read_at_most_s` is set and was not enough.
        """
        with self._reader.connect() as conn:
            if self.read_at_most_s is None:
                yield conn
                return
            with at_most(conn, self.read_at_most_s):
                yield conn

    @contextmanager
    def write(self, *, synced: bool = True) -> Iterator[Connection]:
        """One transaction: committed and durable when the block ends, gone when it raises. Never in an event loop.

        Not `synced`: a loss of power may undo it, whole, while no later one is durable. That is for what can be made again:
        the lock is not held while the disk is waited for. Raises DatabaseBusy when the write lock was not had within 5 s.
        """
        engine = self._writer if synced else self._unsynced
        with noted(self.address.shown), self._alone(), engine.begin() as conn:
            yield conn

    def sync(self) -> None:
        """What was not synced is on the disk when this returns; nobody waits for it. (A Postgres server does so by itself.)"""
        if self.address.path is not None:
            with noted(self.address.shown):
                sqlite.sync_log(self.address.path)

    def checkpoint(self) -> None:
        """What is in SQLite's log goes into the file, in a turn of its own, so that no commit has to do it in passing."""
        if self.address.path is not None:
            self.sync()  # before the lock is taken: inside, the disk is waited for once instead of twice
            with noted(self.address.shown), self._alone():
                sqlite.checkpoint(self._unsynced)

    def _alone(self) -> AbstractContextManager[None]:
        return self._lock.hold(WRITE_WAIT_S) if self._lock else nullcontext()

    @property
    def unwritable(self) -> str:
        """Why the newest write of this process failed; empty where it did not."""
        return why(self.address.shown)

    def close(self) -> None:
        """Closing a writing connection checkpoints, so it happens inside the lock."""
        self._reader.dispose()
        with self._alone():
            self._writer.dispose()
            self._unsynced.dispose()
        if self._schema is not None:
            self._schema.release()


def open_database(url: str, *, wait_s: float = 60.0) -> Database:
    """Open what `migrate` prepared, waiting up to `wait_s` for another process to do so.

    Raises one of the refusals in `storage.faults`.
    """
    address = parse(url)
    deadline = time.monotonic() + wait_s
    while (database := _opened(address)) is None:
        if time.monotonic() > deadline:
            raise NotMigrated(None, revision.head())
        time.sleep(_POLL_S)
    return database


def _opened(address: Address) -> Database | None:
    """None: not there yet, or being migrated."""
    database = _sqlite_database(address, address.path) if address.path else _postgres_database(address)
    if database is None:
        return None
    try:
        if _is_current(database):
            return database
    except BaseException:
        database.close()
        raise
    database.close()
    return None


def _is_current(database: Database) -> bool:
    try:
        with database.read() as conn:
            return revision.is_current(conn)
    except (DBAPIError, sqlite3.Error) as error:
        raise refusal(database.address, error) from error


def refusal(address: Address, error: Exception) -> NotADatabase | ReadOnlyFolder | Unreachable:
    """The sentence for a database that does not open."""
    reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    if address.path is None:
        return Unreachable(address.shown, reason)
    if "readonly" in reason or "unable to open" in reason:
        return ReadOnlyFolder(address.path.parent)
    return NotADatabase(address.path, reason)


def _sqlite_database(address: Address, path: Path) -> Database | None:
    try:
        if not path.exists():
            return None
        os.close(os.open(path, os.O_RDWR))  # asking for the right to write (os.access) would ask for the wrong user
        schema = FileLock(path.with_name("schema.lock"))
        if not schema.try_acquire(shared=True):
            return None
    except OSError as error:
        raise ReadOnlyFolder(path.parent) from error
    lock = WriteLock(path.with_name("write.lock"))
    engines = sqlite.reading_engine(path), sqlite.writing_engine(path), sqlite.writing_engine(path, synced=False)
    return Database(address, engines, lock, schema)


def _postgres_database(address: Address) -> Database:
    engine = postgres.engine_for(address.url, options=_POSTGRES_PATIENCE)
    reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Database(address, (reader, engine, postgres.unsynced(engine)), None, None)
