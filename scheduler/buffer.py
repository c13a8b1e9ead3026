"""Results that wait to be written: in bounds, in the order they came, with how long the oldest has waited."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from scheduler.prober import Heard

FLUSH_MS: Final = 150  # what a kill may take is promised to be younger than 250 ms: the rest is for the write lock and the COMMIT
FLUSH_ROWS: Final = 100
MOST_ROWS: Final = 2_000  # of one transaction: the write lock is held for some milliseconds
MOST: Final = 100_000  # that may wait for a database that cannot be written
MOST_EVIDENCE: Final = 5_000  # of them with what was asked and answered, which is up to 20 kB each


class Buffer:
    """Filled from any thread, emptied by one."""

    def __init__(self, most: int = MOST, most_evidence: int = MOST_EVIDENCE) -> None:
        self._most, self._most_evidence = most, most_evidence
        self._turn = threading.Condition()
        self._held: list[Heard] = []
        self._put_at: dict[int, float] = {}  # by identity
        self._evident: set[int] = set()  # by identity, those with evidence

    def __len__(self) -> int:
        return len(self._held)

    def put(self, heard: Heard) -> bool:
        """Whether an older one fell out: its time is unknown then. Beyond so many with evidence the newest ones leave theirs."""
        with self._turn:
            full = len(self._held) >= self._most
            if full:
                self._forget(id(self._held.pop(0)))
            if heard.result.evidence is not None and len(self._evident) >= self._most_evidence:
                heard = replace(heard, result=replace(heard.result, evidence=None))
            self._held.append(heard)
            self._put_at[id(heard)] = time.monotonic()
            if heard.result.evidence is not None:
                self._evident.add(id(heard))
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
                self._forget(ident)

    def _forget(self, ident: int) -> None:
        self._put_at.pop(ident, None)
        self._evident.discard(ident)

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
