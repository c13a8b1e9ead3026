"""What the worker's memory knows of how it keeps up: lateness, queue, writing, transfers, chores. No look at the database."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from checks.wire import Wire
from core.own_figures import MINUTE_MS, OwnFigures
from scheduler.cadence import Cadence
from scheduler.chores import Chores
from scheduler.clock import Clock
from scheduler.pace import LOOKED_BACK_MS
from scheduler.prober import Heard, Prober
from scheduler.recorder import Recorder

FOLD: Final = "the fold"
PACKING: Final = "packing"
HISTORY: Final = 60  # minutes of lateness, for the system page


@dataclass
class Gauges:
    """`read` by one thread; `names` are those of checks, `integration/check`."""

    clock: Clock
    recorder: Recorder
    prober: Prober
    wire: Wire
    chores: Chores
    names: Callable[[], Mapping[int, str]]
    lateness: deque[tuple[int, int | None]] = field(default_factory=lambda: deque(maxlen=HISTORY))  # minute (ms), p99 then

    def __post_init__(self) -> None:
        self._cadence = Cadence()
        self._lags: deque[tuple[int, int]] = deque()  # at (ms), lag (ms)
        self._lost: tuple[int, int | None] = (0, None)  # how many, and when the newest was noticed

    def heard(self, results: Sequence[Heard]) -> None:
        """What was recorded; from the recorder's thread."""
        self._cadence.heard(results)

    def read(self, now_ms: int) -> OwnFigures:
        usual, worst = self.prober.pace.late_ms(now_ms, 50, 99)
        self._note(now_ms, worst)
        due, due_ms = self.prober.behind()
        return OwnFigures(
            lateness_p50_ms=usual,
            lateness_p99_ms=worst,
            due=due,
            due_ms=due_ms,
            waiting=self.wire.slots.waiting,
            pending=self.recorder.waiting,
            writer_lag_ms=self.recorder.lag_ms,
            lost=self._lost[0],
            lost_age_ms=None if self._lost[1] is None else now_ms - self._lost[1],
            slowed=self._cadence.slowed(self.recorder.memory, self.names(), now_ms),
            transfer_lag_ms=max((lag for _, lag in self._lags), default=0),
            fold_age_ms=self.chores.age_ms(FOLD),
            pack_age_ms=self.chores.age_ms(PACKING),
        )

    def _note(self, now_ms: int, late_ms: int | None) -> None:
        """What is over by the next look: the worst lag, when results were lost, how late a minute was."""
        self._lags.append((now_ms, round(self.wire.lag_since_asked_s() * 1000)))
        while now_ms - self._lags[0][0] > LOOKED_BACK_MS:
            self._lags.popleft()
        lost = self.recorder.health.lost
        if lost != self._lost[0]:
            self._lost = (lost, now_ms)
        minute_ms = now_ms // MINUTE_MS * MINUTE_MS
        if self.lateness and self.lateness[-1][0] == minute_ms:
            self.lateness.pop()
        self.lateness.append((minute_ms, late_ms))
