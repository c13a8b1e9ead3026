"""The availability of what is made of parts: all needed, or any of them enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import prod

from core.exact import Number, exact, ratio


def serial(parts: Iterable[Number]) -> Fraction:
    """All are needed: the product."""
    return prod((exact(part) for part in parts), start=Fraction(1))


def parallel(parts: Iterable[Number]) -> Fraction:
    """Any one is enough, and they fail independently: one minus the product of what is missing."""
    return 1 - prod((1 - exact(part) for part in parts), start=Fraction(1))


def by_requests(intervals: Iterable[Sequence[int]]) -> Fraction | None:
    """1 - bad / total over all (total, bad); None without a request."""
    totals = [(total, bad) for total, bad in intervals]
    errors = ratio(sum(bad for _, bad in totals), sum(total for total, _ in totals))
    return None if errors is None else 1 - errors


def by_mean_error_rate(intervals: Iterable[Sequence[int]]) -> Fraction | None:
    """1 - the mean error rate of the intervals, as Amazon S3 reckons; one without a request has the rate 0."""
    rates = [ratio(bad, total) or Fraction(0) for total, bad in intervals]
    mean = ratio(sum(rates, Fraction(0)), len(rates))
    return None if mean is None else 1 - mean
