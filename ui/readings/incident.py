"""Incidents, from their rows: the verdict in words, the timeline, what it costs and whether it was seen before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from core.health import Status
from core.ledger import CorrectionRow, EventRow, IncidentKind, IncidentRow, PageRow
from core.timeline import page_line
from core.verdict import Verdict
from storage.rows import IncidentDetail, IncidentLine, Summary
from ui import format as fmt
from ui import words
from ui.happened import AROUND_MS
from ui.reader import Reader
from ui.readings import corrections, messages, todo
from ui.readings.budget import month_budget
from ui.readings.names import Names
from ui.views import incident as views

SEEN_BEFORE_AT_MOST: Final = 5
_NO_KINDS: Final[Mapping[str, str]] = MappingProxyType({})
_MARK: Final = {
    "opened": "down",
    "first_failure": "down",
    "lost_sight": "warn",
    "reminder": "warn",
    "last_good": "up",
    "resolved": "up",
    "closed": "up",
}
_KIND_NAMES: Final = {IncidentKind.GROUP: "Several integrations", IncidentKind.BLIND: "Our own network"}


def whose(verdict: Verdict | None, *, is_open: bool) -> str:
    """`Theirs, likely.`; once it is over `It was theirs, likely.`"""
    if verdict is None:
        return "Not judged yet." if is_open else "Never judged."
    said = words.party if is_open else words.party_past
    return f"{said(verdict.party, verdict.confidence, verdict.rule)}."


def read_incident(
    detail: IncidentDetail,
    reader: Reader,
    names: Names,
    *,
    before: Iterable[IncidentLine] = (),
    summary: Summary | None = None,
    kinds: Mapping[str, str] = _NO_KINDS,
    said: Sequence[PageRow] = (),
    known_better: Sequence[CorrectionRow] = (),
) -> views.Incident:
    """The whole page from what is stored of one incident."""
    row, plan = detail.incident, detail.integration.plan if detail.integration else None
    fixed = corrections.moments(row, known_better, {ident: names.check(ident) for ident in names.checks}, reader)
    return views.Incident(
        id=row.id,
        kind=row.kind,
        slug=plan.slug if plan else None,
        name=plan.name if plan else _KIND_NAMES.get(row.kind, "The monitor"),
        environment=plan.environment if plan else "",
        status=row.status,
        cause=row.cause,
        started_ms=row.started_ms,
        opened_ms=row.opened_ms,
        resolved_ms=row.resolved_ms,
        closed_ms=row.closed_ms,
        closed_as=row.closed_as,
        severity=row.severity,
        whose=whose(row.verdict, is_open=row.closed_ms is None),
        headline=_headline(row),
        failing=row.title,
        on_it=row.acknowledged_by,
        on_it_ms=row.acknowledged_ms,
        owner=plan.owner or "" if plan else "",
        flows=plan.flows if plan else (),
        rule=row.verdict.rule if row.verdict else None,
        facts=_facts(row.verdict),
        would_change=row.verdict.would_change if row.verdict and row.closed_ms is None else "",
        steps=todo.steps(row, plan),
        runbook=plan.runbook if plan else None,
        timeline=_timeline(detail, [*messages.moments(detail.deliveries, detail.alerts, kinds, reader), *fixed], said),
        costs=_costs(row, summary, reader),
        before=_before(row, before, reader),
        proofs=_proofs(detail, names),
        members=tuple(_member(line) for line in detail.members),
        group=row.group,
    )


def _headline(row: IncidentRow) -> str:
    """What the verdict says beyond whose it is; not what fails once more."""
    said = row.verdict.headline if row.verdict else ""
    return "" if said.rstrip(".") == row.title else said


def _member(line: IncidentLine) -> views.Member:
    return views.Member(line.incident.id, line.name or "", line.incident.started_ms, line.incident.closed_ms is None)


def _facts(verdict: Verdict | None) -> tuple[views.FactLine, ...]:
    facts = verdict.facts if verdict else ()
    return tuple(views.FactLine(fact.speaks, fact.sentence, fact.figures, fact.at_ms) for fact in facts)


def _timeline(detail: IncidentDetail, told: Sequence[views.Moment], said: Sequence[PageRow]) -> tuple[views.Moment, ...]:
    """Newest first: what was noted, what was said to whom or corrected, and what the vendor's page said while nobody noted it."""
    noted = [_moment(event) for event in detail.events]
    found = sorted([*noted, *told, *_page_moments(detail, said)], key=lambda moment: moment.at_ms)
    return tuple(reversed(found))


def _page_moments(detail: IncidentDetail, said: Sequence[PageRow]) -> list[views.Moment]:
    known = {event.at_ms for event in detail.events if event.kind == "page"}
    vendor = detail.integration.plan.provider_name if detail.integration else "The vendor"
    since = detail.incident.started_ms - AROUND_MS
    return [
        views.Moment(row.at_ms, page_line(vendor, row.status), row.headline, "")
        for row in said
        if row.at_ms not in known and row.at_ms >= since
    ]


def _moment(event: EventRow) -> views.Moment:
    said = f"{event.by}: {event.text}" if event.kind == "note" and event.by else event.text
    by = f"By {event.by}, not verified" if event.by and event.kind != "note" else ""
    return views.Moment(event.at_ms, said, " · ".join(filter(None, (event.detail, by))), _MARK.get(event.kind, ""))


def _costs(row: IncidentRow, summary: Summary | None, reader: Reader) -> tuple[views.Cost, ...]:
    end = row.resolved_ms or row.closed_ms or reader.now_ms
    what = {Status.DOWN: "Down", Status.DEGRADED: "Slow"}.get(row.status, "Not judged")
    found = [views.Cost(f"{what} so far" if row.closed_ms is None else what, fmt.lasting(end - row.started_ms))]
    if summary is None:
        return tuple(found)
    if budget := month_budget(summary.plan.objective, summary.calendar_month, reader):
        spent = budget.allowed_ms * (1 - budget.left)
        found.append(views.Cost(f"{budget.month} budget", fmt.minutes_of(spent, budget.allowed_ms), over=budget.left < 0))
    found.append(views.Cost("This month, experience policy", fmt.percent(summary.calendar_month.experience.ratio)))
    return tuple(found)


def _before(row: IncidentRow, lines: Iterable[IncidentLine], reader: Reader) -> tuple[views.Before, ...]:
    same = [
        line.incident
        for line in lines
        if line.incident.id != row.id and line.incident.cause is row.cause and line.incident.started_ms < row.started_ms
    ]
    return tuple(_earlier(incident, reader) for incident in same[:SEEN_BEFORE_AT_MOST])


def _earlier(row: IncidentRow, reader: Reader) -> views.Before:
    end = row.resolved_ms or row.closed_ms or reader.now_ms
    said = words.lowered(whose(row.verdict, is_open=True).rstrip("."))
    return views.Before(row.id, row.started_ms, end - row.started_ms, f"{said}, {row.closed_as or 'still open'}")


def _proofs(detail: IncidentDetail, names: Names) -> tuple[views.Proof, ...]:
    """The way to the evidence: the newest failing result and the first one that is kept."""
    lines = detail.failures
    ends = (("Newest failing result", lines[0]), ("First failing result", lines[-1])) if len(lines) > 1 else ()
    one = (("The failing result", lines[0]),) if len(lines) == 1 else ()
    found = [views.Proof(label, line.at_ms, names.reference(line.check, line.location, line.at_ms)) for label, line in (*ends, *one)]
    return tuple(proof for proof in found if proof.reference)


def read_list(lines: Sequence[IncidentLine], *, page: int, more: bool, open_count: int, filtered: bool) -> views.IncidentList:
    """A page of the list."""
    return views.IncidentList(tuple(_row(line) for line in lines), page, more, open_count, filtered)


def _row(line: IncidentLine) -> views.IncidentRow:
    row = line.incident
    return views.IncidentRow(
        id=row.id,
        kind=row.kind,
        slug=line.slug,
        name=line.name or _KIND_NAMES.get(row.kind, "The monitor"),
        status=row.status,
        cause=row.cause,
        title=row.title,
        started_ms=row.started_ms,
        end_ms=row.resolved_ms or row.closed_ms,
        open=row.closed_ms is None,
        whose=whose(row.verdict, is_open=True).rstrip("."),
        severity=row.severity,
        on_it=row.acknowledged_by,
    )
