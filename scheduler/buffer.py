"""Results that wait to be written: in bounds, in the order they came, with how long the oldest has waited."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from scheduler.prober import Heard

FLUSH_MS: Final = 150  # what a kill may take is promised to be younger than 250 ms: the rest is for the write lock and the COMMIT
FLUSH_ROWS: Final = 100
MOST_ROWS: Final = 2_000  # of one transaction: the write lock is held for some milliseconds
MOST: Final = 100_000  # that may wait for a database that cannot be written


class Buffer:
    """Filled from any thread, emptied by one."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._turn = threading.Condition()
        self._held: list[Heard] = []
        self._put_at: dict[int, float] = {}  # by identity

    def __len__(self) -> int:
        return len(self._held)

    def put(self, heard: Heard) -> bool:
        """Whether an older one fell out: its time is unknown then."""
        with self._turn:
            full = len(self._held) >= self._most
            if full:
                self._put_at.pop(id(self._held.pop(0)), None)
            self._held.append(heard)
            self._put_at[id(heard)] = time.monotonic()
            if len(self._held) >= FLUSH_ROWS:
                self._turn.notify()
            return full

    def batch(self) -> list[Heard]:
        """What one transaction may hold, in the order of their instants; they stay until they are let go."""
        with self._turn:
            return sorted(self._held[:MOST_ROWS], key=lambda heard: heard.result.edge_ms)

    def let_go(self, taken: Sequence[Heard]) -> None:
        with self._turn:
            gone = set(map(id, taken))
            self._held = [heard for heard in self._held if id(heard) not in gone]
            for ident in gone:
                self._put_at.pop(ident, None)

    @property
    def waited_s(self) -> float:
        """How long the oldest has waited."""
        with self._turn:
            if not self._held:
                return 0.0
            now = time.monotonic()
            return now - self._put_at.get(id(self._held[0]), now - FLUSH_MS / 1000)

    @property
    def is_due(self) -> bool:
        return len(self._held) >= FLUSH_ROWS or self.waited_s >= FLUSH_MS / 1000

    def wait_until_due(self, seconds: float) -> None:
        """At most so long, and not beyond the instant the oldest is due; a batch that is full wakes at once."""
        with self._turn:
            if not self.is_due:
                self._turn.wait(min(seconds, FLUSH_MS / 1000 - self.waited_s))

    def wait(self, seconds: float, unless: Callable[[], bool]) -> None:
        """So long, whatever comes in; `wake` has `unless` asked."""
        with self._turn:
            self._turn.wait_for(unless, seconds)

    def wake(self) -> None:
        with self._turn:
            self._turn.notify()
