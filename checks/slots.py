"""At most so many at once per origin: whoever comes later waits, and the waiting is neither latency nor lateness."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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

    @asynccontextmanager
    async def hold(self, origin: str, deadline: Deadline) -> AsyncIterator[None]:
        """A place at `origin`, first come first served; `deadline` stands still until there is one."""
        places = self._places.get(origin)
        if places is None:
            places = self._places[origin] = asyncio.Semaphore(self._most)
        if places.locked():
            with deadline.standing_still():
                await self._wait(places)
        else:
            await places.acquire()
        try:
            yield
        finally:
            places.release()

    async def _wait(self, places: asyncio.Semaphore) -> None:
        self.waiting += 1
        try:
            await places.acquire()
        finally:
            self.waiting -= 1
