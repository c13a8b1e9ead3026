"""Backup and retention keep out of each other's way: rows do not go while a snapshot of them is being written out.

SQLite: a shared or exclusive `flock` on `backup.lock`. Postgres: the same of an advisory lock. Kernel and server free them
when a process dies.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, text

from storage.engine import Database
from storage.faults import DatabaseBusy
from storage.locks import FileLock

WAIT_S: Final = 30.0  # a step of retention takes milliseconds
_KEY: Final = 0xBAC7


@contextmanager
def retention_paused(db: Database, conn: Connection) -> Iterator[None]:
    """While the block lasts; several backups may run at once. `conn` is the one that reads. Raises DatabaseBusy."""
    if db.address.path is None:
        conn.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _KEY})
        yield
        return
    lock, deadline = _lock(db), time.monotonic() + WAIT_S
    while not lock.try_acquire(shared=True):
        if time.monotonic() > deadline:
            raise DatabaseBusy(f"retention held its lock for over {WAIT_S:.0f} s")
        time.sleep(0.02)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def forgetting(db: Database, conn: Connection) -> Iterator[bool]:
    """Inside a write of `conn`: False while a backup is being made, and then nothing may be deleted."""
    if db.address.path is None:
        yield bool(conn.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _KEY}).scalar())
        return
    lock = _lock(db)
    free = lock.try_acquire()
    try:
        yield free
    finally:
        lock.release()


def _lock(db: Database) -> FileLock:
    if db.address.path is None:
        raise ValueError("Postgres has no lock file")
    return FileLock(db.address.path.with_name("backup.lock"))
