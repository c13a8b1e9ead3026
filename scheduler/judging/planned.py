"""Silences and maintenance windows that people set: made, cancelled, and ended before their time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from core.ledger import IncidentKind, IncidentRow, WindowKind, WindowRow
from core.plan import Plan, WindowRule
from scheduler.index import Index
from scheduler.judging import telling
from scheduler.judging.asked import Asked, Refused, name_of, now_of, words
from scheduler.judging.draft import Draft
from scheduler.memory import Memory

REASON_LIMIT: Final = 200
LONGEST_WINDOW_MS: Final = 31 * 86_400_000
NAMED: Final = 3  # integrations that an answer names

_NOUN: Final = {WindowKind.SILENCE: "silence", WindowKind.MAINTENANCE: "maintenance window"}


def add(kind: WindowKind) -> Callable[[Draft, Asked], str]:
    return lambda draft, request: _add(draft, request, kind)


def _add(draft: Draft, request: Asked, kind: WindowKind) -> str:
    memory, reason = draft.memory, words(request, "reason", REASON_LIMIT)
    which = _integrations(memory, request.body.get("integrations"))
    start, end = request.body.get("start_ms"), request.body.get("end_ms")
    if not isinstance(start, int) or not isinstance(end, int) or not 0 < end - start <= LONGEST_WINDOW_MS or end <= now_of(draft):
        raise Refused("A window needs a beginning and a later end in the future, at most 31 days apart.")
    row = WindowRow(kind, start, end, which, reason, request.by)
    draft.windows.append(row)
    _plan(draft, kind, (*_rules(memory.plan, kind), _rule(row)))
    said = "Silenced" if kind is WindowKind.SILENCE else "Maintenance planned"
    _note(draft, request, row, f"{said} for {(end - start) // 60_000} min", reason)
    if kind is WindowKind.SILENCE:
        return "Silenced: nothing is alerted, everything is measured."
    return "Planned: this time counts as maintenance."


def end(draft: Draft, request: Asked, row: WindowRow | None) -> str:
    """`row` is the window that is asked for, as it is stored. Its history is kept: it ends now, or was over before it began."""
    now_ms = now_of(draft)
    row = _endable(row, now_ms)
    draft.windows.append(replace(row, end_ms=max(now_ms, row.start_ms)))
    began, rules = row.start_ms < now_ms, list(_rules(draft.memory.plan, row.kind))
    if (known := next((one for one in rules if _same(one, row)), None)) is not None:
        rules.remove(known)  # one of them: another over the same time stays
    _plan(draft, row.kind, (*rules, *([_rule(replace(row, end_ms=now_ms))] if began else [])))
    _note(draft, request, row, f"{_title(row.kind)} {'ended early' if began else 'cancelled'}")
    _tell(draft, row, now_ms)
    return _said(draft.memory, row, now_ms, began=began)


def _endable(row: WindowRow | None, now_ms: int) -> WindowRow:
    if row is None:
        raise Refused("There is no such silence or maintenance window.")
    noun = _NOUN[row.kind]
    if row.end_ms <= row.start_ms:
        raise Refused(f"This {noun} was cancelled already.")
    if row.end_ms <= now_ms:
        raise Refused(f"This {noun} is over already.")
    if row.origin == "file":
        raise Refused(f"This {noun} is declared in integrations.yaml: edit it there, and it ends as soon as the file is saved.")
    return row


def _rules(plan: Plan, kind: WindowKind) -> tuple[WindowRule, ...]:
    return plan.silences if kind is WindowKind.SILENCE else plan.maintenance


def _plan(draft: Draft, kind: WindowKind, rules: tuple[WindowRule, ...]) -> None:
    """From this flush on the judge goes by these windows."""
    memory = draft.memory
    memory.plan = replace(memory.plan, silences=rules) if kind is WindowKind.SILENCE else replace(memory.plan, maintenance=rules)
    memory.index = Index(memory.plan)
    draft.topics.update(("wall", "system"))


def _rule(row: WindowRow) -> WindowRule:
    return WindowRule(row.start_ms, row.end_ms, None if row.integrations is None else frozenset(row.integrations), row.reason)


def _same(rule: WindowRule, row: WindowRow) -> bool:
    """A window of the plan has no id: it is known by when it is and over whom."""
    return replace(rule, reason="") == replace(_rule(row), reason="")


def _over(memory: Memory, row: WindowRow) -> Iterator[IncidentRow]:
    """Open incidents of integrations that the window lies over."""
    for one in list(memory.incidents.values()):
        over = one.integration is not None and (row.integrations is None or one.integration in row.integrations)
        if over and one.kind is not IncidentKind.BLIND:
            yield one


def _note(draft: Draft, request: Asked, row: WindowRow, text: str, detail: str = "") -> None:
    for one in _over(draft.memory, row):
        draft.event(one.id, now_of(draft), "silenced", text, detail, by=name_of(request))


def _tell(draft: Draft, row: WindowRow, now_ms: int) -> None:
    """What the window held back is told with its end, by its group where it has one; who was told hears nothing twice."""
    over = list(_over(draft.memory, row))
    for ident in dict.fromkeys(one.id if one.group is None else one.group for one in over):
        if ident in draft.memory.incidents:
            telling.tell_opening(draft, ident, now_ms)


def _said(memory: Memory, row: WindowRow, now_ms: int, *, began: bool) -> str:
    if not began:
        return f"Cancelled: the {_NOUN[row.kind]} does not begin."
    still = _still_covered(memory, row, now_ms)
    if still:
        names = ", ".join(still[:NAMED]) + (f" and {len(still) - NAMED} more" if len(still) > NAMED else "")
        return f"Ended. Another window still lies over {names}: nothing is alerted there before that ends too."
    if row.kind is WindowKind.SILENCE:
        return "Ended: alerts are told again."
    return "Ended: time counts and alerts are told again."


def _still_covered(memory: Memory, row: WindowRow, now_ms: int) -> list[str]:
    plans = memory.plan.integrations
    which = plans if row.integrations is None else row.integrations
    return sorted(plans[one].name for one in which if one in plans and telling.suppressed(memory, one, now_ms))


def _title(kind: WindowKind) -> str:
    return "Silence" if kind is WindowKind.SILENCE else "Maintenance"


def _integrations(memory: Memory, asked: object) -> tuple[int, ...] | None:
    if asked is None:
        return None
    ids = tuple(one for one in asked if isinstance(one, int) and one in memory.plan.integrations) if isinstance(asked, Sequence) else ()
    if not ids:
        raise Refused("There is no such integration.")
    return ids
