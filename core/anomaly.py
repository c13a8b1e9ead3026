"""Whether a latency is unusual: against its own moving average, or against the same hour of earlier weeks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Final

from core.exact import Number, exact

WARMUP: Final = 5
NORMAL: Final = Fraction(14_826, 10_000)  # 1 / Phi^-1(3/4): makes the MAD of a normal distribution its deviation


@dataclass(frozen=True, slots=True)
class MovingAverage:
    """Exponentially weighted mean and variance, and which values of a series did not fit (they change nothing)."""

    mean: float | None
    variance: float | None
    flagged: tuple[int, ...]  # indexes


@dataclass(frozen=True, slots=True)
class Seasonal:
    """One value against its history; None and False where there is no history."""

    median: Fraction | None
    mad: Fraction | None  # median absolute deviation
    limit: Fraction | None
    anomalous: bool


def moving_average(series: Iterable[float], alpha: float, k: float, floor: float, warmup: int = WARMUP) -> MovingAverage:
    """Flags a value further than max(k deviations, `floor`) from the mean, once `warmup` values were seen."""
    mean: float | None = None
    variance, flagged = 0.0, []
    for index, value in enumerate(series):
        if mean is None:
            mean = float(value)
            continue
        off = value - mean
        if index >= warmup and abs(off) > max(k * sqrt(variance), floor):
            flagged.append(index)
            continue
        mean += alpha * off
        variance = (1 - alpha) * (variance + alpha * off * off)
    return MovingAverage(mean, None if mean is None else variance, tuple(flagged))


def seasonal(history: Sequence[Number], value: Number, k: Number, floor: Number) -> Seasonal:
    """Anomalous above median + max(k x 1.4826 x MAD, `floor`): one-sided, fast is no trouble."""
    if not history:
        return Seasonal(None, None, None, anomalous=False)
    values = [exact(past) for past in history]
    middle = median(values)
    mad = median([abs(past - middle) for past in values])
    limit = middle + max(exact(k) * NORMAL * mad, exact(floor))
    return Seasonal(middle, mad, limit, exact(value) > limit)


def median(values: Sequence[Fraction]) -> Fraction:
    """The mean of the two in the middle of an even number. `values` must not be empty."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
