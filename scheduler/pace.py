"""How the prober keeps up: runs, and how late each of the last minutes began. The system page and /metrics show it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from core.percentile import nearest_rank

LOOKED_BACK_MS: Final = 300_000
KEPT: Final = 20_000  # runs; of more than that in five minutes the newest


@dataclass(slots=True)
class Pace:
    """Written by the event loop, read by any thread."""

    in_flight: int = 0
    runs: int = 0
    _late: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=KEPT))  # began at (ms), late by (ms)

    def note(self, begun_ms: int, late_ms: int) -> None:
        """One run began; waiting for a place at its vendor is no lateness."""
        self.runs += 1
        self._late.append((begun_ms, late_ms))

    def late_ms(self, now_ms: int, *percents: int) -> tuple[int | None, ...]:
        """Percentiles of how late the runs of the last five minutes began; None where there was none."""
        recent = [late for begun, late in self._late.copy() if now_ms - begun <= LOOKED_BACK_MS]
        return tuple(nearest_rank(recent, percent) for percent in percents)
