"""At most so many at once per origin: whoever comes later waits, and the waiting is neither latency nor lateness."""

from __future__ import annotations

import asyncio
from typing import Final
from weakref import WeakValueDictionary

from checks.deadline import Deadline

MOST_PER_ORIGIN: Final = 4


class Slots:
    """Places by origin, shared by all runs of one event loop. An origin nobody asks takes no memory."""

    def __init__(self, most: int = MOST_PER_ORIGIN) -> None:
        self._most = most
        self.waiting = 0  # requests that wait for a place just now
        self._places: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    def hold(self, origin: str, deadline: Deadline) -> _Place:
        """A place at `origin`, first come first served, for `async with`; `deadline` stands still until there is one."""
        places = self._places.get(origin)
        if places is None:
            places = self._places[origin] = asyncio.Semaphore(self._most)
        return _Place(self, places, deadline)


class _Place:
    """One of an origin's places, or the wait for it."""

    __slots__ = ("_deadline", "_places", "_slots")

    def __init__(self, slots: Slots, places: asyncio.Semaphore, deadline: Deadline) -> None:
        self._slots = slots
        self._places = places
        self._deadline = deadline

    async def __aenter__(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        self._slots.waiting += 1
        try:
            with self._deadline.standing_still():
                await self._places.acquire()
        finally:
            self._slots.waiting -= 1

    async def __aexit__(self, *_: object) -> None:
        self._places.release()
