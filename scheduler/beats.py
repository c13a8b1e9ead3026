"""Signs of life: one a second into the database, which pages and /healthz read, and one down the pipe to the parent."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from scheduler import standby
from scheduler.clock import Clock
from scheduler.seldom import Seldom
from storage import processes
from storage.engine import Database
from storage.faults import NO_ANSWER, sentence_of

BEAT_S: Final = 1.0
FRESH_S: Final = 5.0
STUCK_S: Final = 15.0  # an event loop that has not turned for so long is no life to speak of

log = logging.getLogger(__name__)


class Beats:
    """A thread of its own: it beats while the event loop turns. `turn` is called by the loop."""

    def __init__(
        self,
        db: Database,
        ident: int | None,
        clock: Clock,
        body: Callable[[], Mapping[str, Any]],
        *,
        lead_on: Callable[[], None] = lambda: None,
        every_s: float = BEAT_S,
        stuck_s: float = STUCK_S,
    ) -> None:
        """`ident` None: this process is not registered yet, because the database could not be written. `lead_on` is called at each
        beat while it leads."""
        self._db = db
        self._ident = ident
        self._clock = clock
        self._body = body
        self._lead_on = lead_on
        self._every_s, self._stuck_s = every_s, stuck_s
        self._turned = time.monotonic()
        self._stopping = threading.Event()
        self._registering = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="beats", daemon=True)
        self._warning = Seldom(log)
        self.leads = False
        self.written_at = float("-inf")  # on the monotonic clock

    def start(self) -> None:
        self._thread.start()

    def turn(self) -> None:
        self._turned = time.monotonic()

    def stall(self) -> None:
        """No more beats until the next turn: this process works no more, and another one is to take its place."""
        self._turned = float("-inf")

    def ident(self) -> int:
        """The row of this process; made when it can be. Raises what the database raises."""
        with self._registering:
            if self._ident is None:
                started_ms = standby.started_ms(os.getpid()) or 0
                self._ident = processes.register(self._db, "worker", self._clock.now_ms(), pid_started_ms=started_ms)
            return self._ident

    def lead(self) -> None:
        """From here on this process leads, and says so before it does anything: a standby must know whom to watch."""
        self.leads = True
        self._beat()

    def follow(self) -> None:
        """It leads no more."""
        self.leads = False

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(10)
        if not self.writes or self._ident is None:
            return  # its end would only wait, too
        with suppress(*NO_ANSWER):
            processes.end(self._db, self._ident, self._clock.now_ms())

    @property
    def writes(self) -> bool:
        """Whether this process could write just now."""
        return time.monotonic() - self.written_at < FRESH_S

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            if time.monotonic() - self._turned > self._stuck_s:
                continue
            beat_parent()
            if self.leads:
                self._lead_on()
            self._beat()

    def _beat(self) -> None:
        try:
            processes.beat(self._db, self.ident(), self._clock.now_ms(), leads=self.leads, body=self._body())
            self.written_at = time.monotonic()
            self._warning.over("the beat is written again")
        except (*NO_ANSWER, OSError) as error:
            self._warning.warn("the beat cannot be written: %s", sentence_of(error))
        except Exception:
            log.exception("the beat met a bug of ours")  # and the next one is tried: a worker that works must not fall silent


def has_parent() -> bool:
    """Whether a web process of ours listens to our beats."""
    return "BEAT_FD" in os.environ


def beat_parent() -> None:
    """Down the pipe, whatever the database says."""
    if has_parent():
        with suppress(OSError):
            os.write(int(os.environ["BEAT_FD"]), b".")
