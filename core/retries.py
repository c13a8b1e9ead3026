"""A schedule of retries, as delays one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate


def cumulative(delays_s: Iterable[int]) -> list[int]:
    """Seconds from the start to each attempt."""
    return list(accumulate(delays_s))


def clock(seconds: int) -> str:
    """`75:35:05`: hours go on beyond a day."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"
