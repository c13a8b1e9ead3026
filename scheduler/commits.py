"""Ledgers brought to disk as the leader of one epoch, and how that goes: beats carry it to the page and /healthz."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Final

from core.ledger import Ledger
from scheduler.clock import Clock
from scheduler.seldom import Seldom
from storage.engine import Database
from storage.faults import sentence_of
from storage.writer import Writer

NOT_ROUND_S: Final = 8.0  # one that waits for a lock comes round after five

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Health:
    """How writing goes."""

    flushed_ms: int = 0  # the newest commit
    flush_ms: float = 0.0  # how long the newest one took
    failing_since_ms: int | None = None
    error: str = ""
    lost: int = 0  # results that fell out of the full buffer: their time is unknown


class Commits:
    """For whoever holds the memory's lock."""

    def __init__(self, db: Database, epoch: int, clock: Clock) -> None:
        self._writer = Writer(db)
        self._epoch = epoch
        self._clock = clock
        self._warning = Seldom(log)
        self.health = Health()

    def write(self, ledger: Ledger) -> None:
        """Raises what the writer raises."""
        if is_empty(ledger):
            return
        began = time.monotonic()
        self._writer.commit(ledger, epoch=self._epoch)
        self.health.flushed_ms, self.health.flush_ms = self._clock.now_ms(), (time.monotonic() - began) * 1000
        self.well()

    def has_landed(self, flush: int) -> bool:
        return self._writer.has_landed(flush)

    def well(self) -> None:
        self.health.failing_since_ms, self.health.error = None, ""
        self._warning.over("results are written again")

    def failed(self, error: Exception, waiting: int) -> None:
        self.health.failing_since_ms = self.health.failing_since_ms or self._clock.now_ms()
        self.health.error = sentence_of(error)
        self._warning.warn("results cannot be written (%s); %d wait", self.health.error, waiting)

    def hangs(self, for_s: float) -> None:
        """Nothing failed, and nothing comes back: whoever writes has not come round for so long."""
        if for_s > NOT_ROUND_S and self.health.failing_since_ms is None:
            self.health.failing_since_ms = self._clock.now_ms() - int(for_s * 1000)
            self.health.error = "the thread that writes hangs"
            log.error("the thread that writes has not come round for %.0f s", for_s)


def is_empty(ledger: Ledger) -> bool:
    return not any(getattr(ledger, name) for name in Ledger.__slots__)
