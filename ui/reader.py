"""Who reads, and when: times in the reader's zone with UTC in the tooltip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from ui import format as fmt
from ui.html import text

JUST_NOW_MS: Final = 1_000  # "0 s ago" is no time


@dataclass(frozen=True, slots=True)
class Reader:
    """The reader's zone and the instant the page speaks of; hashable, so that blocks can be cached by it."""

    now_ms: int
    zone: str = "UTC"

    def at(self, ms: int) -> datetime:
        """The instant as the reader's clock shows it."""
        return datetime.fromtimestamp(ms / 1000, tz=ZoneInfo(self.zone))

    def time(self, ms: int, *, seconds: bool = False) -> str:
        """`14:03`, `24 Nov 14:03` on another day, with the year in another year; UTC on hover."""
        return _tag(ms, f"{self._day(ms)}{self.at(ms):{'%H:%M:%S' if seconds else '%H:%M'}}")

    def clock(self, ms: int, *, seconds: bool = False) -> str:
        """`14:03` whatever the day: for a list that says the day elsewhere."""
        return _tag(ms, f"{self.at(ms):{'%H:%M:%S' if seconds else '%H:%M'}}")

    def day(self, ms: int) -> str:
        """`24 Nov`, with the year in another year."""
        return _tag(ms, day_name(self.at(ms).date(), self.at(self.now_ms).date()))

    def stamp(self, ms: int) -> str:
        """`Tue 24 Nov, 14:32 CET`; it is sent every two seconds, so its tag is short."""
        at = self.at(ms)
        return f'<time title="{at.astimezone(UTC):%H:%M} UTC">{at:%a} {at.day} {at:%b}, {at:%H:%M %Z}</time>'

    @property
    def zone_name(self) -> str:
        """`CET`: for what is drawn and cannot say it in a tooltip."""
        return f"{self.at(self.now_ms):%Z}"

    def ago(self, ms: int) -> str:
        """`4 s ago`, `just now`."""
        return "just now" if self.now_ms - ms < JUST_NOW_MS else f"{fmt.lasting(self.now_ms - ms)} ago"

    def plain(self, ms: int) -> str:
        """The same as `time` without markup: for tooltips and labels."""
        return f"{self._day(ms)}{self.at(ms):%H:%M}"

    def _day(self, ms: int) -> str:
        day, today = self.at(ms).date(), self.at(self.now_ms).date()
        return "" if day == today else f"{day_name(day, today)} "


def day_name(day: date, today: date) -> str:
    """`24 Nov`, `24 Nov 2025`."""
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b} {day.year}"


def _tag(ms: int, shown: str) -> str:
    utc = datetime.fromtimestamp(ms / 1000, tz=UTC)
    return f'<time datetime="{utc:%Y-%m-%dT%H:%M:%SZ}" title="{utc:%Y-%m-%d %H:%M:%S} UTC">{text(shown)}</time>'
