"""Delivers what the outbox holds: one task per channel, so that a channel that is slow or hangs delays no other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from alerts.channel import Channel
from alerts.courier import Courier
from alerts.emergency import Emergency
from alerts.message import IncidentView
from alerts.outbox import Outbox

LOOK_S: Final = 30.0  # how long a task sleeps when nothing wakes it
AFTER_BUG_S: Final = 5.0

log = logging.getLogger(__name__)


class Dispatcher:
    """`look` reads an incident's present state (in a thread); `now_ms` is the clock."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        channels: Mapping[str, Channel],
        fallback: str | None,
        look: Callable[[int], IncidentView | None],
        now_ms: Callable[[], int],
        zone: str = "UTC",
        base_url: str | None = None,
        emergency: Emergency | None = None,
    ) -> None:
        self._courier = Courier(outbox, dict(channels), fallback, look, now_ms, zone, base_url, self.wake)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._wakes: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Event()
        self._stopping = False
        self._emergency = emergency or Emergency(now_ms, zone)

    async def run(self) -> None:
        """Serve every channel until `stop`; names with alerts that are declared no more are served too, and buried."""
        try:
            while not self._stopping:
                self._changed.clear()
                for name in await self._names():
                    if name not in self._tasks or self._tasks[name].done():
                        self._tasks[name] = asyncio.create_task(self._serve(name), name=f"alerts to {name}")
                await _either(self._changed, LOOK_S)
            await asyncio.gather(*self._tasks.values())
        finally:
            for task in self._tasks.values():
                task.cancel()

    def wake(self) -> None:
        """Alert rows were committed: look now."""
        self._changed.set()
        for event in self._wakes.values():
            event.set()

    def replace(self, channels: Mapping[str, Channel], fallback: str | None) -> None:
        """The configuration changed; a send in flight ends on the old channel."""
        self._courier.channels, self._courier.fallback = dict(channels), fallback
        self.wake()

    def stop(self) -> None:
        """Finish the sends in flight, then let `run` return."""
        self._stopping = True
        self.wake()

    async def step(self, name: str) -> int | None:
        """One pass over one channel, one delivery at most. Returns when to come back (None: nothing is pending)."""
        return await self._courier.step(name)

    async def emergency(self, sentence: str) -> bool:
        """Nothing can be recorded: say so straight away. Whether somebody took it."""
        return await self._emergency.say(sentence, self._courier.channels, self._courier.fallback)

    async def _names(self) -> set[str]:
        try:
            return set(self._courier.channels) | await asyncio.to_thread(self._courier.outbox.channels)
        except Exception:
            log.exception("the outbox could not be read")
            return set(self._courier.channels)

    async def _serve(self, name: str) -> None:
        event = self._wakes.setdefault(name, asyncio.Event())
        while not self._stopping:
            event.clear()
            try:
                back_ms = await self.step(name)
            except Exception:
                log.exception("a pass over channel %s failed", name)
                await _either(event, AFTER_BUG_S)
                continue
            if back_ms is None and name not in self._courier.channels:
                return
            wait_s = LOOK_S if back_ms is None else (back_ms - self._courier.now_ms()) / 1000
            if wait_s > 0:
                await _either(event, min(wait_s, LOOK_S))


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Until the event or the time, whichever comes first."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
