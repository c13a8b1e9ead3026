"""What the schedule of a check guarantees: which outages are found, and how late at most."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from core.day import DAY_MS
from core.durations import format_duration


@dataclass(frozen=True, slots=True)
class Guarantee:
    """In the unit of the arguments; every outage of `found` or more is found, at most `latest` after it starts."""

    found: int  # length from which an outage is always declared
    latest: int  # worst delay from onset to declaration
    earliest: int  # best delay: it starts just before a run, and fails at once
    mean: Fraction  # over all phases, when every run ends in a time-out
    invisible_below: int  # an outage shorter than this may fall between two runs

    @property
    def sentence(self) -> str:
        """For arguments in ms."""
        return f"Every outage of {_said(self.found)} or more is found, at most {_said(self.latest)} after it starts."


def guarantee(interval: int, retry: int, threshold: int, timeout: int, canary: int = 0) -> Guarantee:
    """A run every `interval`; after a failure every `retry` (start to start), until `threshold` in a row have failed.

    `canary` is what the round of canaries adds after the last failure (0: without).
    """
    confirm = (threshold - 1) * retry
    late = confirm + timeout + canary
    return Guarantee(interval + confirm, interval + late, confirm, Fraction(interval, 2) + late, interval)


def runs_per_day(interval_ms: int) -> int:
    """Of a check that never fails."""
    return DAY_MS // interval_ms


def _said(ms: int) -> str:
    """Seconds up to ten minutes, as people say them; longer ones in the short form."""
    return f"{ms / 1000:g} s" if ms <= 600_000 else format_duration(ms)
