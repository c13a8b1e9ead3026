"""The memory after a restart, from what storage holds; and how it goes on with another plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from core.health import Cause, Outcome, PageReading, PageStatus, ProbeResult
from core.ledger import IncidentKind, IncidentRow, SignalRow, SpanRow, StateRow, VerdictRow
from core.line import Key, settle
from core.plan import Plan
from core.remembered import line_of
from core.voices import PageVoice
from scheduler.index import Index
from scheduler.judging import budgets, census, stretches
from scheduler.judging.draft import Draft
from scheduler.judging.endings import REMOVED, close
from scheduler.memory import Blind, JudgeSettings, Memory


class Seen(Protocol):
    """The newest result of a check at a place (storage.rows.ResultLine is one)."""

    @property
    def check(self) -> int: ...
    @property
    def location(self) -> int: ...
    @property
    def at_ms(self) -> int: ...
    @property
    def late_ms(self) -> int: ...
    @property
    def cause(self) -> Cause | None: ...
    @property
    def total_us(self) -> int: ...


def load(
    plan: Plan,
    *,
    states: Iterable[StateRow] = (),
    newest: Mapping[Key, Seen] | None = None,
    verdicts: Iterable[VerdictRow] = (),
    incidents: Iterable[IncidentRow] = (),
    signals: Iterable[SignalRow] = (),
    next_incident: int = 1,
    settings: JudgeSettings | None = None,
) -> Memory:
    """What the last worker knew when its newest flush was committed. All but `plan` come from storage: open ones only."""
    memory = Memory(plan=plan, index=Index(plan), settings=settings or JudgeSettings(), next_incident=next_incident)
    for state in states:
        key = (state.check, state.location)
        if memory.index.knows(key):
            memory.lines[key] = line_of(state, plan.checks[state.check])
            memory.newest[key] = _seen(memory, key, (newest or {}).get(key))
    census.recount(memory)
    memory.stretches = {(row.check, row.location): row for row in verdicts if (row.check, row.location) in memory.lines}
    memory.incidents = {row.id: row for row in incidents if row.closed_ms is None}
    memory.opened = {(row.integration, row.kind.value): row.id for row in memory.incidents.values() if row.integration is not None}
    memory.next_incident = max([next_incident, *(ident + 1 for ident in memory.incidents)])
    for signal in signals:
        _hear_signal(memory, signal)
    memory.blind = _blind(memory)
    return memory


def _seen(memory: Memory, key: Key, newest: Seen | None) -> ProbeResult:
    """As it is stored; where nothing newer is, the line says when it was written down."""
    line = memory.lines[key]
    moved = line.moved_ms if line.moved_ms is not None else line.start_ms
    if newest is None or newest.at_ms + newest.late_ms < moved:
        return ProbeResult(*key, at_ms=moved, late_ms=0, cause=line.cause, total_us=0, outcome=Outcome(line.cause))
    return ProbeResult(*key, newest.at_ms, newest.late_ms, newest.cause, newest.total_us, outcome=Outcome(newest.cause))


def _hear_signal(memory: Memory, row: SignalRow) -> None:
    check = memory.plan.checks.get(row.check)
    if check is None:
        return
    if row.kind == budgets.SIGNAL:
        budgets.recalled(memory, row)
        return
    memory.carried[row.check, row.kind] = (row.at_ms, row.body)
    if row.kind == "page":
        memory.pages[check.integration] = PageVoice(_reading(row.body), row.at_ms)


_STATUSES: Final = {status.value: status for status in PageStatus}


def _reading(body: Mapping[str, Any]) -> PageReading | None:
    status, began = _STATUSES.get(str(body.get("status"))), body.get("incident_started_at")
    if status is None:
        return None
    started = datetime.fromisoformat(began) if isinstance(began, str) else None
    return PageReading(status, str(body.get("headline", "")), body.get("link"), started, tuple(body.get("components", ())))


def _blind(memory: Memory) -> Blind | None:
    row = next((one for one in memory.incidents.values() if one.kind is IncidentKind.BLIND), None)
    if row is None:
        return None
    lost = [result.edge_ms for result in memory.newest.values() if result.cause is Cause.OBSERVER]
    return Blind(row.id, row.started_ms, max([row.started_ms, *lost]))


def replan(draft: Draft, plan: Plan, settings: JudgeSettings | None) -> None:
    """Lines of checks that are gone end where their newest result stops to speak."""
    memory, now_ms = draft.memory, draft.now_ms or 0
    index = Index(plan)
    memory.lines, draft.owns_lines = memory.lines.copy(), True
    for key in [key for key in memory.lines if not index.knows(key)]:
        _drop(draft, key, now_ms)
    memory.plan, memory.index, memory.settings = plan, index, settings or memory.settings
    for key, line in list(memory.lines.items()):
        draft.put_line(key, settle(line, plan.checks[key[0]]))
    census.recount(memory)
    for row in list(memory.incidents.values()):
        _keep_or_close(draft, row, now_ms)


def _drop(draft: Draft, key: Key, now_ms: int) -> None:
    memory = draft.memory
    line, newest = memory.lines.pop(key), memory.newest.pop(key)
    end = min(now_ms, newest.edge_ms + line.hold_ms)
    if end > line.start_ms:
        status = newest.status
        draft.write_span(SpanRow(*key, line.start_ms, end, status, newest.cause, line.gap_ms))
    stretches.end(draft, key, end)
    memory.behind.pop(key, None)
    memory.rounds.pop(key, None)
    draft.topics.add("wall")


def _keep_or_close(draft: Draft, row: IncidentRow, now_ms: int) -> None:
    memory = draft.memory
    if row.kind in (IncidentKind.GROUP, IncidentKind.BLIND, IncidentKind.MONITOR) or row.id not in memory.incidents:
        return
    integration = memory.plan.integrations.get(row.integration or 0)
    mine = {check.id for check in integration.checks if check.counts or row.kind is IncidentKind.SELF} if integration else set()
    left = tuple(check for check in row.checks if check in mine)
    if not left:
        close(draft, row, REMOVED, now_ms, "Closed: its checks were removed")
    elif left != row.checks:
        draft.change(row.id, checks=left)
