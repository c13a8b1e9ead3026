"""The one deadline of a run: it stands still while we wait for a place, and lets libcurl say itself where time ran out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final

# A transfer ends itself at the deadline and then knows how far it came. Should our own thread hang, we end it this much later.
GRACE_S: Final = 1.0


class Deadline:
    """`async with deadline:` ends what is inside with `TimeoutError`. Times are monotonic seconds."""

    def __init__(self, timeout_s: float) -> None:
        self.begun = time.monotonic()
        self.at = self.begun + timeout_s
        self.waited_s = 0.0
        self.overrun_s = 0.0  # above 0: whoever watched it did not, so we were late ourselves
        self._timeout = asyncio.timeout_at(self.at)
        self._entered = False

    async def __aenter__(self) -> Deadline:
        await self._timeout.__aenter__()
        self._entered = True
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._timeout.__aexit__(kind, error, trace)

    def elapsed_us(self) -> int:
        """Since it began, waiting left out."""
        return round((time.monotonic() - self.begun - self.waited_s) * 1e6)

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """What happens inside is our own waiting: the vendor gets its whole time afterwards."""
        begun = time.monotonic()
        self.move(None)
        try:
            yield
        finally:
            waited = time.monotonic() - begun
            self.waited_s += waited
            self.at += waited
            self.move(self.at)

    def kept_inside(self) -> _Kept:
        """What happens inside (`with`) watches the deadline itself."""
        return _Kept(self)

    def move(self, at: float | None) -> None:
        """End what is inside at another instant, or not at all."""
        if not self._entered:
            return
        try:
            self._timeout.reschedule(at)
        except RuntimeError:  # already over: nothing to move
            return


class _Kept:
    """A class and no generator: every request goes through here."""

    __slots__ = ("_deadline",)

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def __enter__(self) -> None:
        self._deadline.move(self._deadline.at + GRACE_S)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        deadline = self._deadline
        if kind is not None and issubclass(kind, asyncio.CancelledError):
            late_s = time.monotonic() - deadline.at
            deadline.overrun_s = late_s if late_s >= GRACE_S else 0.0
        deadline.move(deadline.at)
