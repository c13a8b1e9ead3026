"""Looking names up, each on a thread of its own kind: a look-up that hangs starves no other one."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

Find = Callable[[str], Sequence[str]]

MOST_THREADS: Final = 256
KEPT_S: Final = 60.0  # for connections that are kept anyway
MOST_KEPT: Final = 1_024  # the newest: a vendor may think up another name at every run


def find_addresses(host: str) -> Sequence[str]:
    """The addresses of a name in the order the system prefers. Raises `OSError`."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class LookupFailed(OSError):
    """The name has no address, or nobody who knows it answered; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Found:
    """Addresses in the resolver's order, and how long the answer took from when it was asked for."""

    addresses: tuple[str, ...]
    took_us: int


@dataclass(slots=True)
class _Flight:
    """One look-up under way; who asks meanwhile for the same name takes its answer, which is no older than their question."""

    waiting: list[tuple[float, asyncio.Future[Found]]] = field(default_factory=list)


class Lookups:
    """Shared by every probe of one event loop. libcurl's own pool has 20 threads, two a look-up: the eleventh that hangs stops all."""

    def __init__(self, find: Find = find_addresses, *, most: int = MOST_THREADS) -> None:
        self._find = find
        self._most = most
        self._asked: queue.SimpleQueue[tuple[str, asyncio.AbstractEventLoop] | None] = queue.SimpleQueue()
        self._flights: dict[str, _Flight] = {}
        self._threads = 0
        self._kept: dict[str, tuple[float, tuple[str, ...]]] = {}

    async def addresses(self, host: str, *, kept: bool = False) -> Found:
        """Asks anew unless `kept` allows an answer of the last minute. Raises `LookupFailed`."""
        begun = time.monotonic()
        known = self._kept.get(host) if kept else None
        if known and begun - known[0] < KEPT_S:
            return Found(known[1], 0)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Found] = loop.create_future()
        if (flight := self._flights.get(host)) is None:
            flight = self._flights[host] = _Flight()
            self._ask(host, loop)
        flight.waiting.append((begun, answer))
        return await answer

    def close(self) -> None:
        """Lets idle threads end; hanging ones are daemons and hold up nobody."""
        for _ in range(self._threads):
            self._asked.put(None)

    def _ask(self, host: str, loop: asyncio.AbstractEventLoop) -> None:
        self._asked.put((host, loop))
        if len(self._flights) > self._threads < self._most:
            self._threads += 1
            threading.Thread(target=self._work, name=f"lookup-{self._threads}", daemon=True).start()

    def _work(self) -> None:
        while (asked := self._asked.get()) is not None:
            host, loop = asked
            addresses, error = self._look_up(host)
            with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits
                loop.call_soon_threadsafe(self._landed, host, addresses, error, time.monotonic())

    def _look_up(self, host: str) -> tuple[tuple[str, ...], str]:
        try:
            addresses = tuple(self._find(host))
        except (OSError, UnicodeError) as error:
            return (), f"The name {host} could not be looked up: {_words(error)}."
        return addresses, "" if addresses else f"The name {host} has no address."

    def _landed(self, host: str, addresses: tuple[str, ...], error: str, ended: float) -> None:
        if addresses:
            self._keep(host, ended, addresses)
        for begun, answer in self._flights.pop(host).waiting:
            if answer.done():
                continue
            if error:
                answer.set_exception(LookupFailed(error))
            else:
                answer.set_result(Found(addresses, max(0, round((ended - begun) * 1e6))))

    def _keep(self, host: str, ended: float, addresses: tuple[str, ...]) -> None:
        self._kept.pop(host, None)
        self._kept[host] = (ended, addresses)
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "it is no host name" if isinstance(error, UnicodeError) else str(error) or type(error).__name__
