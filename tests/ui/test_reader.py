"""Times in the reader's zone, UTC in the tooltip."""

from __future__ import annotations

from ui.reader import Reader

NOW_MS = 1_795_527_128_000  # 2026-11-24 13:32:08 UTC
BERLIN = Reader(NOW_MS, "Europe/Berlin")


def test_a_time_of_today_is_a_clock_time_with_utc_on_hover() -> None:
    tag = '<time datetime="2026-11-24T13:03:01Z" title="2026-11-24 13:03:01 UTC">14:03:01</time>'
    assert BERLIN.time(NOW_MS - 1_747_000, seconds=True) == tag


def test_what_is_less_than_a_second_old_is_just_now() -> None:
    assert [BERLIN.ago(NOW_MS - age_ms) for age_ms in (-500, 0, 999, 1_000)] == ["just now"] * 3 + ["1\u00a0s ago"]


def test_another_day_and_another_year_are_said() -> None:
    assert BERLIN.plain(NOW_MS - 86_400_000) == "23 Nov 14:32"
    assert BERLIN.plain(NOW_MS - 366 * 86_400_000) == "23 Nov 2025 14:32"


def test_midnight_is_the_readers_own() -> None:
    late = 1_795_561_200_000  # 23:00 UTC, 00:00 on the 25th in Berlin
    assert Reader(late + 60_000, "Europe/Berlin").plain(late - 60_000) == "24 Nov 23:59"
    assert Reader(late + 60_000, "UTC").plain(late - 60_000) == "22:59"
