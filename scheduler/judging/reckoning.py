"""Which verdict an incident shows: that of the party with most bad time; a change of it is a line of the timeline."""

from __future__ import annotations

from core.incident import blame, same_judgement, shown_verdict
from core.ledger import VerdictRow
from core.timeline import verdict_line
from core.verdict import Verdict
from scheduler.judging import telling
from scheduler.judging.draft import Draft


def reckon(draft: Draft, incident: int, now_ms: int) -> None:
    """Look at the incident's stretches anew: after a result, a page's word, or a stretch that ended."""
    row = draft.memory.incidents.get(incident)
    if row is None:
        return
    open_ = _open_stretches(draft, incident, row.checks)
    newest = draft.memory.newest
    spent = blame(row.blamed, [(one, newest[one.check, one.location].edge_ms) for one in open_])
    verdict = shown_verdict(row.verdict, spent, open_)
    if verdict is None or verdict == row.verdict:
        return
    if same_judgement(verdict, row.verdict):
        draft.change(incident, verdict=verdict)  # the same with newer figures
    else:
        say_verdict(draft, incident, verdict, now_ms)


def _open_stretches(draft: Draft, incident: int, checks: tuple[int, ...]) -> list[VerdictRow]:
    plans = [draft.memory.plan.checks[check] for check in checks if check in draft.memory.plan.checks]
    keys = [(plan.id, place) for plan in plans for place in plan.locations]
    rows = [draft.memory.stretches[key] for key in keys if key in draft.memory.stretches]
    return [row for row in rows if row.incident == incident]


def say_verdict(draft: Draft, incident: int, verdict: Verdict, now_ms: int) -> None:
    """A verdict that says something else than the one before."""
    draft.change(incident, verdict=verdict)
    draft.topics.add("wall")
    draft.event(incident, now_ms, "verdict", verdict_line(verdict))
    telling.tell_update(draft, incident, now_ms)
