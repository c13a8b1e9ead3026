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


def difference(left: Sequence[Interval], right: Sequence[Interval]) -> list[Interval]:
    """Of two unions: what of the left no interval of the right covers; linear."""
    rest: list[Interval] = []
    j = 0
    for start, end in left:
        while j < len(right) and right[j][1] <= start:
            j += 1
        k = j
        while k < len(right) and right[k][0] < end:
            if right[k][0] > start:
                rest.append((start, right[k][0]))
            start = max(start, right[k][1])
            k += 1
        if start < end:
            rest.append((start, end))
    return rest
