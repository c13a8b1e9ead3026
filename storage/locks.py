"""The OS locks beside an SQLite file: one round every write, and one that keeps migrations and users apart."""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from weakref import WeakValueDictionary

from storage.faults import DatabaseBusy

if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _lock(fd: int, *, shared: bool, wait: bool) -> None:
        """Windows has no shared form here: readers of the schema take turns, which is only slower."""
        msvcrt.locking(fd, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(fd: int, *, shared: bool, wait: bool) -> None:
        fcntl.flock(fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))


class FileLock:
    """One taking of a lock file. The kernel frees it when the process dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def try_acquire(self, *, shared: bool = False) -> bool:
        fd = _opened(self._path)
        try:
            _lock(fd, shared=shared, wait=False)
        except OSError:
            os.close(fd)
            return False
        self._fd = fd
        return True

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


class _Turns:
    """Threads of this process, first come first served: who ends hands over to the longest waiting, and cannot take the next turn
    before one that is still being woken.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self, timeout_s: float) -> bool:
        mine = threading.Lock()
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            mine.acquire()
            self._waiting.append(mine)
        try:
            if mine.acquire(timeout=timeout_s):
                return True
        except BaseException:  # Ctrl-C in a command: a turn that nobody takes would be held for ever
            if not self._gave_up(mine):
                self.release()
            raise
        return not self._gave_up(mine)

    def _gave_up(self, mine: threading.Lock) -> bool:
        """False where the turn was handed over in the last instant."""
        with self._guard:
            if mine not in self._waiting:
                return False
            self._waiting.remove(mine)
        return True

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False

    @classmethod
    def at(cls, path: Path) -> _Turns:
        """The same for everybody in this process who writes to one file; a forked child has its own."""
        with _ALL_TURNS_GUARD:
            return _ALL_TURNS.setdefault((os.getpid(), os.path.realpath(path)), cls())


_ALL_TURNS: WeakValueDictionary[tuple[int, str], _Turns] = WeakValueDictionary()
_ALL_TURNS_GUARD = threading.Lock()


class WriteLock:
    """Every write of any process runs inside it. SQLite before 3.51.3 can lose a committed transaction
    when two connections write or checkpoint at the same instant (https://sqlite.org/wal.html#walresetbug).

    The wait is a blocking flock (a polling lock: p99 152 ms against 2.4); since that cannot be
    interrupted, a thread of its own waits where the lock is not free at once. Threads of one process take turns before it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = _Turns.at(path)
        self._waiter: _Waiter | None = None  # one that was given up still waits: who comes next waits on with it

    @contextmanager
    def hold(self, timeout_s: float) -> Iterator[None]:
        """Raises DatabaseBusy when the lock was not had in time."""
        if not self._turn.acquire(timeout_s):
            raise DatabaseBusy(f"another write of this process took over {timeout_s:.0f} s")
        try:
            fd = self._take(timeout_s)
            try:
                yield
            finally:
                os.close(fd)
        finally:
            self._turn.release()

    def _take(self, timeout_s: float) -> int:
        """A lock that is held for hours must not cost a thread and a file at every try."""
        if self._waiter is None or not self._waiter.wanted_again():
            fd = _opened(self._path)
            try:
                _lock(fd, shared=False, wait=False)
            except OSError:
                self._waiter = _Waiter(fd)
            else:
                return fd
        fd = self._waiter.result(timeout_s)
        self._waiter = None
        return fd


class _Waiter:
    """A blocking flock in a thread. A lock that comes while nobody waits for it is given back at once."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._guard = threading.Lock()
        self._had = threading.Event()
        self._wanted = True
        self._over = False
        threading.Thread(target=self._wait, name="write-lock", daemon=True).start()

    def _wait(self) -> None:
        with suppress(OSError):
            _lock(self._fd, shared=False, wait=True)
        with self._guard:
            self._over = True
            if self._wanted:
                self._had.set()
            else:
                os.close(self._fd)

    def wanted_again(self) -> bool:
        """Whether it still waits, and does so for us from here on."""
        with self._guard:
            self._wanted = not self._over
            return self._wanted

    def result(self, timeout_s: float) -> int:
        self._had.wait(timeout_s)
        with self._guard:
            if self._had.is_set():
                return self._fd
            self._wanted = False
        raise DatabaseBusy(f"another process held the write lock for over {timeout_s:.0f} s")


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
