"""Percentiles by nearest rank: a value that was really measured, never an average of percentiles."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from core.exact import Number, share


def rank(count: int, percent: Number) -> int:
    """Which of `count` values in order is the percentile, from 1: ceil(percent / 100 x count); 0 of nothing."""
    return max(1, ceil(share(percent) * count)) if count else 0


def nearest_rank(values: Iterable[int], percent: Number) -> int | None:
    """The percentile of `values` in any order; None of nothing."""
    ordered = sorted(values)
    return ordered[rank(len(ordered), percent) - 1] if ordered else None
