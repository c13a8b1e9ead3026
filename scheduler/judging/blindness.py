"""Our own network is away: nothing is blamed on anybody, and one alert goes out when it is back."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.facts import SILENT
from core.health import NETWORK_CAUSES, Cause, ProbeResult, Status
from core.ledger import AlertKind, IncidentKind, IncidentRow
from core.line import Key
from core.verdict import Verdict
from core.voices import Round
from scheduler.judging import telling
from scheduler.judging.draft import Draft
from scheduler.memory import Blind, Memory

ENOUGH_ANSWERS: Final = 3  # providers that answer after the newest failure: our network is back, canaries or not
SEVERITY: Final = 3


def hear(draft: Draft, round_: Round) -> None:
    """A round of canaries, whoever waited for it."""
    memory = draft.memory
    if memory.last_round is None or round_.begun_ms >= memory.last_round.begun_ms:
        memory.last_round = round_
    if round_.fine:
        memory.last_good_ms = max(round_.begun_ms, memory.last_good_ms or 0)
        if memory.blind is not None and round_.begun_ms > memory.blind.newest_ms:
            _back(draft, memory.blind, round_.begun_ms, round_.begun_ms)


def note(draft: Draft, result: ProbeResult, verdict: Verdict) -> None:
    """One more failure that is our own network's."""
    memory, at = draft.memory, result.edge_ms
    if memory.blind is None:
        memory.blind = Blind(_open(draft, result, verdict), at, at)
    else:
        memory.blind = replace(memory.blind, newest_ms=max(at, memory.blind.newest_ms), answered=frozenset())


def reaches(memory: Memory, result: ProbeResult) -> bool:
    """Whether a network failure began before the canaries that it waited for, or vendors, said that our network is back.

    They say nothing of the moment it was seen in; whoever is not well for themselves fails again.
    """
    period = memory.regained
    return period is not None and result.cause in NETWORK_CAUSES and period[0] <= result.edge_ms < period[1]


def observed(result: ProbeResult) -> ProbeResult:
    """The same result as `unknown/observer`: what the probe saw stands in its detail."""
    seen = f" The probe saw: {result.outcome.detail}" if result.outcome.detail else ""
    outcome = replace(result.outcome, cause=Cause.OBSERVER, detail=f"Our own network did not answer.{seen}")
    return replace(result, cause=Cause.OBSERVER, outcome=outcome)


def answered(draft: Draft, key: Key, result: ProbeResult) -> None:
    """A vendor answered after all: when several have, without a failure in between, the network is back."""
    memory = draft.memory
    blind = memory.blind
    if blind is None or result.cause in NETWORK_CAUSES or result.status is Status.UNKNOWN or result.edge_ms <= blind.newest_ms:
        return
    who = blind.answered | {memory.index.integration(key[0]).provider}
    if len(who) >= min(ENOUGH_ANSWERS, max(1, len(memory.index.voiced))):
        _back(draft, blind, result.edge_ms, draft.now(result))
    else:
        memory.blind = replace(blind, answered=who)


def _open(draft: Draft, result: ProbeResult, verdict: Verdict) -> int:
    ident, now_ms = draft.new_incident(), draft.now(result)
    draft.write_incident(
        IncidentRow(
            id=ident,
            kind=IncidentKind.BLIND,
            integration=None,
            started_ms=result.edge_ms,
            opened_ms=now_ms,
            status=Status.UNKNOWN,
            cause=Cause.OBSERVER,
            checks=(),
            verdict=verdict,
            severity=SEVERITY,
            title="Our own network does not answer",
        )
    )
    draft.event(ident, now_ms, "opened", "Our own network does not answer: nothing is judged until it does", _canaries(verdict))
    draft.topics.update(("wall", "system"))
    return ident


def _canaries(verdict: Verdict) -> str:
    """What they said, or did not."""
    return next((fact.figures for fact in verdict.facts if fact.sentence == SILENT), "")


def _back(draft: Draft, blind: Blind, end_ms: int, now_ms: int) -> None:
    """The one alert, on return."""
    memory = draft.memory
    memory.blind, memory.regained = None, (blind.started_ms, end_ms)
    if blind.incident not in memory.incidents:
        return
    now_ms = now_ms if draft.now_ms is None else draft.now_ms
    row = draft.change(blind.incident, resolved_ms=end_ms, closed_ms=now_ms, closed_as="recovered")
    draft.event(row.id, now_ms, "resolved", "Our own network answers again")
    draft.topics.update(("wall", "system"))
    detail = _canaries(row.verdict) if row.verdict else ""
    body = {"started_ms": blind.started_ms, "ended_ms": end_ms, "detail": detail, "path": f"/incident?id={row.id}"}
    telling.notice(draft, telling.own_channels(memory), AlertKind.BLIND, row.severity, now_ms, body)
