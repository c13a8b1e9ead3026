"""Sets of half-open intervals of integers: union, intersection, difference, length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Interval = tuple[int, int]


def union(intervals: Iterable[Sequence[int]]) -> list[Interval]:
    """Overlapping and adjacent intervals joined, in order; empty ones dropped."""
    joined: list[Interval] = []
    for start, end in sorted((start, end) for start, end in intervals if end > start):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def clip(intervals: Iterable[Sequence[int]], start: int, end: int) -> list[Interval]:
    """The union within [start, end)."""
    return union((max(low, start), min(high, end)) for low, high in intervals)


def intersection(left: Sequence[Interval], right: Sequence[Interval]) -> list[Interval]:
    """Of two unions; linear."""
    common: list[Interval] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            common.append((start, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return common


def length(intervals: Iterable[Interval]) -> int:
    """Of a union: the sum without counting anything twice."""
    return sum(end - start for start, end in intervals)
