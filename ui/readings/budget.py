"""What is left of the month's error budget, by the experience policy."""

from __future__ import annotations

from fractions import Fraction

from core.calendar import month_at
from core.objective import error_budget
from core.plan import Objective
from storage.rows import Figures
from ui.figures import bad_ms
from ui.reader import Reader
from ui.views.wall import Budget


def month_budget(objective: Objective | None, month: Figures, reader: Reader) -> Budget | None:
    """None without a target. The whole month's budget, UTC: what the running month has left of it."""
    if objective is None or objective.availability_pct is None:
        return None
    period = month_at(reader.now_ms)
    budget = error_budget(objective.availability_pct, period.length_ms - month.maintenance_ms - month.unknown_ms, bad_ms(month))
    left = budget.left_share
    return Budget(
        left=Fraction(-int(budget.breached)) if left is None else left,
        over_ms=max(0, int(-budget.left)),
        allowed_ms=int(budget.allowed),
        month=period.label.split()[0],
    )
