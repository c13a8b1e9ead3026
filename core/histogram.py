"""Latencies in fixed logarithmic buckets: what is read is within 1 % of a measured value; histograms add and subtract."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from core.exact import Number
from core.percentile import rank

LONGEST_US: Final = 3_600_000_000  # an hour; what is longer counts as an hour


def _ladder() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The highest value of each bucket, and the value that stands for it.

    A bucket that starts at `low` is stood for by `low + low // 100`, and ends where that would be more than 1 % below:
    whole numbers alone, so that every machine has the same buckets for ever.
    """
    tops, middles = [0], [0]
    while tops[-1] < LONGEST_US:
        low = tops[-1] + 1
        middles.append(low + low // 100)
        tops.append(middles[-1] * 100 // 99)
    return tuple(tops), tuple(middles)


_TOPS, _MIDDLES = _ladder()
_FORM: Final = 1  # first byte of the stored form


class Histogram:
    """Counts per bucket, in microseconds. Mutable: a fold adds to it."""

    __slots__ = ("_counts",)

    def __init__(self, values_us: Iterable[int] = ()) -> None:
        self._counts: dict[int, int] = {}
        self.add_all(values_us)

    def add(self, us: int, count: int = 1) -> None:
        bucket = bisect_left(_TOPS, min(max(us, 0), LONGEST_US))
        self._counts[bucket] = self._counts.get(bucket, 0) + count

    def add_all(self, values_us: Iterable[int]) -> None:
        for us, count in Counter(values_us).items():
            self.add(us, count)

    def merge(self, other: Histogram) -> None:
        """Adds what `other` counted."""
        for bucket, count in other._counts.items():
            self._counts[bucket] = self._counts.get(bucket, 0) + count

    def subtract(self, other: Histogram) -> None:
        """Takes away what was merged before. Raises `ValueError` where it was not."""
        left = {bucket: self._counts.get(bucket, 0) - count for bucket, count in other._counts.items()}
        if any(count < 0 for count in left.values()):
            raise ValueError("a histogram can only lose what was added to it")
        self._counts.update(left)
        self._counts = {bucket: count for bucket, count in self._counts.items() if count}

    @property
    def count(self) -> int:
        return sum(self._counts.values())

    def quantile(self, percent: Number) -> int | None:
        """The nearest-rank percentile (`95`, `99.9`), within 1 %; None of nothing."""
        left = rank(self.count, percent)
        for bucket in sorted(self._counts):
            left -= self._counts[bucket]
            if left <= 0:
                return _MIDDLES[bucket]
        return None

    def to_bytes(self) -> bytes:
        """About two bytes for each bucket in use."""
        out, before = bytearray([_FORM]), 0
        for bucket in sorted(self._counts):
            if self._counts[bucket]:
                out += _varint(bucket - before) + _varint(self._counts[bucket])
                before = bucket
        return bytes(out)

    @classmethod
    def from_bytes(cls, stored: bytes) -> Histogram:
        """Raises `ValueError` on what `to_bytes` did not write. No bytes at all are an empty histogram."""
        if stored and stored[0] != _FORM:
            raise ValueError(f"unknown histogram form {stored[0]}")
        made, bucket = cls(), 0
        numbers = _numbers(stored[1:])
        for step in numbers:
            bucket += step
            if bucket >= len(_TOPS):
                raise ValueError("a histogram bucket that does not exist")
            made._counts[bucket] = next(numbers, 0)
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Histogram) and self.to_bytes() == other.to_bytes()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Histogram({self.count} values, p50 {self.quantile(50)} us, p95 {self.quantile(95)} us)"


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _numbers(stored: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in stored:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number = shift = 0
    if shift:
        raise ValueError("a histogram that breaks off")
