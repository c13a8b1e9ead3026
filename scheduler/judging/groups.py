"""Many integrations, one message: a group forms when an incident opens and row 7 or 8 of the verdict matches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.grouping import GROUP_AT_LEAST, GROWS_MS, JOIN_MS
from core.health import Cause
from core.ledger import IncidentKind, IncidentRow
from core.merge import worst
from core.rules import GROUPED, PATH_CAUSES
from scheduler.judging import telling
from scheduler.judging.draft import Draft

_CAUSES: Final[dict[int, frozenset[Cause]]] = {7: PATH_CAUSES, 8: frozenset({Cause.SERVER_ERROR})}
_TITLES: Final = {7: "The path to {count} vendors", 8: "A shared upstream of {count} vendors"}


def join(draft: Draft, incident: int, now_ms: int) -> None:
    """Without waiting: incidents opened in the minute before join too, and their messages name the group."""
    row = draft.memory.incidents[incident]
    rule = row.verdict.rule if row.verdict else 0
    if rule not in GROUPED:
        return
    group = _open_group(draft, rule, now_ms)
    members = [row] if group else [*_just_opened(draft, rule, row.id, now_ms), row]
    ident = group.id if group else _form(draft, members, now_ms)
    for member in members:
        draft.change(member.id, group=ident)
        draft.event(member.id, now_ms, "group", f"Joined group INC-{ident}: many vendors at once")
        telling.tell_update(draft, member.id, now_ms)
    _count(draft, ident, rule, members, now_ms, formed=group is None)
    telling.tell_opening(draft, ident, now_ms, [member.integration for member in members])


def _open_group(draft: Draft, rule: int, now_ms: int) -> IncidentRow | None:
    """The one that is going on. A single vendor that stayed down must not swallow the next mass failure: nobody would be called."""
    groups = (row for row in draft.memory.incidents.values() if row.kind is IncidentKind.GROUP)
    same = [row for row in groups if row.verdict is not None and row.verdict.rule == rule]
    return next((row for row in reversed(same) if _goes_on(draft, row.id, now_ms)), None)


def _goes_on(draft: Draft, group: int, now_ms: int) -> bool:
    opened = [one.opened_ms for one in draft.memory.incidents.values() if one.group == group]
    return len(opened) >= GROUP_AT_LEAST or now_ms - max(opened, default=0) <= GROWS_MS


def _just_opened(draft: Draft, rule: int, but: int, now_ms: int) -> list[IncidentRow]:
    """Those of the minute before that fail by the row's causes, and have no group yet."""
    single = [row for row in draft.memory.incidents.values() if row.kind is IncidentKind.VENDOR and row.group is None and row.id != but]
    return [row for row in single if abs(now_ms - row.opened_ms) <= JOIN_MS and row.cause in _CAUSES[rule]]


def _form(draft: Draft, members: Sequence[IncidentRow], now_ms: int) -> int:
    newest = members[-1]
    ident = draft.new_incident()
    draft.write_incident(
        IncidentRow(
            id=ident,
            kind=IncidentKind.GROUP,
            integration=None,
            started_ms=min(member.started_ms for member in members),
            opened_ms=now_ms,
            status=newest.status,
            cause=newest.cause,
            checks=(),
            verdict=newest.verdict,
            severity=newest.severity,
        )
    )
    return ident


def _count(draft: Draft, group: int, rule: int, joined: Sequence[IncidentRow], now_ms: int, *, formed: bool) -> None:
    """The group's own figures, from the members that are open."""
    row, plans = draft.memory.incidents[group], draft.memory.plan.integrations
    members = [one.integration for one in draft.memory.incidents.values() if one.group == group]
    vendors = {plans[one].provider for one in members if one in plans}
    draft.change(
        group,
        title=_TITLES[rule].format(count=len(vendors)),
        verdict=joined[-1].verdict,  # the newest member counted the most that fail
        started_ms=min(row.started_ms, *(one.started_ms for one in joined)),
        status=worst([row.status, *(one.status for one in joined)]),
        severity=min(row.severity, *(one.severity for one in joined)),
    )
    names = ", ".join(plans[one.integration].name for one in joined if one.integration in plans)
    if formed:
        draft.event(group, now_ms, "opened", "One message for many: they fail together", names)
    else:
        draft.event(group, now_ms, "joined", f"{len(members)} integrations now", names)
        telling.tell_update(draft, group, now_ms)
