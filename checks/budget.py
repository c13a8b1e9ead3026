"""How often a vendor may be asked: intervals that fit its call budget and its places, and how long to wait when told to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from checks.slots import MOST_PER_ORIGIN
from core.durations import format_duration
from core.health import Cause, Outcome

PLANNED_SHARE: Final = 0.8
SPARE_SHARE: Final = 0.2  # kept for retries and manual runs
MOST_STRETCH: Final = 10.0
_LEAST_SPARE: Final = 3.0  # calls: enough to confirm one failure


@dataclass(frozen=True, slots=True)
class Demand:
    """What one planned check asks of its vendor. `calls` is per run; `origin` is where its places are."""

    key: str
    interval_ms: int
    timeout_ms: int
    calls: int = 1
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """Intervals by key, stretched where the budget wants it; `refusal` is a sentence where no sensible stretch is enough."""

    intervals_ms: Mapping[str, int]
    factor: float = 1.0
    refusal: str | None = None

    @property
    def stretched(self) -> bool:
        return self.factor > 1.0


def plan_fits(demands: Sequence[Demand], calls_per_minute: float, most_per_origin: int = MOST_PER_ORIGIN) -> Fit:
    """All checks of one provider together. Nothing is dropped: every interval grows by the same factor."""
    used = sum(60_000 * demand.calls / demand.interval_ms for demand in demands)
    factor = max(1.0, used / (PLANNED_SHARE * calls_per_minute))
    intervals = {demand.key: _stretched(demand.interval_ms, factor) for demand in demands}
    return Fit(intervals, factor, _refusal(demands, intervals, factor, calls_per_minute, most_per_origin))


def _refusal(
    demands: Sequence[Demand], intervals: Mapping[str, int], factor: float, calls_per_minute: float, most_per_origin: int
) -> str | None:
    if factor > MOST_STRETCH:
        fits = format_duration(max(intervals.values()))
        return f"{len(demands)} checks do not fit {calls_per_minute:g} calls a minute; an interval of {fits} would"
    for origin in sorted({demand.origin for demand in demands}):
        here = [demand for demand in demands if demand.origin == origin]
        busy = sum(demand.timeout_ms / intervals[demand.key] for demand in here)
        if busy > most_per_origin:
            fits = format_duration(max(_stretched(intervals[demand.key], busy / most_per_origin) for demand in here))
            return f"{len(here)} checks do not fit {most_per_origin} places at {origin or 'one origin'}; an interval of {fits} would"
    return None


def _stretched(interval_ms: int, factor: float) -> int:
    """Whole seconds, never less than wanted."""
    return interval_ms if factor <= 1.0 else ceil(interval_ms * factor / 1000 - 1e-9) * 1000


class Spare:
    """What each provider's budget keeps for retries and manual runs: a bucket that fills with a fifth of its calls."""

    def __init__(self, calls_per_minute: Mapping[str, float], monotonic: Callable[[], float]) -> None:
        self._rates = {provider: calls * SPARE_SHARE / 60 for provider, calls in calls_per_minute.items()}
        self._monotonic = monotonic
        self._levels: dict[str, tuple[float, float]] = {}

    def left(self, provider: str) -> float:
        """Calls that may be made now beside the plan. A provider without a budget has no end of them."""
        if provider not in self._rates:
            return float("inf")
        rate, now = self._rates[provider], self._monotonic()
        most = max(_LEAST_SPARE, 60 * rate)
        level, at = self._levels.get(provider, (most, now))
        return min(most, level + (now - at) * rate)

    def take(self, provider: str, calls: int = 1) -> bool:
        """False: none left; the check is asked at its interval, and the page says that the guarantee is suspended."""
        left = self.left(provider)
        if left < calls - 1e-9:
            return False
        self._levels[provider] = (left - calls, self._monotonic())
        return True


def gap_after(outcome: Outcome, planned_ms: int, interval_ms: int) -> int:
    """Milliseconds to the next run where the vendor said when to come back (Retry-After).

    Obeyed in full for `quota`. After a server error it delays by at most one interval: asking stops for nobody's outage.
    """
    wanted_ms = ceil((outcome.retry_after_s or 0.0) * 1000)
    if outcome.cause is Cause.QUOTA:
        return max(planned_ms, wanted_ms)
    if outcome.cause is Cause.SERVER_ERROR:
        return max(planned_ms, min(wanted_ms, interval_ms))
    return planned_ms
