"""What is left of the month's error budget, by the experience policy."""

from __future__ import annotations

from fractions import Fraction

from core.calendar import month_at
from core.objective import period_budget
from core.plan import Objective
from storage.rows import Figures
from ui.reader import Reader
from ui.views.wall import Budget


def month_budget(objective: Objective | None, month: Figures, reader: Reader) -> Budget | None:
    """None without a target. Of the UTC month: of what was seen of it so far, and of all that is still to come."""
    if objective is None or objective.availability_pct is None:
        return None
    period = month_at(reader.now_ms)
    budget = period_budget(objective.availability_pct, month.experience, max(period.end_ms - reader.now_ms, 0))
    left = budget.left_share
    return Budget(
        left=Fraction(-int(budget.breached)) if left is None else left,
        over_ms=max(0, int(-budget.left)),
        allowed_ms=int(budget.allowed),
        month=period.label.split()[0],
    )
