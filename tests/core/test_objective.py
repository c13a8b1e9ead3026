"""Budgets: what is allowed, what is left, when it ends, and the word for it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from core.availability import Buckets
from core.objective import Band, Phase, band, error_budget, exhausted_at, period_budget
from core.policy import CONTRACT, availability

DAY = 86_400_000
SEEN = Fraction(1)


def test_the_budget_of_a_month_at_three_nines() -> None:
    budget = error_budget("99.9", 30 * DAY, 20 * 60_000)
    assert budget.allowed == Fraction("43.2") * 60_000
    assert budget.left == Fraction("23.2") * 60_000
    assert budget.left_share == Fraction(232, 432)


def test_the_budget_of_a_period_is_of_what_its_policy_counts_and_what_is_still_to_come() -> None:
    seen = availability(Buckets(up_ms=800, theirs_ms=5, ours_ms=45, unknown_ms=100, maintenance_ms=50), CONTRACT)
    assert period_budget(99, seen, 1000).allowed == Fraction(1805, 100)
    assert period_budget(99, seen, 1000).spent == 5


def test_spending_all_of_it_is_not_a_breach_yet() -> None:
    assert not error_budget("99", 100, 1).breached
    assert error_budget("99", 100, Fraction("1.0001")).breached


def test_a_target_of_a_hundred_allows_nothing() -> None:
    unhurt, hurt = error_budget(100, DAY), error_budget(100, DAY, 1)
    assert (unhurt.consumed, unhurt.left_share, unhurt.breached, unhurt.threshold) == (None, None, False, 0)
    assert (hurt.consumed, hurt.breached, hurt.threshold) == (None, True, 100)


@pytest.mark.parametrize(("spent", "threshold"), [(0, 0), (49, 0), (50, 50), (79, 50), (80, 80), (99, 80), (100, 100), (150, 100)])
def test_an_alert_goes_out_at_50_80_and_100_per_cent(spent: int, threshold: int) -> None:
    assert error_budget(99, 10_000, spent).threshold == threshold


def test_the_forecast_goes_on_at_the_rate_so_far() -> None:
    budget = error_budget(99, 30 * DAY, DAY // 10)  # 0.1 of 0.3 days in 10 days: 20 days more
    assert exhausted_at(budget, 10 * DAY, 10 * DAY) == 30 * DAY


def test_without_bad_time_the_budget_lasts_for_ever() -> None:
    assert exhausted_at(error_budget(99, DAY), DAY, DAY) is None
    assert exhausted_at(error_budget(99, DAY), 0, DAY) is None


def test_a_breached_budget_is_spent_now() -> None:
    assert exhausted_at(error_budget(100, DAY, 1), DAY, 777) == 777


@pytest.mark.parametrize(
    ("spent", "coverage", "spent_at", "phase", "word"),
    [
        (101, SEEN, 500, Phase.RUNNING, Band.BROKEN),
        (101, Fraction(1, 2), None, Phase.CLOSED, Band.BROKEN),
        (76, SEEN, None, Phase.RUNNING, Band.AT_RISK),
        (75, SEEN, None, Phase.RUNNING, Band.KEPT_SO_FAR),
        (10, SEEN, 999, Phase.RUNNING, Band.AT_RISK),
        (10, SEEN, 1000, Phase.RUNNING, Band.KEPT_SO_FAR),
        (10, Fraction("0.9499"), None, Phase.RUNNING, Band.PROVISIONAL),
        (10, Fraction("0.95"), None, Phase.RUNNING, Band.KEPT_SO_FAR),
        (76, Fraction("0.9"), None, Phase.RUNNING, Band.AT_RISK),
        (99, SEEN, None, Phase.CLOSING, Band.KEPT_SO_FAR),
        (99, SEEN, None, Phase.CLOSED, Band.KEPT),
        (99, Fraction("0.9"), None, Phase.CLOSED, Band.PROVISIONAL),
        (0, None, None, Phase.RUNNING, Band.PROVISIONAL),
    ],
)
def test_the_worst_word_that_applies(spent: int, coverage: Fraction | None, spent_at: int | None, phase: Phase, word: Band) -> None:
    assert band(error_budget(99, 10_000, spent), coverage, spent_at, 1000, phase) is word


def test_nothing_allowed_and_nothing_spent_is_kept() -> None:
    assert band(error_budget(100, DAY), SEEN, None, DAY, Phase.CLOSED) is Band.KEPT
