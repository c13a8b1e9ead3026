"""Planned windows as people write them, wall times in a zone, expanded into instants across changes of the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from core.calendar import from_ms, instant, to_ms, zone_named
from core.intervals import Interval

ONE_DAY = timedelta(days=1)


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


@dataclass(frozen=True, slots=True)
class Once:
    """From one naive wall time to another, in `zone`."""

    start: datetime
    end: datetime
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Weekly:
    """Every week on `day`; an end at or before the start is on the next day."""

    day: Weekday
    start: time
    end: time
    zone: str = "UTC"


Rule = Once | Weekly


def expand(rule: Rule, since_ms: int, until_ms: int) -> list[Interval]:
    """The windows of one rule that touch [from, to), as (start, end) in ms, whole: not clipped."""
    found = [_once(rule)] if isinstance(rule, Once) else _weekly(rule, since_ms, until_ms)
    return [(start, end) for start, end in found if start < end and start < until_ms and end > since_ms]


def daily_window(day: date, start: time, end: time, zone: str) -> tuple[datetime, datetime]:
    """The window of one day as UTC instants; an end at or before the start is on the next day."""
    last = day + ONE_DAY if end <= start else day
    return wall_window(datetime.combine(day, start), datetime.combine(last, end), zone)


def wall_window(start: datetime, end: datetime, zone: str) -> tuple[datetime, datetime]:
    """An ambiguous start is the earlier, an ambiguous end the later instant: planned time is never lost.

    A skipped wall time moves forward by the gap; a start that would so pass its end is the change of the clock itself.
    """
    begins, ends = instant(start, zone), instant(end, zone, later=True)
    if begins > ends and start < end:
        begins = _change_before(begins, zone)
    return begins, ends


def _once(rule: Once) -> Interval:
    begins, ends = wall_window(rule.start, rule.end, rule.zone)
    return to_ms(begins), to_ms(ends)


def _weekly(rule: Weekly, since_ms: int, until_ms: int) -> list[Interval]:
    """Two days to each side: a zone is at most a day away from UTC, and a window may reach into the next day."""
    first = (from_ms(since_ms) - 2 * ONE_DAY).date()
    last = (from_ms(until_ms) + 2 * ONE_DAY).date()
    day = first + timedelta(days=(list(Weekday).index(rule.day) - first.weekday()) % 7)
    windows = []
    while day <= last:
        begins, ends = daily_window(day, rule.start, rule.end, rule.zone)
        windows.append((to_ms(begins), to_ms(ends)))
        day += 7 * ONE_DAY
    return windows


def _change_before(at: datetime, zone: str) -> datetime:
    """The change of the clock within the day before `at`, to the second."""
    there, low, high = zone_named(zone), int((at - ONE_DAY).timestamp()), int(at.timestamp())
    offset = at.astimezone(there).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        same = datetime.fromtimestamp(middle, UTC).astimezone(there).utcoffset() == offset
        low, high = (low, middle) if same else (middle, high)
    return datetime.fromtimestamp(high, UTC)
