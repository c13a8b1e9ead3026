"""How often a vendor may be asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.budget import Demand, Spare, gap_after, plan_fits
from core.health import Cause, Outcome


def demands(count: int, interval_ms: int = 60_000, timeout_ms: int = 10_000, calls: int = 1) -> list[Demand]:
    return [Demand(f"check-{n}", interval_ms, timeout_ms, calls, "https://api.example:443") for n in range(count)]


def test_a_plan_within_four_fifths_is_left_alone() -> None:
    fit = plan_fits(demands(8), calls_per_minute=10)
    assert (fit.stretched, fit.refusal) == (False, None)
    assert set(fit.intervals_ms.values()) == {60_000}


def test_a_plan_beyond_it_is_stretched_and_nothing_is_dropped() -> None:
    fit = plan_fits(demands(16), calls_per_minute=10)
    assert (fit.factor, fit.refusal) == (2.0, None)
    assert list(fit.intervals_ms.values()) == [120_000] * 16


def test_a_probe_of_two_calls_counts_twice() -> None:
    assert plan_fits(demands(8, calls=2), calls_per_minute=10).factor == 2.0


def test_a_plan_that_needs_too_long_a_stretch_is_refused_with_the_interval_that_fits() -> None:
    fit = plan_fits(demands(100), calls_per_minute=10)
    assert fit.refusal == "100 checks do not fit 10 calls a minute; an interval of 12m30s would"


def test_a_plan_that_does_not_fit_its_places_is_refused_with_the_interval_that_fits() -> None:
    fit = plan_fits(demands(30, interval_ms=60_000, timeout_ms=10_000), calls_per_minute=1_000)
    assert fit.refusal == "30 checks do not fit 4 places at https://api.example:443; an interval of 1m15s would"


@given(st.integers(1, 200), st.integers(5, 3_600), st.integers(1, 600), st.integers(1, 3))
def test_what_was_stretched_fits(count: int, interval_s: int, calls_per_minute: int, calls: int) -> None:
    fit = plan_fits(demands(count, interval_s * 1_000, 1_000, calls), calls_per_minute)
    used = sum(60_000 * calls / interval for interval in fit.intervals_ms.values())
    assert used <= 0.8 * calls_per_minute * 1.000001
    assert all(interval >= interval_s * 1_000 for interval in fit.intervals_ms.values())


class Clock:
    at = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_fifth_is_kept_for_retries() -> None:
    clock = Clock()
    spare = Spare({"acme": 60}, clock)
    assert [spare.take("acme") for _ in range(13)] == [True] * 12 + [False]
    clock.at += 5
    assert (spare.take("acme"), spare.take("acme")) == (True, False)
    clock.at += 3_600
    assert spare.left("acme") == 12


def test_a_small_budget_still_confirms_one_failure() -> None:
    spare = Spare({"acme": 1}, Clock())
    assert [spare.take("acme") for _ in range(4)] == [True, True, True, False]


def test_a_provider_without_a_budget_has_no_end_of_calls() -> None:
    assert all(Spare({}, Clock()).take("other") for _ in range(1_000))


@pytest.mark.parametrize(
    ("cause", "retry_after_s", "gap_ms"),
    [
        (Cause.QUOTA, 300.0, 300_000),
        (Cause.QUOTA, 5.0, 20_000),
        (Cause.QUOTA, None, 20_000),
        (Cause.SERVER_ERROR, 30.0, 30_000),
        (Cause.SERVER_ERROR, 86_400.0, 60_000),
        (Cause.AUTH, 300.0, 20_000),
        (None, 300.0, 20_000),
    ],
)
def test_retry_after_is_honoured_and_hides_no_outage(cause: Cause | None, retry_after_s: float | None, gap_ms: int) -> None:
    assert gap_after(Outcome(cause, retry_after_s=retry_after_s), planned_ms=20_000, interval_ms=60_000) == gap_ms
