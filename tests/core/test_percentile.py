"""Percentiles and histograms: what was measured, or within 1 % of it."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.histogram import LONGEST_US, Histogram
from core.percentile import nearest_rank, rank

latencies = st.lists(st.integers(0, 30_000_000), max_size=60)
percents = st.sampled_from([1, 25, 50, 90, 95, 99, 99.9, 100])


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert nearest_rank([10, 30, 20, 40], 50) == 20
    assert nearest_rank([10, 30, 20, 40], 51) == 30
    assert nearest_rank([7], 99) == 7


def test_a_percentile_of_nothing_is_nothing() -> None:
    assert nearest_rank([], 95) is None
    assert Histogram().quantile(95) is None


def test_the_rank_is_exact_where_floats_are_not() -> None:
    assert rank(1000, 99.9) == 999
    assert rank(100, "7") == 7  # 0.07 * 100 is 7.000000000000001
    assert rank(10, 0) == 1


@given(st.lists(st.integers(), min_size=1, max_size=60), percents)
def test_nearest_rank_is_the_least_value_with_enough_at_or_below_it(values: list[int], percent: float) -> None:
    found = nearest_rank(values, percent)
    share = Fraction(str(percent)) / 100
    enough = [value for value in values if sum(other <= value for other in values) >= share * len(values)]
    assert found == min(enough)


@given(latencies, percents)
def test_a_histogram_is_within_one_per_cent(values: list[int], percent: float) -> None:
    found, true = Histogram(values).quantile(percent), nearest_rank(values, percent)
    if true is None:
        assert found is None
    else:
        assert found is not None
        assert abs(found - true) * 100 <= true


@given(latencies, latencies)
def test_what_was_merged_can_be_taken_away_again(left: list[int], right: list[int]) -> None:
    both = Histogram(left)
    both.merge(Histogram(right))
    assert both == Histogram(left + right)
    both.subtract(Histogram(right))
    assert both == Histogram(left)


@given(latencies)
def test_a_histogram_reads_back_from_its_bytes(values: list[int]) -> None:
    made = Histogram(values)
    assert Histogram.from_bytes(made.to_bytes()) == made
    assert len(made.to_bytes()) <= 1 + 3 * len(set(values)) + 1


def test_a_day_of_results_is_small() -> None:
    values = [int(200_000 * math.exp(0.2 * math.sin(i))) for i in range(1440)]
    assert len(Histogram(values).to_bytes()) < 150


def test_an_hour_is_the_longest_latency() -> None:
    assert Histogram([LONGEST_US * 5]) == Histogram([LONGEST_US])
    assert Histogram([-3]) == Histogram([0])


def test_a_histogram_cannot_lose_what_it_never_had() -> None:
    with pytest.raises(ValueError, match="only lose what was added"):
        Histogram([5]).subtract(Histogram([900]))


@pytest.mark.parametrize("stored", [b"\x09", b"\x01\x85", b"\x01\xff\xff\x7f\x01"])
def test_bytes_that_are_no_histogram_are_refused(stored: bytes) -> None:
    with pytest.raises(ValueError, match="histogram"):
        Histogram.from_bytes(stored)


def test_the_buckets_are_the_same_for_ever() -> None:
    assert Histogram([1, 99, 100, 250_000, 10_000_000]).to_bytes().hex() == "0101016202850301b80101"
