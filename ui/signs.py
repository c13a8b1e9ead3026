"""The signs that a live page polls, in one read: versions of what it shows, and the newest signs of life of the monitor itself."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from storage import changes, processes
from storage.rows import ProcessRow
from ui.place import database

BEATS_KEPT_MS: Final = 24 * 3_600_000
SILENT_AFTER_MS: Final = 10_000  # a worker that has not beaten for so long is said to be gone


@dataclass(frozen=True, slots=True)
class Beat:
    """Whether the monitor itself is there: the leading worker's newest sign of life, by the database's own word."""

    leader: ProcessRow | None
    newest: ProcessRow | None  # the newest worker of the last day, leading or not

    @property
    def suspended(self) -> tuple[str, ...]:
        """Checks for whose retries the vendor's call budget has nothing left: `stripe/api`."""
        said = self.leader.body.get("suspended") if self.leader else None
        return tuple(str(name) for name in said) if isinstance(said, list) else ()

    def gone_since(self, at_ms: int) -> int | None:
        """The instant since which nobody probes; None while somebody does. 0: nobody ever did."""
        if self.leader is not None and at_ms - self.leader.beat_ms <= SILENT_AFTER_MS:
            return None
        return self.newest.beat_ms if self.newest else 0


@dataclass(frozen=True, slots=True)
class Signs:
    """Both of one snapshot."""

    versions: Mapping[str, int]
    beat: Beat


_held: ContextVar[list[Signs] | None] = ContextVar("held", default=None)


@contextmanager
def once() -> Iterator[None]:
    """Within it they are read one time, so that frame, page and heartbeat of one run speak of the same instant."""
    if _held.get() is not None:
        yield
        return
    token = _held.set([])
    try:
        yield
    finally:
        _held.reset(token)


def signs() -> Signs:
    """How they are now, or were when first asked for within `once`."""
    held = _held.get()
    if held:
        return held[0]
    found = _read()
    if held is not None:
        held.append(found)
    return found


def _read() -> Signs:
    with database().read() as conn:
        known, lives = changes.versions(conn), processes.processes(conn, time.time_ns() // 1_000_000 - BEATS_KEPT_MS)
    workers = [row for row in lives if row.role == "worker"]
    leading = next((row for row in workers if row.leads and row.ended_ms is None), None)
    return Signs(known, Beat(leading, workers[0] if workers else None))
