"""Whether a plan fits what a vendor lets us ask: intervals nobody chose are stretched, chosen ones that do not fit are refused."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from config.problems import Complaint, Path
from core.durations import format_duration

KEPT_FREE: Final = 0.2  # of the call budget, for retries and manual runs
PER_ORIGIN: Final = 4  # requests at once
LONGEST_MS: Final = 3_600_000  # a check stretched beyond an hour is none


@dataclass(frozen=True, slots=True)
class Demand:
    """What one check asks of its vendor; `chosen` is false where its interval is only a default."""

    path: Path
    interval_ms: int
    timeout_ms: int
    calls: int
    chosen: bool


def fit(demands: Sequence[Demand], calls_per_minute: int | None, vendor: str) -> tuple[float, list[Complaint]]:
    """The factor by which unchosen intervals are stretched (1.0: not at all), and what cannot be made to fit."""
    factor = 1.0
    for weights in _constraints(demands, calls_per_minute):
        free = 1.0 - _load(demands, weights, chosen=True)
        wanted = _load(demands, weights, chosen=False)
        if free < 0 or wanted * _longest(demands) > free * LONGEST_MS:
            return 1.0, [_refusal(demands, weights, vendor)]
        factor = max(factor, wanted / free if wanted else 1.0)
    return factor, []


def stretched(interval_ms: int, factor: float) -> int:
    """The interval in whole seconds, rounded up."""
    return interval_ms if factor <= 1.0 else math.ceil(interval_ms * factor / 1_000) * 1_000


def _constraints(demands: Sequence[Demand], calls_per_minute: int | None) -> Iterable[list[float]]:
    """Per constraint the interval in ms at which each check alone would use all of it."""
    if calls_per_minute is not None:
        yield [demand.calls * 60_000 / (calls_per_minute * (1 - KEPT_FREE)) for demand in demands]
    yield [demand.timeout_ms / PER_ORIGIN for demand in demands]  # at worst every one of them times out


def _load(demands: Sequence[Demand], weights: Sequence[float], *, chosen: bool) -> float:
    return sum(weight / demand.interval_ms for demand, weight in zip(demands, weights, strict=True) if demand.chosen is chosen)


def _longest(demands: Sequence[Demand]) -> int:
    return max((demand.interval_ms for demand in demands if not demand.chosen), default=0)


def _refusal(demands: Sequence[Demand], weights: Sequence[float], vendor: str) -> Complaint:
    """Laid at the first chosen interval, in the file's order, with which the plan no longer fits; if none is chosen, at the last check."""
    used, culprit = 0.0, demands[-1]
    for demand, weight in zip(demands, weights, strict=True):
        if demand.chosen and used <= 1.0:
            used, culprit = used + weight / demand.interval_ms, demand
    fits = format_duration(math.ceil(sum(weights) / 1_000) * 1_000)
    message = f"{vendor} would be asked more often than it may be: {fits} for each of its {len(demands)} checks fits"
    return Complaint((*culprit.path, "interval"), message)
