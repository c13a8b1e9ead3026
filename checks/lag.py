"""How late our own event loop is: probes that read their sockets in it would take its delay for the vendor's."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Final

TICK_S: Final = 0.02
_NOTICED_S: Final = 0.002


class LoopLag:
    """Ticks while somebody watches. `since` gives the worst delay seen from an instant on."""

    def __init__(self) -> None:
        self._watchers = 0
        self._expected = 0.0
        self._next_tick: asyncio.TimerHandle | None = None
        self._seen: deque[tuple[float, float]] = deque(maxlen=512)

    def watch(self) -> float:
        """Begins watching and returns the instant to ask `worst_since` with. Ends with `leave`."""
        self._watchers += 1
        if self._watchers == 1:
            self._plan_tick()
        return time.monotonic()

    def worst_since(self, instant: float) -> float:
        """Seconds; what is happening now counts too."""
        now = time.monotonic()
        return max([lag for at, lag in self._seen if at >= instant] + [now - self._expected, 0.0])

    def leave(self) -> None:
        self._watchers -= 1
        if not self._watchers and self._next_tick:
            self._next_tick.cancel()

    def _plan_tick(self) -> None:
        self._expected = time.monotonic() + TICK_S
        self._next_tick = asyncio.get_running_loop().call_later(TICK_S, self._tick)

    def _tick(self) -> None:
        now = time.monotonic()
        if now - self._expected > _NOTICED_S:
            self._seen.append((now, now - self._expected))
        self._plan_tick()
