"""How fast an error budget goes: burn rates over two windows, as in the SRE workbook, table 5-8."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from core.day import fold
from core.exact import Number, exact, ratio, share
from core.merge import Piece
from core.policy import EXPERIENCE, Policy, availability

ENOUGH_FAILURES: Final = 3  # one failed probe in a five-minute window would look like a fire


@dataclass(frozen=True, slots=True)
class BurnRule:
    """Fires when the error ratio of both windows is at least `factor` times what the objective allows."""

    severity: str
    factor: Fraction
    long_s: int
    short_s: int


# 2 % of a 30-day budget in an hour, 5 % in six hours (page); 10 % in three days or in one (ticket).
RULES: Final = (
    BurnRule("page", Fraction(72, 5), 3_600, 300),
    BurnRule("page", Fraction(6), 21_600, 1_800),
    BurnRule("ticket", Fraction(3), 86_400, 7_200),
    BurnRule("ticket", Fraction(1), 259_200, 21_600),
)
FAST: Final = RULES[:2]


@dataclass(frozen=True, slots=True)
class Burn:
    """One rule held against two windows; a window in which nothing was seen has the ratio 0."""

    rule: BurnRule
    long_ratio: Fraction
    short_ratio: Fraction
    threshold: Fraction

    @property
    def fires(self) -> bool:
        return self.short_ratio > 0 and self.long_ratio >= self.threshold and self.short_ratio >= self.threshold

    @property
    def rate(self) -> Fraction | None:
        """How many times faster than allowed the long window burns; None where nothing is allowed."""
        allowed = self.threshold / self.rule.factor
        return ratio(self.long_ratio, allowed)


def burn(rule: BurnRule, slo: Number, long: tuple[Number, Number], short: tuple[Number, Number]) -> Burn:
    """`long` and `short` are (bad, known) of their windows: seconds or calls; `slo` is a share of one."""
    return Burn(rule, _errors(long), _errors(short), rule.factor * (1 - exact(slo)))


def burns_of(
    pieces: Sequence[Piece], now_ms: int, target_pct: Number, *, rules: Sequence[BurnRule] = FAST, policy: Policy = EXPERIENCE
) -> list[Burn]:
    """Every rule held against an integration's timeline up to now; a window's error ratio is bad time over known time."""
    return [burn(rule, share(target_pct), *(_window(pieces, now_ms, s, policy) for s in (rule.long_s, rule.short_s))) for rule in rules]


def is_fast_burn(burns: Sequence[Burn], failed_probes: int) -> bool:
    """Whether any rule fires and at least 3 probes really failed in its long window."""
    return failed_probes >= ENOUGH_FAILURES and any(burn.fires for burn in burns)


def burn_factor(budget_fraction: Number, period: Number, long_window: Number) -> Fraction | None:
    """The burn rate at which `long_window` uses up `budget_fraction` of the budget of `period`; same unit for both."""
    return ratio(exact(budget_fraction) * exact(period), long_window)


def short_window(long_window: Number) -> Fraction:
    """A twelfth: short enough for the alert to end soon after the trouble does."""
    return exact(long_window) / 12


def detection_time(slo: Number, error_ratio: Number, factor: Number, long_window: Number) -> Fraction | None:
    """How long an error ratio must last for the long window to reach the threshold; None if it never can."""
    threshold, errors = exact(factor) * (1 - exact(slo)), exact(error_ratio)
    if threshold > 1 or errors < threshold:
        return None
    part = ratio(threshold, errors)
    return None if part is None else part * exact(long_window)


def window_of_series(series: Sequence[Sequence[int]], now_minute: int, minutes: int) -> tuple[int, int]:
    """(bad, total) of the last `minutes` complete minutes before `now_minute`; `series` is run-length encoded.

    Each run is (minutes, total a minute, bad a minute), the first begins at minute 0; before it there was no traffic.
    """
    bad = total = at = 0
    for length, calls, errors in series:
        inside = max(0, min(at + length, now_minute) - max(at, now_minute - minutes))
        bad, total, at = bad + inside * errors, total + inside * calls, at + length
    return bad, total


def _window(pieces: Sequence[Piece], now_ms: int, seconds: int, policy: Policy) -> tuple[Fraction, Fraction]:
    seen = availability(fold(pieces, now_ms - seconds * 1000, now_ms), policy)
    return seen.bad_ms, seen.counted_ms


def _errors(window: tuple[Number, Number]) -> Fraction:
    return ratio(*window) or Fraction(0)
