"""What people ask of the worker, and its answer; the request itself is one row, written by a page, the API or a command.

acknowledge   {incident}
note          {incident, text}
silence       {integrations: [ids] or null for all, start_ms, end_ms, reason}
maintenance   the same
end_window    {window}: its row is read by the desk, because a window has no id before it is stored
run_check     {checks: [ids]}: refused here, or run by the worker, which answers with `ran`
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from core.health import ProbeResult
from core.ledger import Answer, IncidentRow, WindowKind, WindowRow
from core.line import HEARTBEAT
from scheduler.judging import planned, telling
from scheduler.judging.asked import Asked, Refused, name_of, now_of, words
from scheduler.judging.draft import Draft
from scheduler.memory import Memory

TEXT_LIMIT: Final = 2_000


def answer(draft: Draft, request: Asked) -> None:
    """Do what is asked and say so, or say why not. A run that may begin is answered by the worker when it has ended."""
    _answered(draft, request, lambda: _ANSWERS.get(request.kind, _unknown)(draft, request))


def end_window(draft: Draft, request: Asked, row: WindowRow | None) -> None:
    """The same for an `end_window`; `row` is the window it names, as it is stored."""
    _answered(draft, request, lambda: planned.end(draft, request, row))


def _answered(draft: Draft, request: Asked, doing: Callable[[], str]) -> None:
    try:
        said = doing()
    except Refused as why:
        draft.answers.append(Answer(request.id, now_of(draft), False, str(why)))
        return
    if said:
        draft.answers.append(Answer(request.id, now_of(draft), True, said))


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
    by = name_of(request)
    group = [one.id for one in draft.memory.incidents.values() if one.group == row.id and one.acknowledged_ms is None]
    for ident in (row.id, *group):
        draft.change(ident, acknowledged_ms=now_of(draft), acknowledged_by=by)
        draft.event(ident, now_of(draft), "acknowledged", "On it", by=by)
        telling.tell_update(draft, ident, now_of(draft))
    draft.topics.add("wall")
    return f"{by} is on it."


def _note(draft: Draft, request: Asked) -> str:
    text = words(request, "text", TEXT_LIMIT)
    incident = request.body.get("incident")
    if not text:
        raise Refused("A note needs some words.")
    if not isinstance(incident, int) or not 0 < incident < draft.memory.next_incident:
        raise Refused("There is no such incident.")
    draft.event(incident, now_of(draft), "note", text, by=name_of(request))
    telling.tell_update(draft, incident, now_of(draft))
    return "Noted."


def _run_check(draft: Draft, request: Asked) -> str:
    """Says nothing when there is something to run."""
    checks = request.body.get("checks")
    able = runnable(draft.memory, checks if isinstance(checks, Sequence) else (), now_of(draft))
    if not able:
        raise Refused("Nothing to run: unknown, asked by nobody, or run by hand a moment ago.")
    for check in able:
        draft.memory.manual[check] = now_of(draft)
    return ""


def _unknown(draft: Draft, request: Asked) -> str:
    raise Refused(f"Nobody here knows how to {request.kind[:40]!r}.")


def _open(draft: Draft, request: Asked) -> IncidentRow:
    incident = request.body.get("incident")
    row = draft.memory.incidents.get(incident) if isinstance(incident, int) else None
    if row is None:
        raise Refused("The incident is not open.")
    return row


_ANSWERS: Final[dict[str, Callable[[Draft, Asked], str]]] = {
    "acknowledge": _acknowledge,
    "note": _note,
    "silence": planned.add(WindowKind.SILENCE),
    "maintenance": planned.add(WindowKind.MAINTENANCE),
    "run_check": _run_check,
}
