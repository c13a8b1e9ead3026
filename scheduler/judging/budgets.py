"""Error budgets: an alert at 50, 80 and 100 % of the month's, each once; and what was told of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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
    """Those that pass the same mark at the same look are one message: an outage of many spends many budgets at once."""
    passed: dict[int, list[telling.News]] = {threshold: [] for threshold in THRESHOLDS}
    for plan, one in audible(draft.memory, figures, now_ms):
        told = known(draft.memory, plan.id)
        before = told.threshold if told.period == one.period else 0
        if one.threshold > before and one.threshold in THRESHOLDS:
            passed[one.threshold].append(telling.News(plan.id, _urgency(plan, one.threshold), _budget(plan, one)))
        remember(draft, plan, replace(told, period=one.period, threshold=max(before, one.threshold)), now_ms)
    for news in passed.values():
        telling.notice_together(draft, AlertKind.BUDGET, news, now_ms)


def audible(memory: Memory, figures: Sequence[BudgetFigures], now_ms: int) -> Iterator[tuple[IntegrationPlan, BudgetFigures]]:
    """What is silenced now is told when the silence is over."""
    for one in figures:
        plan = memory.plan.integrations.get(one.integration)
        if plan is not None and not telling.suppressed(memory, plan.id, now_ms):
            yield plan, one


def known(memory: Memory, integration: int) -> BudgetTold:
    return memory.budgets.get(integration, BudgetTold())


def remember(draft: Draft, plan: IntegrationPlan, told: BudgetTold, now_ms: int) -> None:
    """Written down where it changed; since when something waits to be told is not."""
    before = known(draft.memory, plan.id)
    draft.memory.budgets[plan.id] = told
    if plan.checks and replace(before, waits_ms=None) != replace(told, waits_ms=None):
        check = min(one.id for one in plan.checks)
        body = {"period": told.period, "threshold": told.threshold, "burning": told.burning, "group": told.group}
        draft.signals[check, SIGNAL] = SignalRow(check, SIGNAL, now_ms, body)


def recalled(memory: Memory, row: SignalRow) -> None:
    """What was told before a restart."""
    plan = memory.plan.checks.get(row.check)
    if plan is None:
        return
    told = BudgetTold(
        str(row.body.get("period", "")),
        int(row.body.get("threshold", 0)),
        bool(row.body.get("burning", False)),
        group=row.body.get("group"),
    )
    memory.budgets[plan.integration] = max(told, known(memory, plan.integration), key=lambda one: (one.period, one.threshold))


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
