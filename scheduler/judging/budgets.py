"""Error budgets: an alert at 50, 80 and 100 % of the month's, each once, and one while it burns fast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from alerts.policy import severity
from core.health import Status
from core.ledger import AlertKind, SignalRow
from core.objective import THRESHOLDS
from core.plan import IntegrationPlan
from scheduler.judging import telling
from scheduler.judging.draft import Draft
from scheduler.memory import BudgetTold, Memory

SIGNAL: Final = "budget"  # what was told stands beside the signals of the integration's first check, for a restart


@dataclass(frozen=True, slots=True)
class BudgetFigures:
    """What history says of one integration's budget (experience policy), reckoned by the caller.

    `burns_fast` is `core.burn.is_fast_burn` over its two windows; `burn` the rate of the long one, in times the even spend.
    """

    integration: int
    period: str  # "2026-11": what a threshold is told once in
    period_name: str  # "November"
    threshold: int  # core.objective.Budget.threshold: 0, 50, 80 or 100
    spent_ms: int
    total_ms: int
    exhausts_ms: int | None = None
    burns_fast: bool = False
    burn: float = 0.0
    long: str = "1 h"
    short: str = "5 min"
    failures: int = 0


def tell(draft: Draft, figures: Sequence[BudgetFigures], now_ms: int) -> None:
    """What is silenced now is told when the silence is over."""
    for one in figures:
        plan = draft.memory.plan.integrations.get(one.integration)
        if plan is not None and not telling.suppressed(draft.memory, plan.id, now_ms):
            _tell(draft, plan, one, now_ms)


def _tell(draft: Draft, plan: IntegrationPlan, one: BudgetFigures, now_ms: int) -> None:
    told = draft.memory.budgets.get(plan.id, BudgetTold())
    before = told.threshold if told.period == one.period else 0
    after = BudgetTold(one.period, max(before, one.threshold), one.burns_fast)
    channels = telling.channels_of(draft.memory, plan.id, now_ms)
    if one.threshold > before and one.threshold in THRESHOLDS:
        telling.notice(draft, channels, AlertKind.BUDGET, _urgency(plan, one.threshold), now_ms, _budget(plan, one))
    if one.burns_fast and not told.burning:
        telling.notice(draft, channels, AlertKind.FAST_BURN, severity(plan.criticality, Status.DOWN), now_ms, _burn(plan, one))
    if after != told:
        _remember(draft, plan, after, now_ms)


def _urgency(plan: IntegrationPlan, threshold: int) -> int:
    return severity(plan.criticality, Status.DOWN if threshold >= THRESHOLDS[-1] else Status.DEGRADED)


def _budget(plan: IntegrationPlan, one: BudgetFigures) -> dict[str, Any]:
    return {
        "name": plan.name,
        "threshold": one.threshold,
        "period": one.period_name,
        "spent_ms": one.spent_ms,
        "total_ms": one.total_ms,
        "exhausts_ms": one.exhausts_ms,
        "path": f"/integration?id={plan.slug}",
    }


def _burn(plan: IntegrationPlan, one: BudgetFigures) -> dict[str, Any]:
    figures = {"burn": one.burn, "long": one.long, "short": one.short, "failures": one.failures}
    return {"name": plan.name, **figures, "path": f"/integration?id={plan.slug}"}


def _remember(draft: Draft, plan: IntegrationPlan, told: BudgetTold, now_ms: int) -> None:
    draft.memory.budgets[plan.id] = told
    if plan.checks:
        check = min(one.id for one in plan.checks)
        body = {"period": told.period, "threshold": told.threshold, "burning": told.burning}
        draft.signals[check, SIGNAL] = SignalRow(check, SIGNAL, now_ms, body)


def recalled(memory: Memory, row: SignalRow) -> None:
    """What was told before a restart."""
    plan = memory.plan.checks.get(row.check)
    if plan is None:
        return
    told = BudgetTold(str(row.body.get("period", "")), int(row.body.get("threshold", 0)), bool(row.body.get("burning", False)))
    known = memory.budgets.get(plan.integration, BudgetTold())
    memory.budgets[plan.integration] = max(told, known, key=lambda one: (one.period, one.threshold))
