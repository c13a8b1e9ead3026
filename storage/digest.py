"""The figures of a summary row as one blob: a thousand are read for every look at the wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from struct import Struct
from typing import Final

from storage.rows import Figures

_WINDOWS: Final = 5
_FIGURES: Final = Struct(f"<{_WINDOWS * 6}q4i")
_NONE: Final = -1

Percentiles = tuple[int | None, int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Digest:
    """Rolling 24 h, 7, 30 and 90 days, the calendar month so far, and the p95 of the four rolling windows."""

    day: Figures = field(default_factory=Figures)
    week: Figures = field(default_factory=Figures)
    month: Figures = field(default_factory=Figures)
    quarter: Figures = field(default_factory=Figures)
    calendar_month: Figures = field(default_factory=Figures)
    p95_us: Percentiles = (None, None, None, None)


def dump_digest(digest: Digest) -> bytes:
    windows = (digest.day, digest.week, digest.month, digest.quarter, digest.calendar_month)
    numbers = [number for w in windows for number in (w.up_ms, w.degraded_ms, w.down_ms, w.maintenance_ms, w.unknown_ms, w.ours_ms)]
    return _FIGURES.pack(*numbers, *(_NONE if value is None else value for value in digest.p95_us))


def load_digest(stored: bytes | None) -> Digest:
    """Of a row that was never folded: nothing seen."""
    if stored is None:
        return Digest()
    n = _FIGURES.unpack(stored)
    windows = [Figures(*n[at : at + 6]) for at in range(0, _WINDOWS * 6, 6)]
    a, b, c, d = (None if value == _NONE else value for value in n[-4:])
    return Digest(windows[0], windows[1], windows[2], windows[3], windows[4], (a, b, c, d))


def dump_sparkline(values: Sequence[int | None]) -> bytes:
    return Struct(f"<{len(values)}i").pack(*(_NONE if value is None else value for value in values))


def load_sparkline(stored: bytes | None) -> tuple[int | None, ...]:
    if not stored:
        return ()
    return tuple(None if value == _NONE else value for value in Struct(f"<{len(stored) // 4}i").unpack(stored))
