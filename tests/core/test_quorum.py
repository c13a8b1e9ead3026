"""Several locations, one answer."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.health import Status
from core.quorum import decide, false_alarm, majority

UP, SLOW, DOWN, UNKNOWN = Status.UP, Status.DEGRADED, Status.DOWN, Status.UNKNOWN


@pytest.mark.parametrize(("locations", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)])
def test_more_than_half_is_a_majority(locations: int, needed: int) -> None:
    assert majority(locations) == needed


@pytest.mark.parametrize(
    ("states", "quorum", "status"),
    [
        ([], None, UNKNOWN),
        ([SLOW], None, SLOW),
        ([DOWN, DOWN, UP], 2, DOWN),
        ([DOWN, UP, UP], 2, SLOW),
        ([DOWN, UNKNOWN, UP], 2, UNKNOWN),
        ([DOWN, UNKNOWN, UP, UP], 3, SLOW),
        ([UNKNOWN, UP, UP], 2, UP),
        ([UNKNOWN, UNKNOWN, UP], 2, UNKNOWN),
        ([SLOW, SLOW, UP], 2, SLOW),
        ([SLOW, UP, UP], 2, UP),
        ([DOWN, SLOW, SLOW], 2, SLOW),
        ([DOWN, DOWN, DOWN], 4, SLOW),
        ([DOWN, UP], None, SLOW),
    ],
)
def test_what_they_say_together(states: list[Status], quorum: int | None, status: Status) -> None:
    assert decide(states, quorum) is status


@given(st.lists(st.sampled_from([UP, DOWN, UNKNOWN]), min_size=1, max_size=5), st.integers(1, 5))
def test_unknown_is_said_only_while_the_unknown_ones_could_make_it_down(states: list[Status], quorum: int) -> None:
    best = [UP if state is UNKNOWN else state for state in states]
    worst = [DOWN if state is UNKNOWN else state for state in states]
    could_be = {decide(case, quorum) is DOWN for case in (best, worst)}
    assert (decide(states, quorum) is UNKNOWN) == (could_be == {True, False})


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 99))
def test_the_false_alarm_is_the_sum_over_all_outcomes(locations: int, quorum: int, percent: int) -> None:
    p = Fraction(percent, 100)
    outcomes = product([False, True], repeat=locations)
    total = sum((p ** sum(one) * (1 - p) ** (locations - sum(one)) for one in outcomes if sum(one) >= quorum), Fraction(0))
    assert false_alarm(locations, quorum, p) == total
