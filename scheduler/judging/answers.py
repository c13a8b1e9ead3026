"""What people ask of the worker, and its answer; the request itself is one row, written by a page, the API or a command.

acknowledge   {incident}
note          {incident, text}
silence       {integrations: [ids] or null for all, start_ms, end_ms, reason}
maintenance   the same
run_check     {checks: [ids]}: refused here, or run by the worker, which answers with `ran`
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from core.health import ProbeResult
from core.ledger import Answer, IncidentKind, IncidentRow, WindowKind, WindowRow
from core.line import HEARTBEAT
from core.plan import Plan, WindowRule
from scheduler.index import Index
from scheduler.judging import telling
from scheduler.judging.draft import Draft
from scheduler.memory import Memory

TEXT_LIMIT: Final = 2_000
NAME_LIMIT: Final = 100
LONGEST_WINDOW_MS: Final = 31 * 86_400_000
SOMEBODY: Final = "somebody"


class Asked(Protocol):
    """One request row (storage.rows.RequestRow is one)."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def body(self) -> Mapping[str, Any]: ...
    @property
    def by(self) -> str | None: ...


class Refused(Exception):
    """The request cannot be done; the message is the answer."""


def answer(draft: Draft, request: Asked) -> None:
    """Do what is asked and say so, or say why not. A run that may begin is answered by the worker when it has ended."""
    try:
        said = _ANSWERS[request.kind](draft, request) if request.kind in _ANSWERS else _unknown(request)
    except Refused as why:
        draft.answers.append(Answer(request.id, _now(draft), False, str(why)))
        return
    if said:
        draft.answers.append(Answer(request.id, _now(draft), True, said))


def runnable(memory: Memory, checks: Iterable[object], now_ms: int) -> list[int]:
    """The checks that may be run by hand now: known, asked over the network, and not run by hand within their retry gap."""
    plans = (memory.plan.checks.get(check) for check in checks if isinstance(check, int))
    asked = [plan for plan in plans if plan is not None and plan.kind != HEARTBEAT]
    return [plan.id for plan in asked if now_ms - memory.manual.get(plan.id, -plan.retry_ms) >= plan.retry_ms]


def ran(memory: Memory, request: int, results: Sequence[ProbeResult], now_ms: int) -> Answer:
    """The answer to a `run_check` whose runs have ended."""
    said = [f"{memory.plan.checks[one.check].name}: {_said(one)}" for one in results if one.check in memory.plan.checks]
    body = {"results": [{"check": one.check, "location": one.location, "at_ms": one.at_ms, "status": one.status.value} for one in results]}
    return Answer(request, now_ms, True, ". ".join(said) or "Nothing was run", body)


def _said(result: ProbeResult) -> str:
    if result.cause is None:
        return f"up in {result.total_us // 1000} ms"
    return f"{result.status.value}, {result.cause.value.replace('_', ' ')}"


def _acknowledge(draft: Draft, request: Asked) -> str:
    row = _open(draft, request)
    if row.acknowledged_ms is not None:
        return f"{row.acknowledged_by} is on it already."
    by = _name(request)
    group = [one.id for one in draft.memory.incidents.values() if one.group == row.id and one.acknowledged_ms is None]
    for ident in (row.id, *group):
        draft.change(ident, acknowledged_ms=_now(draft), acknowledged_by=by)
        draft.event(ident, _now(draft), "acknowledged", "On it", by=by)
        telling.tell_update(draft, ident, _now(draft))
    draft.topics.add("wall")
    return f"{by} is on it."


def _note(draft: Draft, request: Asked) -> str:
    text = _text(request, "text", TEXT_LIMIT)
    incident = request.body.get("incident")
    if not text:
        raise Refused("A note needs some words.")
    if not isinstance(incident, int) or not 0 < incident < draft.memory.next_incident:
        raise Refused("There is no such incident.")
    draft.event(incident, _now(draft), "note", text, by=_name(request))
    telling.tell_update(draft, incident, _now(draft))
    return "Noted."


def _window(kind: WindowKind) -> Callable[[Draft, Asked], str]:
    return lambda draft, request: _add_window(draft, request, kind)


def _add_window(draft: Draft, request: Asked, kind: WindowKind) -> str:
    memory, reason = draft.memory, _text(request, "reason", 200)
    which = _integrations(memory, request.body.get("integrations"))
    start, end = request.body.get("start_ms"), request.body.get("end_ms")
    if not isinstance(start, int) or not isinstance(end, int) or not 0 < end - start <= LONGEST_WINDOW_MS or end <= _now(draft):
        raise Refused("A window needs a beginning and a later end in the future, at most 31 days apart.")
    draft.windows.append(WindowRow(kind, start, end, which, reason, request.by))
    rule = WindowRule(start, end, None if which is None else frozenset(which), reason)
    memory.plan = _with(memory.plan, kind, rule)
    memory.index = Index(memory.plan)
    draft.topics.update(("wall", "system"))
    _note_window(draft, request, which, start, end, kind)
    if kind is WindowKind.SILENCE:
        return "Silenced: nothing is alerted, everything is measured."
    return "Planned: this time counts as maintenance."


def _with(plan: Plan, kind: WindowKind, rule: WindowRule) -> Plan:
    if kind is WindowKind.SILENCE:
        return replace(plan, silences=(*plan.silences, rule))
    return replace(plan, maintenance=(*plan.maintenance, rule))


def _note_window(draft: Draft, request: Asked, which: tuple[int, ...] | None, start: int, end: int, kind: WindowKind) -> None:
    """Open incidents it lies over say so."""
    said = "Silenced" if kind is WindowKind.SILENCE else "Maintenance planned"
    minutes = f"for {(end - start) // 60_000} min"
    for row in list(draft.memory.incidents.values()):
        over = row.integration is not None and (which is None or row.integration in which)
        if over and row.kind is not IncidentKind.BLIND:
            draft.event(row.id, _now(draft), "silenced", f"{said} {minutes}", _text(request, "reason", 200), by=_name(request))


def _run_check(draft: Draft, request: Asked) -> str:
    """Says nothing when there is something to run."""
    checks = request.body.get("checks")
    able = runnable(draft.memory, checks if isinstance(checks, Sequence) else (), _now(draft))
    if not able:
        raise Refused("Nothing to run: unknown, asked by nobody, or run by hand a moment ago.")
    for check in able:
        draft.memory.manual[check] = _now(draft)
    return ""


def _unknown(request: Asked) -> str:
    raise Refused(f"Nobody here knows how to {request.kind[:40]!r}.")


def _integrations(memory: Memory, asked: object) -> tuple[int, ...] | None:
    if asked is None:
        return None
    ids = tuple(one for one in asked if isinstance(one, int) and one in memory.plan.integrations) if isinstance(asked, Sequence) else ()
    if not ids:
        raise Refused("There is no such integration.")
    return ids


def _open(draft: Draft, request: Asked) -> IncidentRow:
    incident = request.body.get("incident")
    row = draft.memory.incidents.get(incident) if isinstance(incident, int) else None
    if row is None:
        raise Refused("The incident is not open.")
    return row


def _name(request: Asked) -> str:
    return (request.by or SOMEBODY).strip()[:NAME_LIMIT] or SOMEBODY


def _text(request: Asked, key: str, limit: int) -> str:
    value = request.body.get(key)
    return value.strip()[:limit] if isinstance(value, str) else ""


def _now(draft: Draft) -> int:
    return draft.now_ms or 0


_ANSWERS: Final[dict[str, Callable[[Draft, Asked], str]]] = {
    "acknowledge": _acknowledge,
    "note": _note,
    "silence": _window(WindowKind.SILENCE),
    "maintenance": _window(WindowKind.MAINTENANCE),
    "run_check": _run_check,
}
