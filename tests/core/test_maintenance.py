"""Maintenance windows, above all where the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import from_ms, to_ms
from core.maintenance import Once, Weekday, Weekly, daily_window, expand, wall_window

DAY_MS = 86_400_000
MINUTE = timedelta(minutes=1)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=UTC))


def test_a_window_is_planned_in_its_own_zone() -> None:
    rule = Once(wall("2026-12-01T01:00"), wall("2026-12-01T03:00"), "Europe/Berlin")
    assert expand(rule, utc("2026-11-01"), utc("2027-01-01")) == [(utc("2026-12-01T00:00"), utc("2026-12-01T02:00"))]


def test_a_window_that_does_not_touch_is_left_out_and_one_that_does_stays_whole() -> None:
    rule = Once(wall("2026-12-01T01:00"), wall("2026-12-01T03:00"))
    assert expand(rule, utc("2026-12-01T03:00"), utc("2027-01-01")) == []
    assert expand(rule, utc("2026-12-01T02:59"), utc("2027-01-01")) == [(utc("2026-12-01T01:00"), utc("2026-12-01T03:00"))]


def test_a_window_that_ends_before_it_starts_is_none() -> None:
    assert expand(Once(wall("2026-12-01T03:00"), wall("2026-12-01T01:00")), 0, utc("2030-01-01")) == []


def test_a_weekly_window_comes_once_a_week_at_the_same_wall_time() -> None:
    rule = Weekly(Weekday.SUNDAY, time(2), time(4), "Europe/Berlin")
    found = expand(rule, utc("2026-03-16"), utc("2026-04-10"))
    assert [(from_ms(start).isoformat(), (end - start) // 3_600_000) for start, end in found] == [
        ("2026-03-22T01:00:00+00:00", 2),
        ("2026-03-29T01:00:00+00:00", 1),  # 02:00 does not exist: it is 03:00, and the window one hour long
        ("2026-04-05T00:00:00+00:00", 2),
    ]


def test_an_autumn_window_covers_the_hour_that_comes_twice() -> None:
    rule = Weekly(Weekday.SUNDAY, time(2), time(4), "Europe/Berlin")
    [(start, end)] = expand(rule, utc("2026-10-24"), utc("2026-10-26"))
    assert (end - start) // 3_600_000 == 3


def test_a_weekly_window_over_midnight_belongs_to_the_day_it_starts() -> None:
    rule = Weekly(Weekday.SATURDAY, time(23), time(1))
    assert expand(rule, utc("2026-11-22T00:30"), utc("2026-11-23")) == [(utc("2026-11-21T23:00"), utc("2026-11-22T01:00"))]


def test_midnight_to_midnight_is_a_whole_day() -> None:
    begins, ends = daily_window(date(2026, 10, 25), time(0), time(0), "Europe/Berlin")
    assert ends - begins == timedelta(hours=25)


def test_an_ambiguous_end_is_the_later_one() -> None:
    begins, ends = wall_window(wall("2026-11-01T00:30"), wall("2026-11-01T01:30"), "America/New_York")
    assert ends - begins == timedelta(hours=2)


def test_a_window_inside_the_gap_moves_forward_whole() -> None:
    begins, ends = wall_window(wall("2026-03-29T02:15"), wall("2026-03-29T02:45"), "Europe/Berlin")
    assert (begins, ends) == (datetime(2026, 3, 29, 1, 15, tzinfo=UTC), datetime(2026, 3, 29, 1, 45, tzinfo=UTC))


def test_a_start_in_the_gap_never_passes_the_end() -> None:
    begins, ends = wall_window(wall("2026-03-29T02:30"), wall("2026-03-29T03:15"), "Europe/Berlin")
    assert (begins, ends) == (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 3, 29, 1, 15, tzinfo=UTC))


def clock(moment: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """What a clock in `zone` shows at each UTC minute of the two days around a wall time."""
    minutes = (moment.replace(tzinfo=UTC) + MINUTE * m for m in range(-1500, 1500))
    return [(at, at.astimezone(zone).replace(tzinfo=None)) for at in minutes]


def by_looking(moment: datetime, zone: ZoneInfo, *, end: bool) -> datetime:
    """The instant of a wall time; one that the clock never shows is shown later by as much as the clock jumps."""
    seen = clock(moment, zone)
    shown = [at for at, face in seen if face == moment]
    if not shown:
        jump = next(after - before - MINUTE for (_, before), (_, after) in pairwise(seen) if before < moment < after)
        return by_looking(moment + jump, zone, end=end)
    return shown[-1] if end else shown[0]


ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu"]
CHANGES = ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04", "2026-07-01"]


@pytest.mark.parametrize("zone", ZONES)
@given(
    day=st.sampled_from(CHANGES),
    start=st.integers(0, 24 * 4 - 1).map(lambda quarter: quarter * 15),
    minutes=st.integers(1, 30).map(lambda q: q * 15),
)
def test_windows_are_where_a_clock_on_the_wall_says(zone: str, day: str, start: int, minutes: int) -> None:
    begin = wall(day) + start * MINUTE
    finish = begin + minutes * MINUTE
    begins, ends = wall_window(begin, finish, zone)
    there = ZoneInfo(zone)
    assert ends == by_looking(finish, there, end=True)
    looked = by_looking(begin, there, end=False)
    assert begins == looked if looked <= ends else begins <= ends


@given(st.sampled_from(list(Weekday)), st.sampled_from([*ZONES, "Pacific/Apia", "Etc/GMT+12"]), st.integers(0, 1000), st.integers(1, 30))
def test_a_week_holds_exactly_one_window_of_a_weekly_rule(day: Weekday, zone: str, first: int, weeks: int) -> None:
    rule = Weekly(day, time(9, 30), time(10, 30), zone)
    since = utc("2026-01-01") + first * 3_600_000
    starts = [start for start, _ in expand(rule, since, since + weeks * 7 * DAY_MS) if since <= start]
    assert weeks - 1 <= len(starts) <= weeks + 1
    assert {from_ms(start).astimezone(ZoneInfo(zone)).strftime("%A").lower() for start in starts} <= {day.value}
    assert all(DAY_MS * 7 - 3_600_000 <= b - a <= DAY_MS * 7 + 3_600_000 for a, b in pairwise(starts))
