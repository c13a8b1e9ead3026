"""Signs of life: one a second into the database, which pages and /healthz read, and one down the pipe to the parent."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

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
        ident: int,
        clock: Clock,
        body: Callable[[], Mapping[str, Any]],
        *,
        every_s: float = BEAT_S,
        stuck_s: float = STUCK_S,
    ) -> None:
        self._db = db
        self._ident = ident
        self._clock = clock
        self._body = body
        self._every_s, self._stuck_s = every_s, stuck_s
        self._turned = time.monotonic()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="beats", daemon=True)
        self._fd = int(os.environ.get("BEAT_FD", "-1"))
        self._warning = Seldom(log)
        self.leads = False
        self.written_at = float("-inf")  # on the monotonic clock

    def start(self) -> None:
        self._thread.start()

    def turn(self) -> None:
        self._turned = time.monotonic()

    def lead(self) -> None:
        """From here on this process leads, and says so before it does anything: a standby must know whom to watch."""
        self.leads = True
        self._beat()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(10)
        if not self.writes:
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
            self._beat_parent()
            self._beat()

    def _beat(self) -> None:
        try:
            processes.beat(self._db, self._ident, self._clock.now_ms(), leads=self.leads, body=self._body())
            self.written_at = time.monotonic()
            self._warning.over("the beat is written again")
        except (*NO_ANSWER, OSError) as error:
            self._warning.warn("the beat cannot be written: %s", sentence_of(error))
        except Exception:
            log.exception("the beat met a bug of ours")  # and the next one is tried: a worker that works must not fall silent

    def _beat_parent(self) -> None:
        if self._fd >= 0:
            with suppress(OSError):
                os.write(self._fd, b".")
