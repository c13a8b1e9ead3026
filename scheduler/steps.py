"""The memory, and each step of it: judged, on disk, taken over, told. One at a time, from any thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.health import ProbeResult
from core.ledger import Ledger
from core.voices import Round
from scheduler import judge as judging
from scheduler.buffer import Buffer
from scheduler.clock import Clock
from scheduler.commits import Commits
from scheduler.memory import Memory
from scheduler.prober import Heard
from storage.engine import Database
from storage.faults import NO_ANSWER, Fenced, Unheard

log = logging.getLogger(__name__)

Step = Callable[[Memory, int], tuple[Ledger, Memory]]


class Audience(Protocol):
    """Who is told of what was committed; called in the recorder's thread."""

    def committed(self, ledger: Ledger, memory: Memory, heard: Sequence[Heard]) -> None: ...
    def idle(self, now_ms: int) -> None:
        """Four times a second: look for requests of people."""

    def tick(self, now_ms: int) -> None:
        """Once a second: what time alone brings."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A commit whose end nobody heard: what is taken over once it is known that it happened."""

    flush: int
    ledger: Ledger
    memory: Memory
    taken: Sequence[Heard]


class Steps:
    """`memory` is what the database says too: a step is taken over once it is committed."""

    def __init__(self, db: Database, epoch: int, clock: Clock, memory: Memory, audience: Audience, buffer: Buffer) -> None:
        self.memory = memory
        self.commits = Commits(db, epoch, clock)
        self.fenced = threading.Event()
        self._clock = clock
        self._audience = audience
        self._buffer = buffer
        self._sent: _Sent | None = None
        self._lock = threading.RLock()  # the memory's

    def change(self, step: Step) -> Ledger:
        """One step of the judge, written and taken over. Raises what the writer raises; then nothing has changed."""
        with self._lock:
            self.settle()
            ledger, memory = step(self.memory, self._clock.now_ms())
            self._take_over(ledger, memory, ())
        self._tell(ledger, memory, ())
        return ledger

    def take(self, taken: Sequence[Heard]) -> None:
        """Judge, write, take over, and only then let go of the results."""
        with self._lock:
            self.settle()
            ledger, memory = judging.judge(self.memory, [heard.result for heard in taken], self._clock.now_ms(), rounds_of(taken))
            self._take_over(ledger, memory, taken)
        self._buffer.let_go(taken)
        self._tell(ledger, memory, taken)

    def settle(self) -> None:
        """A commit whose end nobody heard is asked for before anything else: judging it again would tell everything twice."""
        with self._lock:
            if (sent := self._sent) is None:
                return
            landed = self.commits.has_landed(sent.flush)
            self._sent = None
            if landed:
                self.memory = sent.memory
                self._buffer.let_go(sent.taken)
                self._tell(sent.ledger, sent.memory, sent.taken)

    def _take_over(self, ledger: Ledger, memory: Memory, taken: Sequence[Heard]) -> None:
        """The new memory is valid once what led to it is on disk."""
        if self.fenced.is_set():
            raise Fenced("the lead was lost")
        try:
            self.commits.write(ledger)
        except Unheard as unheard:
            self._sent = _Sent(unheard.flush, ledger, memory, taken)
            raise
        self.memory = memory

    def _tell(self, ledger: Ledger, memory: Memory, taken: Sequence[Heard]) -> None:
        """It is on disk, whatever becomes of it now: a bug here must not have it judged twice."""
        try:
            self._audience.committed(ledger, memory, taken)
        except (Fenced, *NO_ANSWER, OSError):
            raise
        except Exception:
            log.exception("what was committed could not be passed on")


def rounds_of(heard: Sequence[Heard]) -> Mapping[judging.ResultKey, Round]:
    return {key_of(one.result): one.round for one in heard if one.round is not None}


def key_of(result: ProbeResult) -> judging.ResultKey:
    return result.check, result.location, result.at_ms
