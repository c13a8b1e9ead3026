"""What an objective allows: the error budget, how much is left, when it will be spent, and the word a report says of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from core.availability import Availability
from core.exact import Number, exact, ratio, share

THRESHOLDS: Final = (50, 80, 100)  # per cent of the budget at which an alert goes out
ENOUGH_SEEN: Final = Fraction(95, 100)
LITTLE_LEFT: Final = Fraction(1, 4)


class Phase(StrEnum):
    """Where a period stands. Closing: it is over, and results up to its end may still come in."""

    RUNNING = "running"
    CLOSING = "closing"
    CLOSED = "closed"


class Band(StrEnum):
    """What is said of a promise; the worst that applies."""

    BROKEN = "Broken"
    AT_RISK = "At risk"
    PROVISIONAL = "Provisional"
    KEPT_SO_FAR = "Kept so far"
    KEPT = "Kept"


@dataclass(frozen=True, slots=True)
class Budget:
    """Bad time allowed and spent, in the unit of the window it was made from."""

    target: Fraction  # a share of one
    allowed: Fraction
    spent: Fraction

    @property
    def left(self) -> Fraction:
        """Negative once more was spent than allowed."""
        return self.allowed - self.spent

    @property
    def consumed(self) -> Fraction | None:
        """The share spent; None where nothing is allowed (a target of 100 %)."""
        return ratio(self.spent, self.allowed)

    @property
    def left_share(self) -> Fraction | None:
        return ratio(self.left, self.allowed)

    @property
    def breached(self) -> bool:
        return self.spent > self.allowed

    @property
    def threshold(self) -> int:
        """The highest of 50, 80 and 100 % that was reached; 0 before."""
        if self.consumed is None:
            return THRESHOLDS[-1] if self.breached else 0
        return max((step for step in THRESHOLDS if self.consumed * 100 >= step), default=0)


def error_budget(target_pct: Number, window: Number, spent: Number = 0) -> Budget:
    """(1 - target) of `window`; of a calendar period see `period_budget`."""
    target = share(target_pct)
    return Budget(target, (1 - target) * exact(window), exact(spent))


def period_budget(target_pct: Number, seen: Availability, still_to_come_ms: int) -> Budget:
    """Of a period: all that its policy counted so far, and what is still to come.

    So a promise is broken exactly when the closed figure is below its target: docs/decisions/0005-budget.md.
    """
    return error_budget(target_pct, seen.counted_ms + still_to_come_ms, seen.bad_ms)


def exhausted_at(budget: Budget, counted_ms: Number, now_ms: int) -> int | None:
    """When the budget is spent if bad time comes at the rate of the `counted_ms` so far; now, if it is; None for never."""
    if budget.breached:
        return now_ms
    rate = ratio(budget.spent, counted_ms)
    return now_ms + int(budget.left / rate) if rate else None


def band(budget: Budget, coverage: Fraction | None, spent_at_ms: int | None, end_ms: int, phase: Phase) -> Band:
    """The word for one promise; `spent_at_ms` is the forecast of `exhausted_at`."""
    if budget.breached:
        return Band.BROKEN
    if phase is Phase.RUNNING and _is_at_risk(budget, spent_at_ms, end_ms):
        return Band.AT_RISK
    if coverage is None or coverage < ENOUGH_SEEN:
        return Band.PROVISIONAL
    return Band.KEPT if phase is Phase.CLOSED else Band.KEPT_SO_FAR


def _is_at_risk(budget: Budget, spent_at_ms: int | None, end_ms: int) -> bool:
    little = budget.left_share is not None and budget.left_share < LITTLE_LEFT
    return little or (spent_at_ms is not None and spent_at_ms < end_ms)
