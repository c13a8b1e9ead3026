"""The one thread that changes state: results are judged when they are written, and requests, timers and new plans go through it too."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from core.health import ProbeResult
from core.ledger import Ledger
from core.voices import Round
from scheduler import judge as judging
from scheduler.clock import Clock
from scheduler.memory import Memory
from scheduler.prober import Heard
from scheduler.seldom import Seldom
from storage.engine import Database
from storage.faults import NO_ANSWER, REFUSED, Fenced, sentence_of
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
        self._put_at: dict[int, float] = {}  # since when a result waits, by its identity
        self._stopping = False
        self._ticked = self._looked = 0.0
        self._lock = threading.RLock()  # the memory's
        self._warning = Seldom(log)
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
                self._put_at.pop(id(self._pending.pop(0)), None)
                self.health.lost += 1
            self._pending.append(heard)
            self._put_at[id(heard)] = time.monotonic()
            if len(self._pending) >= FLUSH_ROWS:
                self._turn.notify()

    @property
    def waiting(self) -> int:
        """How many results are not on disk yet. From any thread."""
        return len(self._pending)

    @property
    def lag_ms(self) -> int:
        """How long the oldest result that waits has waited. From any thread."""
        with self._turn:
            return int(self._waited_s() * 1000)

    def _waited_s(self) -> float:
        if not self._pending:
            return 0.0
        now = time.monotonic()
        return now - self._put_at.get(id(self._pending[0]), now - FLUSH_MS / 1000)

    def change(self, step: Step) -> Ledger:
        """One step of the judge, written and taken over. Raises what the writer raises; then nothing has changed."""
        with self._lock:
            ledger, memory = step(self.memory, self.clock.now_ms())
            self._commit(ledger)
            self.memory = memory
        self._tell(ledger, memory, ())
        return ledger

    def _run(self) -> None:
        while not (self._stopping and not self._pending):
            with self._turn:
                if not self._is_due():
                    self._turn.wait(LOOK_S / 5)
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
        now = time.monotonic()
        if self._stopping or self._is_due():
            self._flush()
        if now - self._looked >= LOOK_S and not self._stopping:
            self._looked = now
            self.audience.idle(self.clock.now_ms())
        if now - self._ticked >= TICK_S and not self._stopping:
            self._ticked = now
            self.audience.tick(self.clock.now_ms())
            if not self._pending:
                self.health.failing_since_ms, self.health.error = None, ""

    def _is_due(self) -> bool:
        return len(self._pending) >= FLUSH_ROWS or self._waited_s() >= FLUSH_MS / 1000

    def _flush(self) -> None:
        with self._turn:
            taken = sorted(self._pending[:MOST_ROWS], key=lambda heard: heard.result.edge_ms)
        if not taken:
            return
        try:
            self._take(taken)
        except Exception as error:
            if not _is_poison(error):
                raise
            log.exception("a batch cannot be judged or written: its results are tried one by one")
            self._take_apart(taken)

    def _take(self, taken: Sequence[Heard]) -> None:
        """Judge, write, take over, and only then let go of the results."""
        with self._lock:
            ledger, memory = judging.judge(self.memory, [heard.result for heard in taken], self.clock.now_ms(), rounds_of(taken))
            self._commit(ledger)
            self.memory = memory
        self._let_go(taken)
        self._tell(ledger, memory, taken)

    def _take_apart(self, taken: Sequence[Heard]) -> None:
        """What our own judge or the database cannot take even alone is dropped, counted and reported."""
        for heard in taken:
            try:
                self._take([heard])
            except Exception as error:
                if not _is_poison(error):
                    raise
                self._let_go([heard])
                self.health.lost += 1
                log.exception("a result of check %d was lost to a bug of ours", heard.result.check)

    def _let_go(self, taken: Sequence[Heard]) -> None:
        with self._turn:
            gone = set(map(id, taken))
            self._pending = [heard for heard in self._pending if id(heard) not in gone]
            for ident in gone:
                self._put_at.pop(ident, None)
            self.health.pending = len(self._pending)

    def _tell(self, ledger: Ledger, memory: Memory, taken: Sequence[Heard]) -> None:
        """It is on disk, whatever becomes of it now: a bug here must not have it judged twice."""
        try:
            self.audience.committed(ledger, memory, taken)
        except (Fenced, *NO_ANSWER, OSError):
            raise
        except Exception:
            log.exception("what was committed could not be passed on")

    def _commit(self, ledger: Ledger) -> None:
        if is_empty(ledger):
            return
        began = time.monotonic()
        self._writer.commit(ledger, epoch=self.epoch)
        self.health.flushed_ms, self.health.flush_ms = self.clock.now_ms(), (time.monotonic() - began) * 1000
        self.health.failing_since_ms, self.health.error = None, ""
        self._warning.over("results are written again")

    def _failed(self, error: Exception) -> None:
        """Nothing was written: everything waits, in bounds, and is judged again from the same memory."""
        self.health.failing_since_ms = self.health.failing_since_ms or self.clock.now_ms()
        self.health.error = sentence_of(error)
        self._warning.warn("results cannot be written (%s); %d wait", self.health.error, len(self._pending))
        with self._turn:
            self.health.pending = len(self._pending)
            self._turn.wait_for(lambda: self._stopping, RETRY_S)  # results that come in do not hurry it


def _is_poison(error: Exception) -> bool:
    """Trying it again would not help: a bug of ours, or a value that the database refuses."""
    return isinstance(error, REFUSED) or not isinstance(error, (Fenced, *NO_ANSWER, OSError))


def rounds_of(heard: Sequence[Heard]) -> Mapping[judging.ResultKey, Round]:
    return {key_of(one.result): one.round for one in heard if one.round is not None}


def key_of(result: ProbeResult) -> judging.ResultKey:
    return result.check, result.location, result.at_ms


def is_empty(ledger: Ledger) -> bool:
    return not any(getattr(ledger, name) for name in Ledger.__slots__)
