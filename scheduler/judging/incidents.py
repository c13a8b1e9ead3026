"""Incidents of integrations: opened by a confirmed failure, joined by further checks, closed when every machine is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from alerts.policy import severity
from core.health import ProbeResult, Status
from core.incident import Trouble, came_back, trouble
from core.ledger import IncidentKind, IncidentRow
from core.line import NEW, Key, Line
from core.merge import worst
from core.plan import IntegrationPlan
from core.rules import judge
from core.timeline import opening, what_fails
from core.voices import Case
from scheduler.judging import groups, stretches, telling
from scheduler.judging.draft import Draft
from scheduler.judging.endings import recover
from scheduler.judging.reckoning import reckon, say_verdict


def consider(draft: Draft, key: Key, before: Line, result: ProbeResult, now_ms: int) -> None:
    """A machine of `key` opened or closed: what does that make of its integration?"""
    after, check = draft.memory.lines[key], draft.memory.check(key)
    if check.counts and (before.down.open, before.slow.open) != (after.down.open, after.slow.open):
        integration = draft.memory.index.integration(check.id)
        _weigh(draft, IncidentKind.VENDOR, troubles(draft, integration), key, before, result, now_ms)
    if before.own.open != after.own.open:
        integration = draft.memory.index.integration(check.id)
        _weigh(draft, IncidentKind.SELF, _unasked(draft, integration), key, before, result, now_ms)


def troubles(draft: Draft, integration: IntegrationPlan) -> dict[int, Trouble]:
    """The counting checks of an integration whose failure is confirmed."""
    lines = draft.memory.lines
    counting = [check for check in integration.checks if check.counts]
    found = {check.id: trouble([lines.get((check.id, place), NEW) for place in check.locations]) for check in counting}
    return {check: one for check, one in found.items() if one is not None}


def _unasked(draft: Draft, integration: IntegrationPlan) -> dict[int, Trouble]:
    """The checks, counting or not, that could not be run for so long that their owner should know."""
    lines = draft.memory.lines
    open_ = [(key[0], lines[key].own) for key in draft.memory.index.lines[integration.id] if key in lines and lines[key].own.open]
    return {check: Trouble(Status.UNKNOWN, own.bad_edge_ms or 0) for check, own in reversed(open_)}


def _weigh(
    draft: Draft, kind: IncidentKind, found: Mapping[int, Trouble], key: Key, before: Line, result: ProbeResult, now_ms: int
) -> None:
    row = draft.memory.open_incident(draft.memory.check(key).integration, kind)
    if row is None:
        if found and result.cause is not None:
            _open(draft, kind, found, key, result, now_ms)
        return
    edge = came_back(before, draft.memory.lines[key])
    if edge is not None:
        draft.change(row.id, recovered_ms=max(edge, row.recovered_ms or edge))
    if not found:
        recover(draft, row.id, draft.memory.check(key), before, now_ms)
    else:
        _go_on(draft, draft.memory.incidents[row.id], found, key, result, now_ms)


def _open(draft: Draft, kind: IncidentKind, found: Mapping[int, Trouble], key: Key, result: ProbeResult, now_ms: int) -> None:
    check = draft.memory.check(key)
    integration = draft.memory.index.integration(check.id)
    status = worst(one.status for one in found.values())
    row = IncidentRow(
        id=draft.new_incident(),
        kind=kind,
        integration=integration.id,
        started_ms=min(one.started_ms for one in found.values()),
        opened_ms=now_ms,
        status=status,
        cause=draft.cause(result),
        checks=tuple(sorted(found)),
        verdict=None,
        severity=severity(integration.criticality, status),
        title=what_fails(check, result),
    )
    draft.write_incident(row)
    draft.topics.add("wall")
    _first_lines(draft, row, key, result, now_ms)
    if kind is IncidentKind.VENDOR:
        _take_over(draft, row.id, found)
        reckon(draft, row.id, now_ms)
        groups.join(draft, row.id, now_ms)
    else:
        case = Case(draft.cause(result), result.edge_ms, integration.provider_name, check.name)
        say_verdict(draft, row.id, judge(case), now_ms)
    telling.tell_opening(draft, row.id, now_ms)


def _first_lines(draft: Draft, row: IncidentRow, key: Key, result: ProbeResult, now_ms: int) -> None:
    """Last good answer, first failure, opened: the timeline begins before the incident does."""
    line, check = draft.memory.lines[key], draft.memory.check(key)
    if line.last_good_ms is not None and line.last_good_ms <= row.started_ms:
        draft.event(row.id, line.last_good_ms, "last_good", f"Last good answer of {check.name}")
    first = max(row.started_ms, line.failing_ms or row.started_ms)
    draft.event(row.id, min(first, now_ms), "first_failure", row.title, result.outcome.detail)
    draft.event(row.id, now_ms, "opened", opening(check, line))


def _take_over(draft: Draft, incident: int, checks: Iterable[int]) -> None:
    for check in checks:
        for place in draft.memory.plan.checks[check].locations:
            stretches.belong(draft, (check, place), incident)


def _go_on(draft: Draft, row: IncidentRow, found: Mapping[int, Trouble], key: Key, result: ProbeResult, now_ms: int) -> None:
    """Further checks join, the worst status so far stands, and what came back is noted."""
    joined = sorted(set(found) - set(row.checks))
    status = worst([row.status, *(one.status for one in found.values())])
    integration = draft.memory.plan.integrations[draft.memory.check(key).integration]
    raised = severity(integration.criticality, status)
    started = min(row.started_ms, *(found[check].started_ms for check in joined)) if joined else row.started_ms
    worse = status is not row.status
    title, cause = (what_fails(draft.memory.check(key), result), draft.cause(result)) if worse else (row.title, row.cause)
    draft.change(
        row.id,
        checks=tuple(sorted({*row.checks, *joined})),
        status=status,
        severity=min(raised, row.severity),
        started_ms=started,
        title=title,
        cause=cause,
    )
    _take_over(draft, row.id, joined)
    _tell_change(draft, row, joined, key, found, worse=worse, now_ms=now_ms)


def _tell_change(
    draft: Draft, row: IncidentRow, joined: list[int], key: Key, found: Mapping[int, Trouble], *, worse: bool, now_ms: int
) -> None:
    line, check = draft.memory.lines[key], draft.memory.check(key)
    for one in joined:
        draft.event(row.id, now_ms, "joined", f"{draft.memory.plan.checks[one].name} fails too")
    if key[0] not in found and key[0] in row.checks and line.cause is None:
        draft.event(row.id, now_ms, "recovered", f"{check.name} is well again")
    if worse:
        draft.event(row.id, now_ms, "worse", f"Worse: {draft.memory.incidents[row.id].title}")
        draft.topics.add("wall")
    if row.kind is IncidentKind.VENDOR:
        reckon(draft, row.id, now_ms)
    if joined or worse:
        telling.tell_update(draft, row.id, now_ms)
    if worse and row.told_ms != now_ms:
        telling.remind(draft, row.id, now_ms)  # an edited message rings nobody's phone
