"""Sets of intervals, against sets of integers."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.compare import compare
from core.intervals import Interval, clip, difference, intersection, length, union

intervals = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=8)


def points(some: list[Interval]) -> set[int]:
    return {at for start, end in some for at in range(start, end)}


@given(intervals)
def test_a_union_counts_no_moment_twice(some: list[Interval]) -> None:
    joined = union(some)
    assert points(joined) == points(some)
    assert length(joined) == len(points(some))
    assert all(before[1] < after[0] for before, after in pairwise(joined))


@given(intervals, st.integers(0, 50), st.integers(0, 50))
def test_clipping_keeps_what_is_inside(some: list[Interval], start: int, end: int) -> None:
    assert points(clip(some, start, end)) == points(some) & set(range(start, end))


@given(intervals, intervals)
def test_an_intersection_is_what_both_have(left: list[Interval], right: list[Interval]) -> None:
    common = intersection(union(left), union(right))
    assert points(common) == points(left) & points(right)
    assert length(common) == len(points(common))


@given(intervals, intervals)
def test_a_difference_is_what_only_the_first_has(left: list[Interval], right: list[Interval]) -> None:
    rest = difference(union(left), union(right))
    assert points(rest) == points(left) - points(right)
    assert rest == union(rest)


@given(intervals, intervals)
def test_a_comparison_is_set_arithmetic(observed: list[Interval], vendor: list[Interval]) -> None:
    found = compare(observed, vendor, 5, 45)
    ours, theirs = (points(some) & set(range(5, 45)) for some in (observed, vendor))
    assert (found.both, found.only_observed, found.only_vendor) == (len(ours & theirs), len(ours - theirs), len(theirs - ours))
    either = len(ours | theirs)
    assert found.agreement == (Fraction(found.both, either) if either else None)
    assert found.observed_availability == Fraction(40 - len(ours), 40)


def test_a_vendor_that_never_reported_has_no_lag() -> None:
    found = compare([(10, 20), (30, 40)], [(15, 25), (28, 29)], 0, 100)
    assert found.lags == (5, None)


def test_the_first_overlapping_incident_of_the_vendor_counts() -> None:
    assert compare([(10, 50)], [(0, 11), (20, 60)], 0, 100).lags == (-10,)


def test_touching_is_not_overlapping() -> None:
    assert compare([(10, 20)], [(20, 30)], 0, 100).lags == (None,)


def test_the_vendor_looks_better_when_it_admits_less() -> None:
    found = compare([(0, 50)], [(0, 10)], 0, 100)
    assert found.vendor_looks_better_by == 40


def test_over_no_time_there_is_no_figure() -> None:
    found = compare([], [], 10, 10)
    assert (found.agreement, found.observed_availability, found.vendor_looks_better_by) == (None, None, None)
