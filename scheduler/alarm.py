"""A sleep that is rung out of: of all a scheduler does, waking is what costs most, so nothing is cancelled and nothing raised."""

from __future__ import annotations

import asyncio


class Alarm:
    """For one sleeper, in the event loop. A ring is kept until it is cleared."""

    def __init__(self) -> None:
        self._rung = False
        self._sleeper: asyncio.Future[None] | None = None

    def clear(self) -> None:
        self._rung = False

    def ring(self) -> None:
        self._rung = True
        self._wake()

    async def sleep(self, seconds: float) -> None:
        """So long, or until it rings; not at all where it has rung."""
        if self._rung:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        self._sleeper = loop.create_future()
        timer = loop.call_later(seconds, self._wake)
        try:
            await self._sleeper
        finally:
            timer.cancel()
            self._sleeper = None

    def _wake(self) -> None:
        if self._sleeper is not None and not self._sleeper.done():
            self._sleeper.set_result(None)
