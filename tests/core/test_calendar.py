"""Months, quarters and wall times: all of it on UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import CLOSING_MS, from_ms, instant, month, month_at, parse_period, phase, quarter, to_ms, zone_named
from core.objective import Phase

HOUR = 3_600_000
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "America/Havana", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe")


def said(ms: int) -> str:
    return from_ms(ms).isoformat()


def test_a_month_with_a_spring_change_lacks_an_hour() -> None:
    assert month(2026, 3, "Europe/Berlin").length_ms == (31 * 24 - 1) * HOUR
    assert month(2026, 11, "America/New_York").length_ms == (30 * 24 + 1) * HOUR


def test_a_leap_day_belongs_to_its_month() -> None:
    assert month(2028, 2).length_ms == 29 * 24 * HOUR
    assert month(2100, 2).length_ms == 28 * 24 * HOUR


def test_a_month_whose_midnight_the_clocks_skip_begins_after_the_gap() -> None:
    # Paraguay went from 00:00 to 01:00 on 1 October 2017.
    assert said(month(2017, 10, "America/Asuncion").start_ms) == "2017-10-01T04:00:00+00:00"


def test_a_month_whose_midnight_comes_twice_begins_at_the_first_and_leaves_no_hole() -> None:
    # Cuba goes from 01:00 back to 00:00 on 1 November 2026.
    november = month(2026, 11, "America/Havana")
    assert said(november.start_ms) == "2026-11-01T04:00:00+00:00"
    assert month(2026, 10, "America/Havana").end_ms == november.start_ms


def test_a_quarter_is_three_months() -> None:
    found = quarter(2026, 4, "Europe/Berlin")
    assert (found.start_ms, found.end_ms) == (month(2026, 10, "Europe/Berlin").start_ms, month(2027, 1, "Europe/Berlin").start_ms)
    assert (found.key, found.label) == ("2026-Q4", "Quarter 4 of 2026")


@given(st.integers(1990, 2060), st.integers(1, 12), st.sampled_from(ZONES), st.floats(0, 1, exclude_max=True))
def test_every_instant_is_in_the_month_that_holds_it(year: int, number: int, zone: str, part: float) -> None:
    period = month(year, number, zone)
    at = period.start_ms + int(part * period.length_ms)
    assert month_at(at, zone) == period
    following = month(year + number // 12, number % 12 + 1, zone)
    assert period.end_ms == following.start_ms


@pytest.mark.parametrize("key", ["2026-11", "2026-Q4", "2026-q1"])
def test_a_period_is_found_by_its_key(key: str) -> None:
    assert parse_period(key, "Europe/Berlin").key == key.upper()


@pytest.mark.parametrize("key", ["", "2026", "2026-13", "2026-1", "2026-Q5", "26-11", "2026-11-01", "november", "2026-Qx", "0000-01"])
def test_what_is_no_period_is_refused_with_a_sentence(key: str) -> None:
    with pytest.raises(ValueError, match="is not a period; one is written like 2026-11 or 2026-Q4"):
        parse_period(key)


@pytest.mark.parametrize("name", ["Europe/Berln", "", "../../etc/passwd", "Europe", "\0"])
def test_an_unknown_zone_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(ValueError, match="is not a time zone"):
        zone_named(name)


def test_a_bad_zone_is_named_before_the_period() -> None:
    with pytest.raises(ValueError, match="is not a time zone"):
        parse_period("2026-11", "Europe/Berln")


def test_a_skipped_wall_time_moves_forward_by_the_gap() -> None:
    skipped = datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001
    assert instant(skipped, "Europe/Berlin") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert instant(skipped, "Europe/Berlin", later=True) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_wall_time_that_comes_twice_is_the_earlier_unless_the_later_is_asked_for() -> None:
    twice = datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001
    assert instant(twice, "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant(twice, "Europe/Berlin", later=True) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@given(st.integers(-(10**13), 10**14))
def test_milliseconds_and_datetimes_are_the_same_instants(ms: int) -> None:
    assert to_ms(from_ms(ms)) == ms
    assert from_ms(ms) - datetime(1970, 1, 1, tzinfo=UTC) == timedelta(milliseconds=ms)


def test_a_month_closes_when_every_check_was_heard_after_its_end() -> None:
    period = month(2026, 10)
    after = period.end_ms + 1000
    assert phase(period, period.end_ms - 1, [after, after]) is Phase.RUNNING
    assert phase(period, after, [period.end_ms, after]) is Phase.CLOSED
    assert phase(period, after, [period.end_ms - 1, after]) is Phase.CLOSING
    assert phase(period, after, [None, after]) is Phase.CLOSING


def test_a_month_closes_after_six_hours_at_the_latest() -> None:
    period = month(2026, 10)
    assert phase(period, period.end_ms + CLOSING_MS - 1, [None]) is Phase.CLOSING
    assert phase(period, period.end_ms + CLOSING_MS, [None]) is Phase.CLOSED
