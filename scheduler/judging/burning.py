"""Budgets that burn fast: told once while they do, by the group's message where a group speaks for the integration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from alerts.policy import severity
from alerts.words import BUDGET_LINE, BUDGET_OVER, burns
from core.grouping import JOIN_MS
from core.health import Status
from core.ledger import AlertKind, IncidentKind
from core.plan import IntegrationPlan
from scheduler.judging import budgets, telling
from scheduler.judging.budgets import BudgetFigures
from scheduler.judging.draft import Draft
from scheduler.memory import BudgetTold, BurnCall, Memory

FOLLOW_MS: Final = 300_000  # looks come every half minute: what one outage sets on fire burns by then
PATIENCE_MS: Final = 180_000  # an outage is confirmed within two minutes, and joins a group within one more

_Fire = tuple[IntegrationPlan, BudgetFigures]


def tell(draft: Draft, figures: Sequence[BudgetFigures], now_ms: int) -> None:
    """A fire is told by its group, or by a message of its own; those seen at the same look are one message."""
    alone: list[telling.News] = []
    before = {told.group for told in draft.memory.budgets.values()}  # those that told of a burn, in the life of another worker too
    grouped: dict[int, list[_Fire]] = defaultdict(list)
    over: dict[int, list[_Fire]] = defaultdict(list)
    for plan, one in budgets.audible(draft.memory, figures, now_ms):
        told = budgets.known(draft.memory, plan.id)
        group, waits_ms = told.group, None
        if told.burning and not one.burns_fast:
            if group in draft.memory.incidents:
                over[group].append((plan, one))
            group = None
        elif one.burns_fast and not told.burning:
            group = _group_of(draft.memory, plan.id)
            if group is not None:
                grouped[group].append((plan, one))
            elif _may_join(draft.memory, plan, told, now_ms):
                waits_ms = now_ms if told.waits_ms is None else told.waits_ms
            else:
                alone.append(telling.News(plan.id, severity(plan.criticality, Status.DOWN), _body(plan, one)))
        told = replace(told, burning=one.burns_fast and waits_ms is None, waits_ms=waits_ms, group=group)
        budgets.remember(draft, plan, told, now_ms)
    for ident, fires in over.items():
        _say_over(draft, ident, fires, now_ms)
    for ident, fires in grouped.items():
        _say_in_group(draft, ident, fires, now_ms, told_before=ident in before)
    _follow_up(draft, now_ms)
    telling.notice_together(draft, AlertKind.FAST_BURN, alone, now_ms)


def _group_of(memory: Memory, integration: int) -> int | None:
    """The open group that speaks for it."""
    row = memory.open_incident(integration)
    group = memory.incidents.get(row.group) if row is not None and row.group is not None else None
    return group.id if group is not None and group.kind is IncidentKind.GROUP else None


def _may_join(memory: Memory, plan: IntegrationPlan, told: BudgetTold, now_ms: int) -> bool:
    """Whether a group may speak for it in a moment: its failure is not confirmed yet, or was within the minute in which groups form."""
    if told.waits_ms is not None and now_ms - told.waits_ms >= PATIENCE_MS:
        return False
    row = memory.open_incident(plan.id)
    if row is not None:
        return now_ms - row.opened_ms <= JOIN_MS
    lines = [memory.lines.get((check.id, place)) for check in plan.checks if check.counts for place in check.locations]
    return any(line is not None and not (line.down.settled and line.slow.settled) for line in lines)


def _say_in_group(draft: Draft, group: int, fires: Sequence[_Fire], now_ms: int, *, told_before: bool) -> None:
    """The first call somebody, in channels that do not edit too. Those that come later are edits, and one more call for all of them."""
    text = "Error budget burns fast" if len(fires) == 1 else "Error budgets burn fast"
    draft.event(group, now_ms, BUDGET_LINE, text, _named(fires))
    row, calls = draft.memory.incidents[group], draft.memory.burn_calls
    able = telling.wanted(draft.memory, row, now_ms)  # where all that it speaks for is silenced nobody is called
    if told_before and not any(ident == group for ident, _ in calls):
        calls.update({(group, channel): BurnCall(now_ms) for channel in row.told})
    first = [channel for channel in row.told if channel in able and (group, channel) not in calls]
    calls.update({key: replace(said, more=True) for key, said in calls.items() if key[0] == group})
    calls.update({(group, channel): BurnCall(now_ms) for channel in first})
    telling.tell_burn(draft, group, first, now_ms)
    telling.tell_update(draft, group, now_ms, but=first)


def _follow_up(draft: Draft, now_ms: int) -> None:
    """Once in a group and channel: what began to burn since its first call, unless that is out."""
    memory = draft.memory
    burn = {told.group for told in memory.budgets.values() if told.burning}
    for (group, channel), said in list(memory.burn_calls.items()):
        row = memory.incidents.get(group)
        if row is None:
            del memory.burn_calls[group, channel]  # its end says all
            continue
        due = said.more and not said.followed and group in burn and now_ms - said.at_ms >= FOLLOW_MS
        if due and channel in telling.wanted(memory, row, now_ms):
            memory.burn_calls[group, channel] = replace(said, followed=True)
            telling.tell_burn(draft, group, [channel], now_ms)


def _say_over(draft: Draft, group: int, fires: Sequence[_Fire], now_ms: int) -> None:
    """The message is edited: nobody is called for it. A member may be well, and its incident closed, long before its windows are."""
    text = "Error budget burns fast no more" if len(fires) == 1 else "Error budgets burn fast no more"
    draft.event(group, now_ms, BUDGET_OVER, text, _named(fires))
    telling.tell_update(draft, group, now_ms)


def _named(fires: Sequence[_Fire]) -> str:
    return burns({plan.name: one.burn for plan, one in sorted(fires, key=lambda fire: -fire[1].burn)})


def _body(plan: IntegrationPlan, one: BudgetFigures) -> dict[str, Any]:
    figures = {"burn": one.burn, "long": one.long, "short": one.short, "failures": one.failures}
    return {"name": plan.name, **figures, "path": f"/integration?id={plan.slug}"}
