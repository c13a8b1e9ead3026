"""The dead-man's call: as long as all is well somebody outside is called; when the calls stay away, they raise the alarm.

Where the whole machine is gone nothing here can say so: that is what this is for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from scheduler.clock import Clock
from scheduler.seldom import Seldom

TIMEOUT_S: Final = 10.0
LONGEST_LAG_MS: Final = 10_000
LONGEST_DUE_MS: Final = 60_000
AGAIN_S: Final = 2.0  # how soon an unwell worker looks whether it is well again

log = logging.getLogger(__name__)


@dataclass
class Deadman:
    """`why_not` gives the reason not to call, None while the worker is well. The address is a secret: it names whom to alarm."""

    url: str
    every_s: float
    http: httpx.AsyncClient
    clock: Clock
    why_not: Callable[[], str | None]
    state: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._warning = Seldom(log)
        self.state.update({"host": urlsplit(self.url).hostname or "", "every_ms": round(self.every_s * 1000)})

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; a call that fails is made again at its next turn and is no alert: whoever misses it raises one."""
        while not stop.is_set():
            held = self.why_not()
            self._say(held=held)
            if held is None:
                await self._call()
            try:
                await asyncio.wait_for(stop.wait(), self.every_s if held is None else min(AGAIN_S, self.every_s))
            except TimeoutError:
                continue

    async def _call(self) -> None:
        try:
            answer = await self.http.get(self.url, timeout=TIMEOUT_S)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            self._failed(f"{type(error).__name__}: it cannot be reached")
        else:
            if answer.is_success:
                self._say(ok_ms=self.clock.now_ms(), failing_ms=None, error="")
                self._warning.over("the dead-man's call is answered again")
            else:
                self._failed(f"it answered {answer.status_code}")

    def _failed(self, why: str) -> None:
        """Never with its address, not even a part of it."""
        self._say(failing_ms=self.state.get("failing_ms") or self.clock.now_ms(), error=why)
        self._warning.warn("the dead-man's call failed: %s", why)

    def _say(self, **now: Any) -> None:
        """Replaced whole: a beat reads it in another thread."""
        self.state = {**self.state, **now}


def why_unwell(*, beats: bool, failing_since_ms: int | None, lag_ms: int, due_ms: int) -> str | None:
    """Why somebody should miss our call: no beat on disk, results that are not written, checks that are not begun."""
    if not beats:
        return "the beat cannot be written"
    if failing_since_ms is not None or lag_ms > LONGEST_LAG_MS:
        return "results cannot be written"
    return "checks are due and do not begin" if due_ms > LONGEST_DUE_MS else None
