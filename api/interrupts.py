"""Ctrl-C and SIGTERM of the web process: it stops in good order and in bounded time, and at once when Ctrl-C comes again."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Final, NoReturn

import uvicorn

from core.display import plural
from core.exits import Exit

SAME_S: Final = 0.5  # a launcher that passes a Ctrl-C on makes two of one
GRACE_S: Final = 5.0  # for callers to take their answers; the worker's own end comes after it
ENDED: Final = b"Ended at once; the checks that were under way run again at the next start.\n"

log = logging.getLogger("api")


class Interrupts:
    """Heard before the server hears them. `end_at_once` ends what runs beside the pages; it is called in a handler of signals."""

    def __init__(self, end_at_once: Callable[[], object]) -> None:
        self.by_hand = False  # whether somebody pressed Ctrl-C: not every Python raises KeyboardInterrupt again at the end
        self._end_beside = end_at_once
        self._stopping = 0.0  # since when, by the monotonic clock; 0: not
        self._by_server: dict[signal.Signals, Callable[[int, FrameType | None], object]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def hear(self) -> None:
        """In the event loop: the server has set its own handlers, and sets back those it found when it ends."""
        self._loop = asyncio.get_running_loop()
        found = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        self._by_server = {number: handler for number, handler in found.items() if callable(handler)}
        for number in self._by_server:
            signal.signal(number, self._heard)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if self._stopping and number == signal.SIGINT:
            if time.monotonic() - self._stopping > SAME_S:
                self._end_at_once()
            return
        handler = self._by_server[signal.Signals(number)]
        if not self._stopping and self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.call_later, GRACE_S, cut_off, getattr(handler, "__self__", None))
        self._stopping, self.by_hand = time.monotonic(), number == signal.SIGINT
        handler(number, frame)

    def _end_at_once(self) -> NoReturn:
        self._end_beside()
        os.write(2, ENDED)  # not through sys.stderr: what was interrupted may be writing there
        os._exit(Exit.INTERRUPTED)


def cut_off(server: object) -> None:
    """A server that stops waits until the last caller has its answer; one who reads no more would have it wait for ever.

    Not the server's own `timeout_graceful_shutdown`, which only cancels: a traceback for each call. Where an operator set that, it holds.
    """
    if not isinstance(server, uvicorn.Server) or server.config.timeout_graceful_shutdown is not None:
        return
    waiting = [one.transport for one in server.server_state.connections if one.transport is not None]
    if waiting:
        log.warning("%s did not take the answer within %.0f s of the stop: cut off", plural(len(waiting), "caller"), GRACE_S)
    for transport in waiting:
        transport.abort()
