"""What is left of the month's error budget, by the experience policy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from core.plan import Objective
from storage.rows import Figures
from ui.figures import bad_ms
from ui.reader import Reader
from ui.views.wall import Budget


def month_budget(objective: Objective | None, month: Figures, reader: Reader) -> Budget | None:
    """None without a target. (1 - target) x (period - its maintenance and unknown so far), less what was bad."""
    if objective is None or objective.availability_pct is None:
        return None
    now = datetime.fromtimestamp(reader.now_ms / 1000, tz=UTC)
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    period = int((following - first).total_seconds() * 1000)
    allowed = (1 - Fraction(objective.availability_pct) / 100) * (period - month.maintenance_ms - month.unknown_ms)
    spent = bad_ms(month)
    if allowed <= 0:
        return Budget(Fraction(-1 if spent else 1), spent, f"{now:%B}")
    return Budget(1 - spent / allowed, max(0, int(spent - allowed)), f"{now:%B}")
