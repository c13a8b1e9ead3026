"""One check or integration in the memory of folding: its time in buckets over 91 days, and what the wall says of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from core.availability import Buckets
from core.day import fold
from core.merge import Piece
from storage.codes import DAY_MS, HOUR_MS, Scope
from storage.digest import Digest, dump_digest, dump_sparkline
from storage.latency import Latency
from storage.rollups import HOURS_KEPT_MS, RollupKey
from storage.rows import Figures

KEPT_MS: Final = 91 * DAY_MS
BARS: Final = 90
SLOW_DAY_MS: Final = 5 * 60_000  # less slow or unconfirmed time than this leaves a day's bar pale


@dataclass(frozen=True, slots=True)
class Described:
    """A summary row's columns that folding owns, and what of them a reader of the wall could tell apart."""

    row: tuple[object, ...]
    looks: tuple[object, ...]


@dataclass(slots=True)
class Subject:
    """`pieces` follow each other without a hole up to `until_ms`; what may still change is reckoned anew."""

    scope: Scope
    id: int
    integration: int
    pieces: list[Piece] = field(default_factory=list)
    until_ms: int | None = None
    first_ms: int | None = None
    seen_ms: int | None = None
    maintained: bool = False
    letters: dict[int, str] = field(default_factory=dict)
    latency: Latency = field(default_factory=Latency)
    bars: str = ""
    drawn_on: int = 0
    shown: tuple[object, ...] = ()  # what the wall showed when it was last written

    @property
    def key(self) -> tuple[Scope, int]:
        return self.scope, self.id

    def extend(self, since_ms: int, tail: Sequence[Piece], now_ms: int) -> dict[RollupKey, Buckets]:
        """Put `tail` in place of everything from `since_ms` on. Returns the hours and days that are to be written."""
        kept = [piece for piece in self.pieces if piece.start_ms < since_ms and piece.end_ms > now_ms - KEPT_MS]
        if kept and kept[-1].end_ms > since_ms:
            kept[-1] = Piece(kept[-1].start_ms, since_ms, kept[-1].bucket)
        if kept and tail and kept[-1].bucket is tail[0].bucket and kept[-1].end_ms == tail[0].start_ms:
            tail = [Piece(kept.pop().start_ms, tail[0].end_ms, tail[0].bucket), *tail[1:]]
        self.pieces, self.until_ms = [*kept, *tail], now_ms
        begin = max(since_ms, self.first_ms if self.first_ms is not None else now_ms)
        days = self._steps(DAY_MS, begin, now_ms)
        self._draw({day: letter_of(buckets) for (_, _, _, day), buckets in days.items()}, now_ms)
        return days | self._steps(HOUR_MS, max(begin, now_ms - HOURS_KEPT_MS), now_ms)

    def _steps(self, width_ms: int, since_ms: int, now_ms: int) -> dict[RollupKey, Buckets]:
        starts = range(since_ms // width_ms * width_ms, now_ms, width_ms)
        return {(self.scope, self.id, width_ms, start): self.between(start, start + width_ms) for start in starts}

    def between(self, start_ms: int, end_ms: int) -> Buckets:
        """Time in buckets within [start, end)."""
        first = bisect_left(self.pieces, start_ms, key=lambda piece: piece.end_ms)
        last = bisect_left(self.pieces, end_ms, key=lambda piece: piece.start_ms)
        return fold(self.pieces[first:last], start_ms, end_ms)

    def _draw(self, letters: dict[int, str], now_ms: int) -> None:
        """The 90 bars, drawn anew only when one of them changed."""
        today = now_ms // DAY_MS * DAY_MS
        if self.bars and self.drawn_on == today and all(self.letters.get(day) == letter for day, letter in letters.items()):
            return
        self.letters = {day: letter for day, letter in (self.letters | letters).items() if day > today - BARS * DAY_MS}
        self.bars = "".join(self.letters.get(today - ago * DAY_MS, "-") for ago in range(BARS - 1, -1, -1))
        self.drawn_on = today

    def describe(self, now_ms: int) -> Described:
        p95_us, sparkline = self.latency.day(now_ms)
        starts = (*(now_ms - days * DAY_MS for days in (1, 7, 30, 90)), _month_start(now_ms))
        day, week, month, quarter, calendar_month = (Figures.of(self.between(start, now_ms)) for start in starts)
        digest = Digest(day, week, month, quarter, calendar_month, (p95_us, *self.latency.long))
        row = (self.maintained, self.seen_ms, self.first_ms, now_ms, dump_digest(digest), self.bars, dump_sparkline(sparkline))
        return Described(row, (self.maintained, self.bars, digest.p95_us, sparkline, _rate(day), _rate(month)))


def letter_of(b: Buckets) -> str:
    """The kind of a day. A failure that was no incident does not colour it, unless such time adds up to minutes."""
    if b.theirs_ms or b.path_ms or b.unsure_ms:
        return "d"
    if b.ours_ms:
        return "o"
    if b.degraded_ms + b.short_ms + b.short_ours_ms >= SLOW_DAY_MS:
        return "s"
    if b.maintenance_ms > b.known_ms:
        return "m"
    return "u" if b.known_ms else "-"


def _rate(f: Figures) -> tuple[int, int]:
    """Availability to three decimals of a per cent, and coverage to one."""
    bad, seen = f.down_ms + f.degraded_ms // 2, f.known_ms + f.unknown_ms
    return 100_000 * bad // max(f.known_ms, 1), 1_000 * f.known_ms // max(seen, 1)


def _month_start(now_ms: int) -> int:
    first = datetime.fromtimestamp(now_ms / 1000, tz=UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return int(first.timestamp()) * 1000
