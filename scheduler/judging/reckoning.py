"""Which verdict an incident shows: that of the party with most bad time; a change of it is a line of the timeline."""

from __future__ import annotations

from core.incident import blame, family, foremost, same_judgement
from core.ledger import VerdictRow
from core.timeline import verdict_line, what_fails
from core.verdict import Verdict
from scheduler.judging import telling
from scheduler.judging.draft import Draft


def reckon(draft: Draft, incident: int, now_ms: int) -> None:
    """Look at the incident's stretches anew: after a result, a page's word, or a stretch that ended."""
    row, newest = draft.memory.incidents.get(incident), draft.memory.newest
    if row is None:
        return
    open_ = _open_stretches(draft, incident, row.checks)
    spent = blame(row.blamed, [(one, newest[one.check, one.location].edge_ms) for one in open_])
    shown = foremost(row.verdict, spent, open_)
    if shown is None or shown.verdict == row.verdict:
        return
    if same_judgement(shown.verdict, row.verdict):
        draft.change(incident, verdict=shown.verdict)  # the same with newer figures
        return
    if row.verdict is not None and family(shown.cause) != family(row.cause):
        check, result = draft.memory.plan.checks[shown.check], newest[shown.check, shown.location]
        draft.change(incident, cause=shown.cause, title=what_fails(check, result))
    say_verdict(draft, incident, shown.verdict, now_ms)


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
