"""Unusual latencies."""

from __future__ import annotations

from fractions import Fraction

import pytest

from core.anomaly import moving_average, seasonal


def test_a_leap_is_flagged_and_leaves_the_average_as_it_was() -> None:
    calm = moving_average([100, 102, 98, 101, 99, 100], 0.2, 3, 10)
    leapt = moving_average([100, 102, 98, 101, 99, 100, 400], 0.2, 3, 10)
    assert leapt.flagged == (6,)
    assert (leapt.mean, leapt.variance) == (calm.mean, calm.variance)


def test_nothing_is_flagged_before_the_warmup() -> None:
    assert moving_average([100, 900, 100, 900, 100], 0.2, 3, 10).flagged == ()
    assert moving_average([100, 100, 900], 0.2, 3, 10, warmup=2).flagged == (2,)


def test_the_floor_forgives_small_steps() -> None:
    steady = [100.0] * 6
    assert moving_average([*steady, 110], 0.2, 3, 10).flagged == ()
    assert moving_average([*steady, 110.001], 0.2, 3, 10).flagged == (6,)
    assert moving_average([*steady, 89], 0.2, 3, 10).flagged == (6,)


def test_an_empty_series_has_no_average() -> None:
    found = moving_average([], 0.2, 3, 10)
    assert (found.mean, found.variance, found.flagged) == (None, None, ())


def test_one_wild_week_does_not_move_the_seasonal_limit() -> None:
    usual = [120, 118, 125, 119, 121, 122, 117]
    assert seasonal([*usual, 600], 180, 5, 20).anomalous
    assert seasonal([*usual, 600], 140, 5, 20).anomalous is False


@pytest.mark.parametrize(("value", "anomalous"), [(120, False), (Fraction("120.0001"), True), (5, False)])
def test_exactly_the_limit_is_usual_and_fast_is_no_trouble(value: Fraction | int, anomalous: bool) -> None:
    assert seasonal([100, 100, 100], value, 5, 20).anomalous is anomalous


def test_without_history_nothing_is_unusual() -> None:
    found = seasonal([], 900, 5, 20)
    assert (found.median, found.mad, found.limit, found.anomalous) == (None, None, None, False)
