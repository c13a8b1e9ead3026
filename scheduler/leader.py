"""One leads: the lock that makes one worker the leader, and the epoch that fences its predecessor off."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from storage import lease
from storage.address import parse
from storage.engine import Database


class Lock(Protocol):
    """What makes a process the only one: freed by the kernel or the server when it dies, however it dies."""

    def try_acquire(self) -> bool: ...
    def is_held(self) -> bool: ...
    def release(self) -> None: ...


class WorkerLock:
    """SQLite: `worker.lock` beside the database file."""

    def __init__(self, folder: Path) -> None:
        self._lock = FileLock(folder / "worker.lock", thread_local=False)  # beats ask for it from a thread of theirs

    def try_acquire(self) -> bool:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def is_held(self) -> bool:
        return self._lock.is_locked

    def release(self) -> None:
        self._lock.release()


def leader_lock(url: str) -> Lock:
    """The lock that belongs to a database."""
    address = parse(url)
    return WorkerLock(address.path.parent) if address.path else lease.LeaderLock(url)


def lead(db: Database, lock: Lock, *, process: int | None, now_ms: int, wait_s: float = 0.0) -> int | None:
    """Take the lead within `wait_s`: the new epoch, or None while another one leads."""
    deadline = time.monotonic() + wait_s
    while not lock.try_acquire():
        if time.monotonic() >= deadline:
            return None
        time.sleep(0.05)
    return take(db, process=process, now_ms=now_ms)


def take(db: Database, *, process: int | None, now_ms: int) -> int:
    """The new epoch of whoever has the lock."""
    return lease.take(db, process, now_ms)


def keep(db: Database, lock: Lock, epoch: int) -> bool:
    """Whether this process leads on; asked at every beat.

    A session that broke has lost the lock. It is taken again where nobody took the lead meanwhile: after a restart of the server
    what waits in memory is then written, and not lost with this process. Raises while the database cannot be asked: then nobody
    can take the lead either, and the next beat asks again.
    """
    if lock.is_held():
        return True
    lock.release()
    if not lock.try_acquire():
        return False
    with db.read() as conn:
        stays = lease.current(conn) == epoch
    if not stays:
        lock.release()
    return stays
