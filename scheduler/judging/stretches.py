"""The verdict of one check's stretch of trouble: computed again with every failing result, its last holds from the start edge."""

from __future__ import annotations

from dataclasses import replace

from core.health import ProbeResult, Status
from core.incident import family
from core.ledger import IncidentRow, VerdictRow
from core.line import Key
from core.rules import judge
from core.verdict import OWN_NETWORK, Verdict
from core.voices import Round
from scheduler.judging.case import case_of
from scheduler.judging.draft import Draft


def verdict_of(draft: Draft, key: Key, result: ProbeResult, round_: Round | None) -> Verdict | None:
    """What the voices say of a failing result, as part of the stretch it goes on with."""
    case = case_of(draft.memory, key, draft.memory.lines[key], result, round_, _before(draft, key, result))
    return judge(case) if case else None


def _before(draft: Draft, key: Key, result: ProbeResult) -> Verdict | None:
    row = draft.memory.stretches.get(key)
    goes_on = row is not None and result.cause is not None and family(row.cause) == family(result.cause)
    return row.verdict if row is not None and goes_on else None


def extend(draft: Draft, key: Key, result: ProbeResult, verdict: Verdict | None, edge_ms: int, incident: int | None) -> None:
    """Begin, go on with or end the stretch of `key`. An unknown result leaves it as it is."""
    if result.status is Status.UNKNOWN:
        return
    row = draft.memory.stretches.get(key)
    if row is not None and (result.cause is None or family(row.cause) != family(result.cause)):
        end(draft, key, edge_ms)
        row = None
    if result.cause is None or verdict is None:
        return
    start = edge_ms if row is None else row.start_ms
    belongs = incident if row is None or row.incident is None else row.incident
    _keep(draft, key, VerdictRow(*key, start, None, result.cause, verdict, belongs))


def revise(draft: Draft, key: Key) -> None:
    """The same result under changed voices: the vendor's page says something else now."""
    memory = draft.memory
    row, result = memory.stretches.get(key), memory.newest.get(key)
    if row is None or result is None or result.cause is None or family(result.cause) != family(row.cause):
        return
    case = case_of(memory, key, memory.lines[key], result, memory.rounds.get(key), row.verdict)
    verdict = judge(replace(case, tries=row.verdict.tries)) if case else row.verdict
    if verdict.rule != OWN_NETWORK:  # what was written as the vendor's stays that
        _keep(draft, key, replace(row, verdict=verdict))


def end(draft: Draft, key: Key, end_ms: int) -> None:
    """The stretch is over: charged to its incident, or kept until its run is confirmed or forgotten."""
    row = draft.memory.stretches.pop(key, None)
    if row is None:
        return
    ended = replace(row, end_ms=max(end_ms, row.start_ms))
    draft.write_verdict(ended)
    incident = draft.memory.incidents.get(ended.incident) if ended.incident is not None else None
    if incident is None:
        draft.memory.behind[key] = (*draft.memory.behind.get(key, ()), ended)[-20:]
    else:
        charge(draft, incident, ended)


def charge(draft: Draft, incident: IncidentRow, ended: VerdictRow) -> None:
    """Add the bad time of an ended stretch to its party's."""
    spent = dict(incident.blamed)
    spent[ended.verdict.party] = spent.get(ended.verdict.party, 0) + (ended.end_ms or ended.start_ms) - ended.start_ms
    draft.change(incident.id, blamed=tuple(spent.items()))


def belong(draft: Draft, key: Key, incident: int) -> None:
    """Stretches of a run that was confirmed belong to the incident it opened."""
    for ended in draft.memory.behind.pop(key, ()):
        owned = replace(ended, incident=incident)
        draft.write_verdict(owned)
        charge(draft, draft.memory.incidents[incident], owned)
    row = draft.memory.stretches.get(key)
    if row is not None and row.incident != incident:
        _keep(draft, key, replace(row, incident=incident))


def _keep(draft: Draft, key: Key, row: VerdictRow) -> None:
    draft.memory.stretches[key] = row
    draft.write_verdict(row)
