"""Durations as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.durations import Bounds, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "ms"),
    [("800ms", 800), ("60s", 60_000), ("5m", 300_000), ("1h30m", 5_400_000), ("7d", 604_800_000), ("1w", 604_800_000), ("0s", 0)],
)
def test_a_duration_is_read(text: str, ms: int) -> None:
    assert parse_duration(text) == ms


@pytest.mark.parametrize("text", [60, 1.5, True, None, "", "60", "5 m", "-5m", "5y", "٣s", "1m" * 1000 + "x"])
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="a number and a unit"):
        parse_duration(text)


@given(st.integers(0, 520 * 604_800_000))
def test_what_is_written_is_read_back(ms: int) -> None:
    assert parse_duration(format_duration(ms)) == ms


@pytest.mark.parametrize("text", ["520w1ms", "999999999w", "999999999w" * 40])
def test_more_than_ten_years_is_a_slip(text: str) -> None:
    with pytest.raises(ValueError, match="at most 520w"):
        parse_duration(text)


def test_bounds_are_said_as_people_write_them() -> None:
    bounds = Bounds(1_000, 86_400_000)

    assert (bounds(1_000), bounds(86_400_000), str(bounds)) == (1_000, 86_400_000, "1s to 1d")
    with pytest.raises(ValueError, match="must be at least 1s"):
        bounds(999)
    with pytest.raises(ValueError, match="must be at most 1d"):
        bounds(86_400_001)
