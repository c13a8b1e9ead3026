"""What a closed row becomes when the trouble in it is judged otherwise afterwards, and in words why."""

from __future__ import annotations

from dataclasses import replace

from core.calendar import Period
from core.declared import Promise
from core.display import spent_minutes
from core.plan import Objective
from core.reading import Reading
from core.verdict import Party
from sla.portfolio import IncidentLine, Row
from sla.report import row_of

_SEEN = ("start_ms", "end_ms", "buckets", "contract", "experience", "short_failures", "incidents", "burn_down", "corrections")
_WORDS = {Party.THEIRS: "theirs", Party.OURS: "ours", Party.PATH: "the path between", Party.UNKNOWN: "unknown whose"}


def corrected(period: Period, frozen: Row, reading: Reading, now_ms: int) -> Row | None:
    """The row as it is judged now, held against the targets of its closing; None where nothing was judged otherwise.

    A later headline or title alone is no correction: the same time is charged to the same party.
    """
    fresh = row_of(period, _as_closed(frozen, reading), now_ms)
    if fresh is None or _judged(fresh) == _judged(frozen):
        return None
    return replace(frozen, **{name: getattr(fresh, name) for name in _SEEN})


def reason(frozen: Row, now: Row) -> str:
    """`Incident 12 is ours, not theirs. 4.2 min more are charged.`"""
    before = {line.id: line for line in frozen.incidents}
    sentences = [said for line in now.incidents if (said := _changed(before.get(line.id), line))]
    sentences += [f"Incident {ident} is none any more." for ident in before.keys() - {line.id for line in now.incidents}]
    charged = now.contract.budget.spent - frozen.contract.budget.spent
    if charged:
        sentences.append(f"{spent_minutes(abs(charged))} min {'more' if charged > 0 else 'less'} are charged.")
    return " ".join(sentences) or "Time within it was judged otherwise after the close."


def _changed(before: IncidentLine | None, after: IncidentLine) -> str | None:
    if before is None:
        return f"Incident {after.id} was opened after the close: {_WORDS[after.party]}."
    if before.party is not after.party:
        return f"Incident {after.id} is {_WORDS[after.party]}, not {_WORDS[before.party]}."
    return None


def _judged(row: Row) -> tuple[object, ...]:
    return row.buckets, tuple((line.id, line.party) for line in row.incidents)


def _as_closed(frozen: Row, reading: Reading) -> Reading:
    """With the targets it was closed with: a target that was changed since is no reason to judge the past anew."""
    promise = Promise(str(frozen.contract.target_pct), frozen.source, frozen.read_on)
    objective = replace(reading.plan.objective or Objective(), availability_pct=frozen.experience.target_pct)
    return replace(reading, plan=replace(reading.plan, objective=objective), promise=promise)
