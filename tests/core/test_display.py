"""How figures are printed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.display import allowed_minutes, floor_percent, minutes_of, percent, percent_decimal, spent_minutes, target_percent

MINUTE = 60_000


def test_less_than_a_hundred_never_reads_as_a_hundred() -> None:
    assert floor_percent(2_591_999, 2_592_000, 2) == "99.99%"
    assert floor_percent(10**15 - 1, 10**15, 3) == "99.999%"
    assert floor_percent(5, 5, 2) == "100.00%"


def test_nothing_seen_is_no_percentage() -> None:
    assert floor_percent(0, 0) is None
    assert percent(None) == "–"
    assert percent_decimal(None) is None


@pytest.mark.parametrize(
    ("share", "printed"),
    [
        (Fraction(1), "100\u00a0%"),
        (Fraction(999_999_999, 10**9), "99.999\u00a0%"),
        (Fraction("0.99861"), "99.861\u00a0%"),
        (Fraction("0.9986199"), "99.861\u00a0%"),
        (Fraction(0), "0.000\u00a0%"),
    ],
)
def test_pages_write_three_decimals_and_a_no_break_space(share: Fraction, printed: str) -> None:
    assert percent(share) == printed


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 4))
def test_a_printed_percentage_is_at_most_the_true_one(good: int, bad: int, decimals: int) -> None:
    printed = floor_percent(good, good + bad, decimals)
    assert printed is not None
    shown = Fraction(printed.removesuffix("%"))
    true = Fraction(100 * good, good + bad)
    assert shown <= true < shown + Fraction(1, 10**decimals)
    assert len(printed.removesuffix("%").partition(".")[2]) == decimals


def test_a_breach_is_visible_in_minutes() -> None:
    assert minutes_of(Fraction("43.2001") * MINUTE, Fraction("43.2") * MINUTE) == "43.3 of 43.2\u00a0min"
    assert minutes_of(47 * MINUTE, Fraction("43.2") * MINUTE) == "47 of 43.2\u00a0min"


def test_bad_time_is_rounded_up_and_a_budget_down() -> None:
    assert spent_minutes(1) == Decimal("0.1")
    assert spent_minutes(0) == Decimal("0.0")
    assert allowed_minutes(Fraction("59999.99")) == Decimal("0.9")
    assert allowed_minutes(-1) == Decimal("-0.1")


@pytest.mark.parametrize(
    ("target", "printed"),
    [("99.9", "99.9\u00a0%"), (Decimal("99.950"), "99.95\u00a0%"), (100, "100\u00a0%"), (Fraction(199, 2), "99.5\u00a0%")],
)
def test_a_target_is_printed_as_it_was_written(target: str | Decimal | int | Fraction, printed: str) -> None:
    assert target_percent(target) == printed
