"""What time alone brings: checks fall silent, reminders come due, incidents are lost sight of and closed unseen."""

from __future__ import annotations

from collections.abc import Sequence

from core.health import Status
from core.incident import GIVEN_UP_MS, LOST_SIGHT_MS
from core.ledger import IncidentKind, IncidentRow
from core.line import Key, forget_run, went_silent
from core.transition import reminder_due
from scheduler.judging import budgets, burning, stretches, telling
from scheduler.judging.budgets import BudgetFigures
from scheduler.judging.draft import Draft
from scheduler.judging.endings import UNSEEN, close
from scheduler.memory import Memory


def tick(draft: Draft, figures: Sequence[BudgetFigures]) -> None:
    now_ms = draft.now_ms or 0
    _fall_silent(draft, now_ms)
    for row in list(draft.memory.incidents.values()):
        if row.kind is IncidentKind.VENDOR:
            _look_for(draft, row, now_ms)
    for ident in list(draft.memory.incidents):
        _speak(draft, ident, now_ms)
    budgets.tell(draft, figures, now_ms)
    burning.tell(draft, figures, now_ms)


def is_due(memory: Memory, now_ms: int, figures: Sequence[BudgetFigures]) -> bool:
    """Whether there is anything to look at: in quiet seconds there is not."""
    return bool(figures) or bool(memory.incidents) or now_ms > memory.silent_ms


def _fall_silent(draft: Draft, now_ms: int) -> None:
    """A newest result speaks for 2.5 planned gaps; after that nothing is known."""
    memory = draft.memory
    if now_ms <= memory.silent_ms:
        return
    ends = [
        (result.at_ms + result.late_ms + line.hold_ms, key)
        for key, line in memory.lines.items()
        if line.status is not Status.UNKNOWN and (result := memory.newest.get(key)) is not None
    ]
    memory.silent_ms = min((end for end, _ in ends if end >= now_ms), default=now_ms + LOST_SIGHT_MS)
    for key in [key for end, key in ends if end < now_ms]:
        line = memory.lines[key]
        after = went_silent(line, memory.newest[key].edge_ms, now_ms)
        if after is not None:
            draft.write_line(key, after)
            draft.topics.add("wall")


def _look_for(draft: Draft, row: IncidentRow, now_ms: int) -> None:
    """All its checks unknown for 30 minutes: lost sight. For a day: closed, not seen to recover."""
    since = _unknown_since(draft, row)
    if since is None:
        if row.lost_sight_ms is not None:
            draft.change(row.id, lost_sight_ms=None)
            draft.event(row.id, now_ms, "seen_again", "Seen again")
            telling.tell_update(draft, row.id, now_ms)
    elif now_ms - since >= GIVEN_UP_MS:
        _give_up(draft, row, now_ms)
    elif row.lost_sight_ms is None and now_ms - since >= LOST_SIGHT_MS:
        draft.change(row.id, lost_sight_ms=since)
        draft.event(row.id, now_ms, "lost_sight", "Lost sight: none of its checks has said anything for 30 min")
        telling.tell_update(draft, row.id, now_ms)


def _keys(draft: Draft, row: IncidentRow) -> list[Key]:
    plans = [draft.memory.plan.checks[check] for check in row.checks if check in draft.memory.plan.checks]
    return [(plan.id, place) for plan in plans for place in plan.locations if (plan.id, place) in draft.memory.lines]


def _unknown_since(draft: Draft, row: IncidentRow) -> int | None:
    lines = [draft.memory.lines[key] for key in _keys(draft, row)]
    if not lines or any(line.status is not Status.UNKNOWN for line in lines):
        return None
    return max(line.since_ms for line in lines)


def _give_up(draft: Draft, row: IncidentRow, now_ms: int) -> None:
    """Whatever fails when it is seen again is an incident of its own."""
    memory = draft.memory
    for key in _keys(draft, row):
        line = memory.lines[key]
        stretches.end(draft, key, min(now_ms, memory.newest[key].edge_ms + line.hold_ms))
        memory.behind.pop(key, None)
        draft.write_line(key, forget_run(line))
    close(draft, memory.incidents[row.id], UNSEEN, now_ms, "Closed: not seen to recover within 24 h")


def _speak(draft: Draft, ident: int, now_ms: int) -> None:
    """What a silence held back is told when it is over; what nobody is on is told again."""
    memory = draft.memory
    row = memory.incidents.get(ident)
    if row is None or row.kind is IncidentKind.BLIND:
        return
    telling.tell_opening(draft, ident, now_ms)
    row = memory.incidents[ident]
    reminds = row.kind is not IncidentKind.MONITOR  # it has one message, that says how it stands
    unclaimed = reminds and row.told_ms is not None and row.acknowledged_ms is None and row.group is None
    if unclaimed and reminder_due(row.told_ms or 0, now_ms, memory.settings.reminder_ms):
        telling.remind(draft, ident, now_ms)
