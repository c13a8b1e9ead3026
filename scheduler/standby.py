"""A standby's eye on the leader: one that stopped keeps its lock, so after 20 s without a beat it is ended, or on Postgres its session."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from storage import lease, processes
from storage.engine import Database
from storage.rows import ProcessRow

SILENCE_S: Final = 20.0
STOPPED: Final = ("T", "t")

log = logging.getLogger(__name__)


class Watch:
    """Silence is measured by this process itself: after a sleep of the machine every beat is old, and nobody is to blame."""

    def __init__(self, db: Database, *, silence_s: float = SILENCE_S, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._silence_s = silence_s
        self._monotonic = monotonic
        self._beat: tuple[int, int] | None = None
        self._since = monotonic()

    def look(self, *, can_write: bool) -> ProcessRow | None:
        """The leader that was ended just now. Where we cannot write either, only one that was stopped is to blame."""
        with self._db.read() as conn:
            leader = processes.leader(conn, 0)
        beat = (leader.id, leader.beat_ms) if leader else None
        if beat != self._beat:
            self._beat, self._since = beat, self._monotonic()
        if leader is None or self._monotonic() - self._since < self._silence_s:
            return None
        self._since = self._monotonic()
        return leader if _end(leader, can_write=can_write) or (can_write and self._end_session()) else None

    def _end_session(self) -> bool:
        """One that is on another machine cannot be killed; without its session it has lost the lock, and its epoch is refused."""
        if self._db.is_sqlite or not lease.end_leaders_session(self._db):
            return False
        log.error("the leading worker has not beaten for 20 s: its session was ended")
        return True


def _end(leader: ProcessRow, *, can_write: bool) -> bool:
    """Process and start together name it: a number is given out again."""
    here = leader.host == socket.gethostname() and leader.pid != os.getpid()
    if not here or started_ms(leader.pid) != leader.pid_started_ms or not (can_write or state_of(leader.pid) in STOPPED):
        return False
    log.error("the leading worker (process %d) has not beaten for 20 s: it is killed", leader.pid)
    try:
        os.kill(leader.pid, signal.SIGKILL)
    except OSError as error:
        log.warning("it cannot be killed: %s", error.strerror)
        return False
    return True


def started_ms(pid: int) -> int | None:
    """When a process began, as the system counts it: since the boot on Linux, else since 1970. None: there is no such process."""
    if (fields := _proc(pid)) is not None:
        return int(fields[19]) * 1000 // os.sysconf("SC_CLK_TCK")
    began = _ps(pid, "lstart")
    if not began:
        return None
    return int(datetime.strptime(began, "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC).timestamp() * 1000)


def state_of(pid: int) -> str:
    """One letter; T: stopped by a signal. Empty: there is no such process."""
    fields = _proc(pid)
    return fields[0] if fields is not None else _ps(pid, "state")[:1]


def _proc(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on; the name before them may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


def _ps(pid: int, field: str) -> str:
    """Where there is no /proc (macOS)."""
    try:
        done = subprocess.run(
            ["ps", "-o", f"{field}=", "-p", str(pid)],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
