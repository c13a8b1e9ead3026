"""MTTD, MTTA, MTTR and MTBF; flapping; credit; parts of a whole."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.composite import by_mean_error_rate, by_requests, parallel, serial
from core.credit import credit
from core.flapping import change_percent, is_flapping
from core.reliability import Trouble, reliability, weighted_uptime
from core.retries import clock, cumulative

TIERS = [("99.9", 10), ("99.0", 25), ("95.0", 100)]


def test_without_incidents_there_is_no_mean() -> None:
    found = reliability([], 0, 1000)
    assert (found.count, found.mttd, found.mtta, found.mttr, found.mtbf, found.mtbf_starts, found.availability) == (0, *[None] * 6)


def test_an_open_incident_lasts_to_the_end_and_has_no_repair_time() -> None:
    found = reliability([Trouble(100, 110), Trouble(900, 920, 930)], 0, 1000)
    assert (found.mttr, found.mttd, found.mtta) == (None, 15, 10)
    assert found.mtbf == Fraction(1000 - 900, 2)


def test_only_acknowledged_incidents_count_for_the_time_to_acknowledge() -> None:
    assert reliability([Trouble(0, 10, 50, 90), Trouble(100, 110, None, 190)], 0, 1000).mtta == 40


def test_overlapping_incidents_are_not_down_twice() -> None:
    assert reliability([Trouble(0, 1, 2, 100), Trouble(50, 51, 52, 150)], 0, 1000).mtbf == Fraction(850, 2)


def test_from_one_start_to_the_next_whatever_the_order_they_come_in() -> None:
    assert reliability([Trouble(500), Trouble(0), Trouble(100)], 0, 1000).mtbf_starts == 250


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5)), max_size=8))
def test_availability_by_mtbf_is_that_by_time_when_nothing_overlaps(gaps: list[tuple[int, int]]) -> None:
    at, troubles, down = 0, [], 0
    for gap, lasted in gaps:
        at += gap + 1
        troubles.append(Trouble(at, at, at, at + lasted))
        at, down = at + lasted, down + lasted
    found = reliability(troubles, 0, 1000)
    assert found.availability == (Fraction(1000 - down, 1000) if troubles else None)


def test_partial_outages_weigh_less_and_degraded_time_nothing() -> None:
    assert weighted_uptime(100, 10, 10) == Fraction(87, 100)
    assert weighted_uptime(100, 10, 10, "0.5") == Fraction(85, 100)
    assert weighted_uptime(0, 0, 0) is None


def test_a_state_that_never_changes_does_not_flap() -> None:
    assert change_percent([0] * 21) == 0
    assert change_percent([]) == 0


def test_a_recent_change_weighs_more_than_an_old_one() -> None:
    assert change_percent([1] + [0] * 20) == Fraction("3.75")
    assert change_percent([0] * 20 + [1]) == Fraction("6.25")


def test_every_state_another_is_a_hundred_per_cent() -> None:
    assert change_percent([0, 1] * 10 + [0]) == 100


def test_states_that_are_missing_are_the_oldest() -> None:
    assert change_percent([0, 1]) == Fraction("6.25")
    assert change_percent([9, 8, 7, *[0] * 20, 1]) == Fraction("6.25")


def test_between_the_thresholds_it_stays_as_it_was() -> None:
    states = [0] * 17 + [1, 0, 1, 0]  # four recent changes: about 24 %
    assert 20 < change_percent(states) < 30
    assert is_flapping(states, was=True)
    assert not is_flapping(states, was=False)
    assert is_flapping([0, 1] * 11, was=False)
    assert not is_flapping([0] * 21, was=True)


@pytest.mark.parametrize(
    ("uptime", "owed"), [("100", 0), ("99.9", 0), ("99.89999", 10), ("99", 10), ("98.9999", 25), ("95", 25), ("0", 100)]
)
def test_credit_is_owed_strictly_below_a_tier(uptime: str, owed: int) -> None:
    found = credit(TIERS, uptime, 1000)
    assert found is not None
    assert (found.percent, found.amount) == (owed, owed * 10)


def test_the_order_of_the_tiers_does_not_matter() -> None:
    assert credit(reversed(TIERS), "98", 1000) == credit(TIERS, "98", 1000)


def test_nothing_seen_is_no_claim_and_an_unknown_bill_no_amount() -> None:
    assert credit(TIERS, None, 1000) is None
    found = credit(TIERS, "98", None)
    assert found is not None
    assert (found.percent, found.amount) == (25, None)


def test_parts_in_a_row_and_parts_side_by_side() -> None:
    assert serial(["0.9", "0.9"]) == Fraction(81, 100)
    assert parallel(["0.9", "0.9"]) == Fraction(99, 100)
    assert serial([]) == 1


def test_requests_and_intervals_are_two_different_figures() -> None:
    intervals = [(1000, 0), (10, 10)]
    assert by_requests(intervals) == 1 - Fraction(10, 1010)
    assert by_mean_error_rate(intervals) == Fraction(1, 2)


def test_no_request_at_all_is_no_figure_by_request_and_no_error_by_interval() -> None:
    assert by_requests([(0, 0)]) is None
    assert by_mean_error_rate([(0, 0)]) == 1
    assert by_mean_error_rate([]) is None


def test_a_schedule_of_retries_adds_up() -> None:
    assert cumulative([0, 5, 30]) == [0, 5, 35]
    assert cumulative([]) == []
    assert [clock(0), clock(59), clock(272_105), clock(360_000)] == ["00:00:00", "00:00:59", "75:35:05", "100:00:00"]
