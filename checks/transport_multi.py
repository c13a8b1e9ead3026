"""One libcurl multi handle: its sockets in a shared selector, and the timer it asked for."""

from __future__ import annotations

import contextlib
import selectors
import time
from typing import Any, Final

import pycurl

_EVENTS: Final = {
    pycurl.POLL_IN: selectors.EVENT_READ,
    pycurl.POLL_OUT: selectors.EVENT_WRITE,
    pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
}


class Multi:
    """Called from the transfer thread alone."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_PIPELINING, 0)  # every transfer has its own connection: a shared one hides its phases
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._watched: set[int] = set()
        self._attached = 0
        self._running = 0  # of those, as libcurl last said
        self.timer_at: float | None = None

    def add(self, curl: pycurl.Curl) -> None:
        self._multi.add_handle(curl)
        self._attached += 1
        self._running += 1

    def remove(self, curl: pycurl.Curl) -> None:
        self._multi.remove_handle(curl)
        self._attached -= 1

    def close(self) -> None:
        self._multi.close()

    def act(self, number: int, events: int) -> None:
        mask = (pycurl.CSELECT_IN if events & selectors.EVENT_READ else 0) | (pycurl.CSELECT_OUT if events & selectors.EVENT_WRITE else 0)
        try:
            _, self._running = self._multi.socket_action(number, mask)
        except pycurl.error:  # the socket went away while an earlier one was served
            self._running = -1

    def tick(self) -> None:
        if self.timer_at is not None and self.timer_at <= time.monotonic():
            self.timer_at = None
            _, self._running = self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def finished(self) -> list[tuple[pycurl.Curl, int, str]]:
        """Those that have ended; to be removed at once. Where all still run there is nothing to ask, as after most actions."""
        found: list[tuple[pycurl.Curl, int, str]] = []
        left = int(self._running != self._attached)
        while left:
            left, well, badly = self._multi.info_read()
            found += [(curl, 0, "") for curl in well]
            found += badly
        return found

    def _set_timer(self, timeout_ms: int) -> None:
        self.timer_at = None if timeout_ms < 0 else time.monotonic() + timeout_ms / 1000

    def _watch(self, what: int, number: int, _multi: Any, known: Any) -> None:
        if what == pycurl.POLL_REMOVE:
            self._watched.discard(number)
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(number)
        elif number in self._watched:
            self._selector.modify(number, _EVENTS[what], self)
        else:
            self._selector.register(number, _EVENTS[what], self)
            self._watched.add(number)
