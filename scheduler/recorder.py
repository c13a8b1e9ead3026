"""The one thread that changes state: results are judged when they are written, and requests, timers and new plans go through it too."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from typing import Final

from core.ledger import Ledger
from scheduler.buffer import Buffer
from scheduler.clock import Clock
from scheduler.commits import Health
from scheduler.memory import Memory
from scheduler.prober import Heard
from scheduler.steps import Audience, Step, Steps
from storage.engine import Database
from storage.faults import NO_ANSWER, REFUSED, Fenced

TICK_S: Final = 1.0
LOOK_S: Final = 0.25
RETRY_S: Final = 0.5

log = logging.getLogger(__name__)


class Recorder:
    """`put` results from any thread; `change` runs a step on the memory and returns when it is on disk."""

    def __init__(self, db: Database, epoch: int, clock: Clock, memory: Memory, audience: Audience) -> None:
        self.epoch, self.clock = epoch, clock
        self._audience = audience
        self._buffer = Buffer()
        self._steps = Steps(db, epoch, clock, memory, audience, self._buffer)
        self._stopping = False
        self._ticked = self._looked = 0.0
        self._round_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    def start(self) -> None:
        self._came_round()
        self._thread.start()

    def stop(self) -> None:
        """Flush what waits, then end."""
        self._stopping = True
        self._buffer.wake()
        self._thread.join(15)

    def put(self, heard: Heard) -> None:
        if self._buffer.put(heard):
            self.health.lost += 1

    def change(self, step: Step) -> Ledger:
        """One step of the judge, written and taken over. Raises what the writer raises; then nothing has changed."""
        return self._steps.change(step)

    @property
    def memory(self) -> Memory:
        return self._steps.memory

    @memory.setter
    def memory(self, memory: Memory) -> None:
        """What was read from the database, before anything is recorded."""
        self._steps.memory = memory

    @property
    def fenced(self) -> threading.Event:
        """Set when another worker leads, or may: nothing more is written."""
        return self._steps.fenced

    @property
    def health(self) -> Health:
        return self._steps.commits.health

    @property
    def waiting(self) -> int:
        """How many results are not on disk yet. From any thread."""
        return len(self._buffer)

    @property
    def lag_ms(self) -> int:
        """How long the oldest result that waits has waited. From any thread."""
        return int(self._buffer.waited_s * 1000)

    @property
    def broke(self) -> bool:
        """Whether its thread ended by a bug of ours."""
        begun = self._thread.ident is not None
        return begun and not (self._thread.is_alive() or self._stopping or self.fenced.is_set())

    def hangs_s(self) -> float:
        """For how long its thread has not come round, which its health then says; 0 where it is not at work. From any thread."""
        hanging_s = time.monotonic() - self._round_at if self._thread.is_alive() else 0.0
        self._steps.commits.hangs(hanging_s)
        return hanging_s

    def _run(self) -> None:
        while not (self._stopping and not self._buffer):
            self._buffer.wait_until_due(LOOK_S / 5)
            try:
                self._round()
            except Fenced:
                log.error("another worker leads: this one stops")
                self.fenced.set()
                return
            except (*NO_ANSWER, OSError) as error:
                self._failed(error)
                if self._stopping:
                    return
            except Exception:
                log.exception("the recorder met a bug of ours")

    def _round(self) -> None:
        """Write what is due; then, in their own time, requests and timers."""
        now = self._came_round()
        self._steps.settle()
        if self._stopping or self._buffer.is_due:
            self._flush()
        if now - self._looked >= LOOK_S and not self._stopping:
            self._looked = self._came_round()
            self._audience.idle(self.clock.now_ms())
        if now - self._ticked >= TICK_S and not self._stopping:
            self._ticked = self._came_round()
            self._audience.tick(self.clock.now_ms())
            if not self._buffer:
                self._steps.commits.well()

    def _came_round(self) -> float:
        self._round_at = time.monotonic()
        return self._round_at

    def _flush(self) -> None:
        if not (taken := self._buffer.batch()):
            return
        try:
            self._steps.take(taken)
        except Exception as error:
            if not _is_poison(error):
                raise
            log.exception("a batch cannot be judged or written: its results are tried one by one")
            self._take_apart(taken)

    def _take_apart(self, taken: Sequence[Heard]) -> None:
        """What our own judge or the database cannot take even alone is dropped, counted and reported."""
        for heard in taken:
            try:
                self._steps.take([heard])
            except Exception as error:
                if not _is_poison(error):
                    raise
                self._buffer.let_go([heard])
                self.health.lost += 1
                log.exception("a result of check %d was lost to a bug of ours", heard.result.check)

    def _failed(self, error: Exception) -> None:
        """Nothing was written: everything waits, in bounds, and is judged again from the same memory."""
        self._came_round()
        self._steps.commits.failed(error, len(self._buffer))
        self._buffer.wait(RETRY_S, lambda: self._stopping)  # results that come in do not hurry it


def _is_poison(error: Exception) -> bool:
    """Trying it again would not help: a bug of ours, or a value that the database refuses."""
    return isinstance(error, REFUSED) or not isinstance(error, (Fenced, *NO_ANSWER, OSError))
