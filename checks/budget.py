"""Calls beside the plan: what a vendor's budget keeps for retries and manual runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

SPARE_SHARE: Final = 0.2  # kept for retries and manual runs
_LEAST_SPARE: Final = 3.0  # calls: enough to confirm one failure


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
