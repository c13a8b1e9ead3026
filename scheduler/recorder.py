"""The one thread that changes state: results are judged when they are written, and requests, timers and new plans go through it too."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol

from core.health import ProbeResult
from core.ledger import Ledger
from core.voices import Round
from scheduler import judge as judging
from scheduler.clock import Clock
from scheduler.memory import Memory
from scheduler.prober import Heard
from storage.engine import Database
from storage.faults import NO_ANSWER, Fenced
from storage.writer import Writer

FLUSH_MS: Final = 250
FLUSH_ROWS: Final = 100
MOST_ROWS: Final = 2_000  # of one transaction: the write lock is held for some milliseconds
BUFFER: Final = 100_000  # results that may wait for a database that cannot be written
TICK_S: Final = 1.0
LOOK_S: Final = 0.25
RETRY_S: Final = 0.5

log = logging.getLogger(__name__)

Step = Callable[[Memory, int], tuple[Ledger, Memory]]


class Audience(Protocol):
    """Who is told of what was committed; called in the recorder's thread."""

    def committed(self, ledger: Ledger, memory: Memory, heard: Sequence[Heard]) -> None: ...
    def idle(self, now_ms: int) -> None:
        """Four times a second: look for requests of people."""

    def tick(self, now_ms: int) -> None:
        """Once a second: what time alone brings."""


@dataclass(slots=True)
class Health:
    """How writing goes; beats carry it to the page and /healthz."""

    pending: int = 0
    flushed_ms: int = 0  # the newest commit
    flush_ms: float = 0.0  # how long the newest one took
    failing_since_ms: int | None = None
    error: str = ""
    lost: int = 0  # results that fell out of the full buffer: their time is unknown


@dataclass
class Recorder:
    """`put` results from any thread; `change` runs a step on the memory and returns when it is on disk."""

    db: Database
    epoch: int
    clock: Clock
    memory: Memory
    audience: Audience
    health: Health = field(default_factory=Health)

    def __post_init__(self) -> None:
        self._writer = Writer(self.db)
        self._turn = threading.Condition()
        self._pending: list[Heard] = []
        self._oldest: float | None = None
        self._stopping = False
        self._lock = threading.RLock()  # the memory's
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self.fenced = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Flush what waits, then end."""
        with self._turn:
            self._stopping = True
            self._turn.notify()
        self._thread.join(15)

    def put(self, heard: Heard) -> None:
        with self._turn:
            if len(self._pending) >= BUFFER:
                self._pending.pop(0)
                self.health.lost += 1
            self._pending.append(heard)
            self._oldest = self._oldest or time.monotonic()
            if len(self._pending) >= FLUSH_ROWS:
                self._turn.notify()

    def change(self, step: Step) -> Ledger:
        """One step of the judge, written and taken over. Raises what the writer raises; then nothing has changed."""
        with self._lock:
            ledger, memory = step(self.memory, self.clock.now_ms())
            self._commit(ledger)
            self.memory = memory
        self.audience.committed(ledger, memory, ())
        return ledger

    def _run(self) -> None:
        ticked = looked = 0.0
        while not (self._stopping and not self._pending):
            with self._turn:
                if not self._is_due():
                    self._turn.wait(LOOK_S / 5)
                due = self._is_due()
            now = time.monotonic()
            try:
                if due or self._stopping:
                    self._flush()
                if now - looked >= LOOK_S and not self._stopping:
                    looked = now
                    self.audience.idle(self.clock.now_ms())
                if now - ticked >= TICK_S and not self._stopping:
                    ticked = now
                    self.audience.tick(self.clock.now_ms())
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
                self._set_aside_poison()

    def _is_due(self) -> bool:
        aged = self._oldest is not None and time.monotonic() - self._oldest >= FLUSH_MS / 1000
        return len(self._pending) >= FLUSH_ROWS or aged

    def _flush(self) -> None:
        with self._turn:
            taken = self._pending[:MOST_ROWS]
        if not taken:
            return
        taken.sort(key=lambda heard: heard.result.edge_ms)
        with self._lock:
            ledger, memory = judging.judge(self.memory, [heard.result for heard in taken], self.clock.now_ms(), rounds_of(taken))
            self._commit(ledger)
            self.memory = memory
        with self._turn:
            gone = set(map(id, taken))
            self._pending = [heard for heard in self._pending if id(heard) not in gone]
            self._oldest = time.monotonic() if self._pending else None
            self.health.pending = len(self._pending)
        self.audience.committed(ledger, memory, taken)

    def _commit(self, ledger: Ledger) -> None:
        if is_empty(ledger):
            return
        began = time.monotonic()
        self._writer.commit(ledger, epoch=self.epoch)
        self.health.flushed_ms, self.health.flush_ms = self.clock.now_ms(), (time.monotonic() - began) * 1000
        self.health.failing_since_ms, self.health.error = None, ""

    def _failed(self, error: Exception) -> None:
        """Nothing was written: everything waits, in bounds, and is judged again from the same memory."""
        self.health.failing_since_ms = self.health.failing_since_ms or self.clock.now_ms()
        self.health.error = str(getattr(error, "orig", None) or error).splitlines()[0][:200]
        log.warning("results cannot be written (%s); %d wait", self.health.error, len(self._pending))
        with self._turn:
            self.health.pending = len(self._pending)
            self._turn.wait(RETRY_S)

    def _set_aside_poison(self) -> None:
        """A batch that our own judge cannot take is tried one by one; what still fails is dropped, counted and reported."""
        with self._turn:
            taken, self._pending, self._oldest = self._pending[:MOST_ROWS], self._pending[MOST_ROWS:], None
        for heard in sorted(taken, key=lambda one: one.result.edge_ms):
            try:
                self.change(partial(_judge_one, heard))
            except (*NO_ANSWER, OSError):
                self.put(heard)
            except Exception:
                self.health.lost += 1
                log.exception("a result of check %d was lost to a bug of ours", heard.result.check)


def _judge_one(heard: Heard, memory: Memory, now_ms: int) -> tuple[Ledger, Memory]:
    return judging.judge(memory, [heard.result], now_ms, rounds_of([heard]))


def rounds_of(heard: Sequence[Heard]) -> Mapping[judging.ResultKey, Round]:
    return {key_of(one.result): one.round for one in heard if one.round is not None}


def key_of(result: ProbeResult) -> judging.ResultKey:
    return result.check, result.location, result.at_ms


def is_empty(ledger: Ledger) -> bool:
    return not any(getattr(ledger, name) for name in Ledger.__slots__)
