"""Burn rates: how fast the budget goes, and when somebody must know."""

from __future__ import annotations

from fractions import Fraction

from core.availability import Bucket
from core.burn import FAST, RULES, BurnRule, burn, burn_factor, burns_of, detection_time, is_fast_burn, window_of_series
from core.merge import Piece

MINUTE, HOUR = 60_000, 3_600_000
PAGE = RULES[0]


def test_the_rules_are_those_of_the_workbook() -> None:
    shares = [rule.factor * rule.long_s / (30 * 86_400) for rule in RULES]
    assert shares == [Fraction(2, 100), Fraction(5, 100), Fraction(10, 100), Fraction(10, 100)]
    assert all(rule.short_s * 12 == rule.long_s for rule in RULES)


def test_both_windows_must_burn() -> None:
    hot, cold = (2, 100), (0, 100)
    assert burn(PAGE, "0.999", hot, hot).fires
    assert not burn(PAGE, "0.999", hot, cold).fires
    assert not burn(PAGE, "0.999", cold, hot).fires
    assert not burn(PAGE, "0.999", hot, (1, 100)).fires  # something still fails, and slower than the rule says


def test_exactly_the_threshold_fires() -> None:
    assert burn(BurnRule("ticket", Fraction(1), 60, 5), "0.99", (1, 100), (1, 100)).fires


def test_a_window_in_which_nothing_was_seen_does_not_burn() -> None:
    assert not burn(PAGE, "0.999", (5, 5), (0, 0)).fires
    assert not burn(PAGE, "1", (0, 0), (0, 0)).fires


def test_without_any_allowance_the_first_failure_burns() -> None:
    found = burn(PAGE, "1", (1, 1000), (1, 10))
    assert found.fires
    assert found.rate is None


def test_the_rate_says_how_many_times_too_fast() -> None:
    assert burn(PAGE, "0.999", (3, 1000), (3, 1000)).rate == 3


def test_two_failed_probes_are_no_fire() -> None:
    burns = [burn(rule, "0.999", (1, 1), (1, 1)) for rule in FAST]
    assert not is_fast_burn(burns, 2)
    assert is_fast_burn(burns, 3)


def test_a_calm_budget_is_no_fire_whatever_failed() -> None:
    assert not is_fast_burn([burn(PAGE, "0.9", (1, 100), (1, 100))], 50)


def test_a_timeline_burns_when_both_its_windows_do() -> None:
    now = 100 * HOUR
    pieces = [Piece(0, now - MINUTE, Bucket.UP), Piece(now - MINUTE, now, Bucket.SHORT)]
    hour, six_hours = burns_of(pieces, now, "99.9")
    assert (hour.long_ratio, hour.short_ratio, hour.fires) == (Fraction(1, 60), Fraction(1, 5), True)
    assert (six_hours.long_ratio, six_hours.fires) == (Fraction(1, 360), False)


def test_slow_time_burns_half_and_unknown_time_not_at_all() -> None:
    pieces = [Piece(0, 30 * MINUTE, Bucket.UNKNOWN), Piece(30 * MINUTE, HOUR, Bucket.DEGRADED)]
    hour, _ = burns_of(pieces, HOUR, "99.9")
    assert (hour.long_ratio, hour.short_ratio) == (Fraction(1, 2), Fraction(1, 2))


def test_a_factor_over_no_time_is_no_figure() -> None:
    assert burn_factor("0.02", 720, 0) is None


def test_an_alert_that_can_never_fire_has_no_detection_time() -> None:
    assert detection_time("0.9", 1, 11, 3600) is None  # 11 x 10 % is more than everything
    assert detection_time("0.9", 1, 10, 3600) == 3600
    assert detection_time("0.9", "0.05", 1, 3600) is None
    assert detection_time("1", 0, 14, 3600) is None


def test_history_that_is_missing_is_no_traffic() -> None:
    assert window_of_series([[2, 10, 1]], 2, 60) == (2, 20)
    assert window_of_series([], 2, 60) == (0, 0)


def test_minutes_after_now_are_not_looked_at() -> None:
    assert window_of_series([[10, 1, 0], [10, 1, 1]], 12, 5) == (2, 5)
