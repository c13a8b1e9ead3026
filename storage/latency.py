"""The percentiles of the wall: of 24 hours anew with every fold, of 7, 30 and 90 days once an hour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.histogram import Histogram
from storage.codes import DAY_MS, HOUR_MS

HOURS: Final = 24
LONG_DAYS: Final = (7, 30, 90)
PERCENT: Final = 95

Long = tuple[int | None, int | None, int | None]


class Latency:
    """One check's or integration's. What is over is merged once; only the hour that runs is added each time."""

    def __init__(self) -> None:
        self.loaded = False
        self._hours: dict[int, Histogram] = {}
        self._over: Histogram | None = None  # the closed hours, merged
        self._over_until_ms = 0
        self._over_counts: dict[int, int] = {}
        self._line: list[int | None] = []
        self.long: Long = (None, None, None)
        self.long_due_ms = 0

    def load(self, hours: Mapping[int, Histogram]) -> None:
        """The hours of the last day, by their start."""
        self._hours = dict(hours)
        self._over, self.loaded = None, True

    def set_hour(self, hour_ms: int, histogram: Histogram) -> None:
        """An hour as it is now."""
        self._hours[hour_ms] = histogram
        if hour_ms < self._over_until_ms and histogram.count != self._over_counts.get(hour_ms, 0):
            self._over = None

    def day(self, now_ms: int) -> tuple[int | None, tuple[int | None, ...]]:
        """The p95 of 24 hours, and that of each of them, oldest first."""
        hour = now_ms // HOUR_MS * HOUR_MS
        if self._over is None or self._over_until_ms != hour:
            self._merge_until(hour)
        running = self._hours.get(hour, Histogram())
        whole = Histogram()
        whole.merge(self._over or Histogram())
        whole.merge(running)
        return whole.quantile(PERCENT), (*self._line, running.quantile(PERCENT))

    def _merge_until(self, hour_ms: int) -> None:
        first = hour_ms - (HOURS - 1) * HOUR_MS
        self._hours = {start: histogram for start, histogram in self._hours.items() if start >= first}
        self._over, self._over_until_ms = Histogram(), hour_ms
        for start in range(first, hour_ms, HOUR_MS):
            self._over.merge(self._hours.get(start, Histogram()))
        self._over_counts = {start: histogram.count for start, histogram in self._hours.items()}
        self._line = [self._hours.get(start, Histogram()).quantile(PERCENT) for start in range(first, hour_ms, HOUR_MS)]

    def count_days(self, days: Mapping[int, Histogram], now_ms: int) -> None:
        """The long windows from whole UTC days, by their start; due again in an hour."""
        found: dict[int, int | None] = {}
        today, whole = now_ms // DAY_MS * DAY_MS, Histogram()
        for start in sorted(days, reverse=True):
            whole.merge(days[start])
            age = (today - start) // DAY_MS + 1
            found |= {length: whole.quantile(PERCENT) for length in LONG_DAYS if age <= length}
        self.long = (found.get(LONG_DAYS[0]), found.get(LONG_DAYS[1]), found.get(LONG_DAYS[2]))
        self.long_due_ms = now_ms + HOUR_MS
