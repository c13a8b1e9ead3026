"""What the judge is told of error budgets: the month's by the experience policy, and whether it burns fast now."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from core.calendar import Period, month_at
from core.objective import exhausted_at, period_budget
from core.plan import IntegrationPlan
from scheduler.fast_burn import FastBurn, burning
from scheduler.judge import BudgetFigures, Memory
from storage.engine import Snapshot
from storage.rows import Summary
from storage.wall import summaries


def budget_figures(conn: Snapshot, memory: Memory, now_ms: int) -> list[BudgetFigures]:
    """One for every integration with an availability objective that was folded this month; about every 30 s.

    At most seven queries however many there are: three as for the wall, and those of `burning`.
    """
    period, aims = month_at(now_ms), {plan.id: target for plan in memory.plan.integrations.values() if (target := _target(plan))}
    folded = [one for one in summaries(conn) if one.plan.id in aims and period.start_ms <= one.folded_ms < period.end_ms]
    fast = burning(conn, memory, {one.plan.id: aims[one.plan.id] for one in folded}, now_ms)
    return [_figures(one, aims[one.plan.id], period, fast.get(one.plan.id)) for one in folded]


def _target(plan: IntegrationPlan) -> Decimal | None:
    return plan.objective.availability_pct if plan.objective else None


def _figures(one: Summary, target_pct: Decimal, period: Period, fast: FastBurn | None) -> BudgetFigures:
    """As of the newest fold; a forecast beyond the month's end is none, the next month has a budget of its own."""
    seen = one.calendar_month.experience
    budget = period_budget(target_pct, seen, period.end_ms - one.folded_ms)
    spent_at = exhausted_at(budget, seen.counted_ms, one.folded_ms)
    made = BudgetFigures(
        integration=one.plan.id,
        period=period.key,
        period_name=period.label.split()[0],
        threshold=budget.threshold,
        spent_ms=int(budget.spent),
        total_ms=int(budget.allowed),
        exhausts_ms=spent_at if spent_at is not None and spent_at < period.end_ms else None,
    )
    if fast is None:
        return made
    return replace(made, burns_fast=True, burn=fast.rate, long=fast.long, short=fast.short, failures=fast.failures)
