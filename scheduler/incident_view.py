"""What a message says of an incident: its present state, read from the database when it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from alerts.message import BudgetView, IncidentView
from core import own_health
from core.calendar import month_at
from core.health import PageReading, PageStatus
from core.ledger import IncidentKind
from core.objective import period_budget
from core.plan import IntegrationPlan
from storage import evidence as kept
from storage import incidents, states, wall
from storage.catalogue import locations
from storage.engine import Database, Snapshot
from storage.rows import FailureLine, IncidentDetail

LONGEST_EVIDENCE = 1_500  # characters: a message is no log


def look(db: Database, ident: int, now_ms: int, base_url: str | None) -> IncidentView | None:
    """None: there is no such incident any more."""
    with db.read() as conn:
        detail = incidents.incident(conn, ident)
        return None if detail is None else _view(conn, detail, now_ms, base_url)


def _view(conn: Snapshot, detail: IncidentDetail, now_ms: int, base_url: str | None) -> IncidentView:
    row, plan = detail.incident, detail.integration.plan if detail.integration else None
    owner = incidents.incident_row(conn, row.group) if row.group is not None else None
    newest = detail.failures[0] if detail.failures else None
    return IncidentView(
        id=row.id,
        kind=row.kind,
        name=plan.name if plan else row.title,
        status=row.status,
        cause=row.cause,
        started_ms=row.started_ms,
        opened_ms=row.opened_ms,
        severity=row.severity,
        events=detail.events,
        environment=plan.environment if plan else "production",
        provider_name=plan.provider_name if plan else "",
        owner=plan.owner if plan else None,
        runbook=plan.runbook if plan else own_health.todo(row.key) or None,
        flows=plan.flows if plan else (),
        checks=tuple(check.name for check in plan.checks if check.id in row.checks) if plan else (),
        what=row.title,
        verdict=row.verdict,
        page=_page(conn, plan),
        budget=_budget(conn, plan, now_ms) if row.kind is IncidentKind.VENDOR else None,
        evidence=_evidence(conn, newest),
        evidence_link=_evidence_link(conn, plan, newest, base_url),
        link=f"{base_url}/incident?id={row.id}" if base_url else None,
        resolved_ms=row.resolved_ms,
        closed_as=row.closed_as,
        acknowledged_ms=row.acknowledged_ms,
        acknowledged_by=row.acknowledged_by,
        group=row.group,
        group_name=owner.title if owner else "",
        members=tuple(line.name or line.incident.title for line in detail.members),
    )


def _page(conn: Snapshot, plan: IntegrationPlan | None) -> PageReading | None:
    """The vendor's own newest words about our components."""
    if plan is None:
        return None
    checks = {check.id for check in plan.checks}
    read = [signal for signal in states.signals(conn) if signal.kind == "page" and signal.check in checks]
    return page_of(max(read, key=lambda signal: signal.at_ms).body) if read else None


def page_of(body: Mapping[str, Any]) -> PageReading | None:
    """A reading as the judge notes it."""
    if not body.get("status"):
        return None
    began = body.get("incident_started_at")
    return PageReading(
        status=PageStatus(body["status"]),
        headline=str(body.get("headline", "")),
        link=body.get("link"),
        incident_started_at=datetime.fromisoformat(began).astimezone(UTC) if began else None,
        components=tuple(body.get("components", ())),
    )


def _budget(conn: Snapshot, plan: IntegrationPlan | None, now_ms: int) -> BudgetView | None:
    """What is left of the month's budget, by the experience policy."""
    summary = wall.summary(conn, plan.id) if plan else None
    if plan is None or summary is None or plan.objective is None or plan.objective.availability_pct is None:
        return None
    period = month_at(now_ms)
    budget = period_budget(plan.objective.availability_pct, summary.calendar_month.experience, period.end_ms - now_ms)
    return BudgetView(period.label.split()[0], int(budget.allowed), int(budget.spent))


def _evidence(conn: Snapshot, line: FailureLine | None) -> str:
    row = kept.evidence(conn, line.check, line.location, line.at_ms) if line else None
    if row is None or row.evidence is None:
        return line.detail if line else ""
    parts = (row.evidence.request, row.evidence.response or row.evidence.error or "")
    return "\n\n".join(part for part in parts if part)[:LONGEST_EVIDENCE]


def _evidence_link(conn: Snapshot, plan: IntegrationPlan | None, line: FailureLine | None, base_url: str | None) -> str | None:
    """Slugs, so that a link in an old message still says what it means."""
    if plan is None or line is None or not base_url:
        return None
    check = next((each.slug for each in plan.checks if each.id == line.check), None)
    place = next((slug for slug, ident in locations(conn).items() if ident == line.location), None)
    return f"{base_url}/integration?id={plan.slug}&result={check}.{place}.{line.at_ms}" if check and place else None
