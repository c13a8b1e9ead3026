"""What all transports of one event loop share: the transfer thread, look-ups, places per origin, and what the operator set."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from dataclasses import dataclass, field
from urllib.request import getproxies_environment, proxy_bypass_environment  # type: ignore[attr-defined]

import httpx

from checks.deadline import Deadline
from checks.lookups import Found, LookupFailed, Lookups
from checks.slots import Slots
from checks.transfer import Order, Transfer
from checks.transport_thread import TransferThread


@dataclass(slots=True)
class Wire:
    """Made inside the event loop that uses it; `close` it there."""

    ca_file: str | None = None
    proxies: bool = False
    slots: Slots = field(default_factory=Slots)
    lookups: Lookups = field(default_factory=Lookups)
    _finished: deque[Transfer] = field(init=False, default_factory=deque)
    _settling: bool = field(init=False, default=False)
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _thread: TransferThread = field(init=False)

    def __post_init__(self) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it logs every address, credentials in the query included
        self._loop = asyncio.get_running_loop()
        self._thread = TransferThread(self._deliver)

    async def transfer(self, order: Order) -> Transfer:
        """Done, whether well or badly. Cancelling it ends the transfer."""
        answer: asyncio.Future[Transfer] = self._loop.create_future()
        transfer = self._thread.submit(order, lambda done: None if answer.done() else answer.set_result(done))
        try:
            return await answer
        except asyncio.CancelledError:
            self._thread.cancel(transfer)
            raise

    async def look_up(self, host: str, deadline: Deadline, *, kept: bool = False) -> Found:
        """The addresses of a name, before the deadline. Raises `LookupFailed`."""
        try:
            with deadline.kept_inside():
                async with asyncio.timeout_at(deadline.at):
                    return await self.lookups.addresses(host, kept=kept)
        except TimeoutError:
            raise LookupFailed(f"Nobody answered the look-up of {host} within {deadline.elapsed_us() / 1e6:.1f} s.") from None

    def proxy_for(self, url: httpx.URL) -> str:
        """The operator's proxy for this address, where the environment names one and the operator wants it used."""
        if not self.proxies or proxy_bypass_environment(url.host):
            return ""
        return getproxies_environment().get(url.scheme, "")

    @property
    def worst_lag_s(self) -> float:
        """The longest the transfer thread was ever late."""
        return self._thread.worst_lag_s

    def lag_since_asked_s(self) -> float:
        """The longest the transfer thread was late since this was last asked; for one asker."""
        lag_s, self._thread.lag_since_s = self._thread.lag_since_s, 0.0
        return lag_s

    async def close(self) -> None:
        """Ends what is under way."""
        await asyncio.to_thread(self._thread.close)
        self.lookups.close()

    def _deliver(self, batch: list[Transfer]) -> None:
        """In the transfer thread. Waking the loop costs more than anything else here, so one wake serves all that waits."""
        self._finished.extend(batch)
        if not self._settling:
            self._settling = True
            with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits
                self._loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        self._settling = False  # before the first is taken: whoever finishes from here on wakes us again
        while self._finished:
            transfer = self._finished.popleft()
            transfer.done(transfer)
