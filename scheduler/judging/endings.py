"""How incidents end: recovered, not seen to recover, removed; and a group with its last member."""

from __future__ import annotations

from alerts.words import lasting
from core.ledger import IncidentKind, IncidentRow
from core.line import Line
from core.plan import CheckPlan
from core.timeline import closing
from scheduler.judging import telling
from scheduler.judging.draft import Draft

RECOVERED = "recovered"
UNSEEN = "not seen to recover"
REMOVED = "removed"


def recover(draft: Draft, incident: int, check: CheckPlan, before: Line, now_ms: int) -> None:
    """Every machine of every check is closed again."""
    row = draft.memory.incidents[incident]
    resolved = max(row.started_ms, row.recovered_ms or now_ms)
    text = closing(check, before, lasting(resolved - row.started_ms))
    close(draft, row, RECOVERED, now_ms, text, resolved_ms=resolved)


def close(draft: Draft, row: IncidentRow, how: str, now_ms: int, text: str, *, resolved_ms: int | None = None) -> None:
    """The incident leaves the memory; who was told of it is told of its end."""
    row = draft.change(row.id, closed_ms=now_ms, closed_as=how, resolved_ms=resolved_ms, lost_sight_ms=row.lost_sight_ms)
    draft.topics.add("wall")
    draft.event(row.id, now_ms, "resolved" if how == RECOVERED else "closed", text)
    telling.tell_end(draft, row, now_ms)
    if row.group is not None:
        _leave(draft, row, now_ms)


def _leave(draft: Draft, member: IncidentRow, now_ms: int) -> None:
    """A group is over when its last member is; it recovered when one of them did."""
    group = draft.memory.incidents.get(member.group or 0)
    if group is None or group.kind is not IncidentKind.GROUP:
        return
    if member.resolved_ms is not None:
        group = draft.change(group.id, recovered_ms=max(member.resolved_ms, group.recovered_ms or 0))
    if any(one.group == group.id for one in draft.memory.incidents.values()):
        return
    if group.recovered_ms is None:
        close(draft, group, member.closed_as or UNSEEN, now_ms, "Closed with its last member")
        return
    resolved = max(group.started_ms, group.recovered_ms)
    close(draft, group, RECOVERED, now_ms, f"All are over after {lasting(resolved - group.started_ms)}", resolved_ms=resolved)
