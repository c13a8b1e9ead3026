"""The worker's clock: one wall reading plus monotonic time, so that times only grow, whatever is done to the machine's clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

TOLERANCE_MS = 500  # below this the two clocks merely drift; taking it up would only add noise
READINGS = 5  # at most, until both clocks were read within a millisecond


@dataclass(frozen=True, slots=True)
class Step:
    """The machine's clock was changed by `by_ms` (negative: back), seen at `at_ms`."""

    at_ms: int
    by_ms: int


class Clock:
    """Milliseconds UTC that never run backwards.

    A step forward (a suspended laptop, a corrected clock) is taken up at once. A step back is waited out: time runs at
    half speed until the machine's clock has caught up, so that no instant is used twice and checks go on meanwhile.
    `floor_ms` is the newest instant already on record: a restart does not go behind it.
    """

    def __init__(
        self, *, floor_ms: int = 0, wall_ms: Callable[[], int] | None = None, monotonic_ms: Callable[[], int] | None = None
    ) -> None:
        self._wall = wall_ms or (lambda: time.time_ns() // 1_000_000)
        self._monotonic = monotonic_ms or (lambda: time.monotonic_ns() // 1_000_000)
        self._seen, wall = self._together()
        self._now = max(wall, floor_ms)
        self._offset = self._now - wall  # how far we are ahead of the machine's clock
        self._halves = 0
        self._turn = threading.Lock()  # many threads ask, and each moves it on
        self.steps: list[Step] = []
        if self._offset > TOLERANCE_MS:
            self.steps.append(Step(self._now, -self._offset))

    def now_ms(self) -> int:
        """The present instant; at least the one returned before. From any thread."""
        with self._turn:
            return self._moved_on()

    def _moved_on(self) -> int:
        seen, wall = self._together()
        passed, self._seen = seen - self._seen, seen
        ahead = self._now + passed - wall
        if not self._offset and -TOLERANCE_MS <= ahead <= TOLERANCE_MS:  # nearly always, and it is asked all the time
            self._now += passed
            return self._now
        self._note(ahead)
        if ahead < -TOLERANCE_MS:
            self._now = wall
        elif self._waiting:
            self._now += self._slowed(passed, ahead)
        else:
            self._now += passed
        return self._now

    def _together(self) -> tuple[int, int]:
        """Monotonic and wall, of one instant: a process that was made to wait between the two would be as much ahead from then on."""
        for _ in range(READINGS):
            before, wall, after = self._monotonic(), self._wall(), self._monotonic()
            if after - before <= 1:
                break
        return after, wall

    @property
    def ahead_ms(self) -> int:
        """How far we still are ahead of the machine's clock after a step back; 0 when the two agree."""
        return max(0, self._now - self._wall()) if self._waiting else 0

    @property
    def _waiting(self) -> bool:
        return self._offset > TOLERANCE_MS

    def _note(self, ahead: int) -> None:
        jump = self._offset - ahead
        if abs(jump) > TOLERANCE_MS:
            self.steps.append(Step(self._now, jump))
            del self.steps[:-20]
        self._offset = ahead if abs(ahead) > TOLERANCE_MS else 0
        if ahead < -TOLERANCE_MS:
            self._offset = 0

    def _slowed(self, passed: int, ahead: int) -> int:
        self._halves += passed
        taken, self._halves = divmod(self._halves, 2)
        self._offset = max(0, ahead - (passed - taken))
        return taken


def utc(ms: int) -> datetime:
    """An aware datetime of `ms` milliseconds since 1970."""
    return datetime.fromtimestamp(ms / 1000, UTC)
