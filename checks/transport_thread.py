"""The thread in which libcurl transfers: one selector, two multi handles, and a watch over its own delay."""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

import pycurl

from checks.transfer import Order, Stopped, Transfer
from checks.transport_easy import measure, set_constants, set_up
from checks.transport_multi import Multi

_log = logging.getLogger(__name__)

TICK_S: Final = 0.02  # while anything is under way the thread looks up at least this often: later is our own delay
_NOTICED_S: Final = 0.002
_KEPT_HANDLES: Final = 64
_BATCH: Final = 16  # look-ups of the clock, sockets and commands come between so many new handshakes

Deliver = Callable[[list[Transfer]], None]


class TransferThread:
    """Runs orders and hands finished transfers to `deliver`, in batches, from this thread.

    Targets that only an opt-in opens have a multi handle of their own, so that a kept connection into the private
    network never serves somebody without it.
    """

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._commands: deque[Callable[[], None]] = deque()
        self._wake_out, self._wake_in = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._multis = [Multi(self._selector), Multi(self._selector)]
        self._active: dict[pycurl.Curl, tuple[Transfer, Multi]] = {}
        self._handles: list[pycurl.Curl] = []
        self._finished: list[Transfer] = []  # of this round
        self._woken = False
        self._closing = False
        self._looked_at = time.monotonic()
        self.worst_lag_s = 0.0
        self.lag_since_s = 0.0  # the same, set back by whoever watches
        for end in (self._wake_in, self._wake_out):
            end.setblocking(False)
        self._selector.register(self._wake_out, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="transfers", daemon=True)
        self._thread.start()

    def submit(self, order: Order, done: Callable[[Transfer], None]) -> Transfer:
        """Any thread. `done` is for whoever delivers; it is called by `deliver`, not here."""
        transfer = Transfer(order, done, time.monotonic())
        self._command(lambda: self._start(transfer))
        return transfer

    def cancel(self, transfer: Transfer) -> None:
        """Any thread. A cancelled transfer is not delivered."""
        self._command(lambda: self._drop(transfer))

    def close(self, timeout_s: float = 2.0) -> None:
        """Ends what is under way (delivered as stopped) and the thread."""
        self._command(self._close)
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout_s)

    def _command(self, command: Callable[[], None]) -> None:
        self._commands.append(command)
        if self._woken:
            return  # it has not looked up since it was last woken, and will find this too
        self._woken = True
        with contextlib.suppress(BlockingIOError, OSError):  # full: it is awake anyway; closed: nobody is left to wake
            self._wake_in.send(b"\0")

    def _run(self) -> None:
        while not self._closing:
            ready = self._selector.select(self._patience())
            now = time.monotonic()
            self._note_lag(now - self._looked_at - TICK_S)
            self._looked_at = now
            try:
                self._serve(ready)
                if not self._closing:
                    self._deliver_finished()
            except Exception:  # a bug of ours must not end the thread: every later check would time out and blame its vendor
                _log.exception("the transfer thread failed")
                self._abandon("our transfer thread failed")
        self._selector.close()
        self._wake_in.close()
        self._wake_out.close()

    def _patience(self) -> float | None:
        if self._commands:
            return 0.0
        soonest = min((multi.timer_at for multi in self._multis if multi.timer_at is not None), default=None)
        waits = ([TICK_S] if self._active else []) + ([max(0.0, soonest - time.monotonic())] if soonest is not None else [])
        return min(waits, default=None)

    def _serve(self, ready: Iterable[tuple[selectors.SelectorKey, int]]) -> None:
        for key, events in ready:
            if key.data is None:
                self._drain()
            else:
                key.data.act(key.fd, events)
                self._take_finished(key.data)  # at once: a brotli decoder holds megabytes until its handle is given back
        for multi in self._multis:
            multi.tick()
            self._take_finished(multi)
        for _ in range(min(len(self._commands), _BATCH)):
            self._commands.popleft()()

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._wake_out.recv(4_096):
                pass
        self._woken = False  # after the pipe is empty and before commands are taken: none can slip through

    def _note_lag(self, lag_s: float) -> None:
        """Whoever is under way may have been kept waiting: a socket was ready, and we looked up late."""
        if lag_s < _NOTICED_S or not self._active:
            return
        self.worst_lag_s = max(self.worst_lag_s, lag_s)
        self.lag_since_s = max(self.lag_since_s, lag_s)
        for transfer, _ in self._active.values():
            transfer.lag_s = max(transfer.lag_s, lag_s)

    def _start(self, transfer: Transfer) -> None:
        now = time.monotonic()
        transfer.lag_s = max(transfer.lag_s, now - transfer.submitted - TICK_S)
        curl = self._handles.pop() if self._handles else pycurl.Curl()
        multi = self._multis[transfer.order.policy.private]
        try:
            set_constants(curl)
            set_up(curl, transfer, max(1, round((transfer.order.deadline - now) * 1000)))
            multi.add(curl)
        except (pycurl.error, UnicodeError, TypeError, ValueError) as error:
            curl.close()
            transfer.code, transfer.error = pycurl.E_URL_MALFORMAT, f"libcurl refuses the request: {error}"
            self._deliver([transfer])
            return
        self._active[curl] = (transfer, multi)

    def _drop(self, transfer: Transfer) -> None:
        for curl in [curl for curl, (active, _) in self._active.items() if active is transfer]:
            self._release(curl)

    def _take_finished(self, multi: Multi) -> None:
        for found in multi.finished():
            self._finished.append(self._finish(*found))

    def _deliver_finished(self) -> None:
        finished, self._finished = self._finished, []
        if finished:
            self._deliver(finished)

    def _finish(self, curl: pycurl.Curl, code: int, error: str) -> Transfer:
        transfer, _ = self._active[curl]
        transfer.code, transfer.error = code, error
        transfer.lag_s = max(transfer.lag_s, time.monotonic() - self._looked_at - TICK_S)  # others came first in this round
        measure(curl, transfer)
        self._release(curl)
        return transfer

    def _release(self, curl: pycurl.Curl) -> None:
        _, multi = self._active.pop(curl)
        multi.remove(curl)
        self._give_back(curl)

    def _give_back(self, curl: pycurl.Curl) -> None:
        """A reset handle holds nothing of its last transfer; the kept connections belong to the multi handle."""
        if len(self._handles) < _KEPT_HANDLES:
            curl.reset()
            self._handles.append(curl)
        else:
            curl.close()

    def _abandon(self, why: str) -> None:
        self._deliver_finished()
        left = [transfer for transfer, _ in self._active.values()]
        for transfer in left:
            transfer.stopped, transfer.error = Stopped.CLOSED, why
        for curl in list(self._active):
            self._release(curl)
        self._deliver(left)

    def _close(self) -> None:
        """A multi handle waits for its own look-ups when it closes; there are none, because we look up ourselves."""
        self._abandon("the monitor is stopping")
        for multi in self._multis:
            multi.close()
        for curl in self._handles:
            curl.close()
        self._closing = True
