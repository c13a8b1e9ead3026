"""What the wall reads: one row an integration, whatever the history's length."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from sqlalchemy import Connection, text

from core.availability import Buckets
from core.ledger import IncidentKind, IncidentRow
from core.plan import IntegrationPlan
from storage.catalogue import load_catalogue
from storage.changes import version, versions
from storage.codec import load
from storage.codes import DAY_MS, STATUSES, Scope
from storage.digest import load_digest, load_sparkline
from storage.rollups import rollups
from storage.rows import DayBar, OpenIncident, Summary

__all__ = ["days", "summaries", "summary", "summary_of_check", "version", "versions"]

_ROWS: Final = text("SELECT * FROM summary WHERE scope = :scope")
_ROW: Final = text("SELECT * FROM summary WHERE scope = :scope AND subject = :subject")
_OPEN: Final = text("SELECT body FROM incident WHERE closed_ms IS NULL ORDER BY id")


def summaries(conn: Connection) -> list[Summary]:
    """Every integration that is watched, by slug; three queries."""
    plans = load_catalogue(conn).plan.integrations
    incidents = _open_incidents(conn)
    rows = {row.subject: row for row in conn.execute(_ROWS, {"scope": int(Scope.INTEGRATION)})}
    found = [_summary(plan, rows[plan.id], tuple(incidents[plan.id])) for plan in plans.values() if plan.id in rows]
    return sorted(found, key=lambda one: one.plan.slug)


def summary(conn: Connection, integration: int) -> Summary | None:
    """One of them; None where it is not watched any more."""
    plan = load_catalogue(conn).plan.integrations.get(integration)
    row = conn.execute(_ROW, {"scope": int(Scope.INTEGRATION), "subject": integration}).one_or_none()
    return _summary(plan, row, tuple(_open_incidents(conn)[integration])) if plan and row else None


def summary_of_check(conn: Connection, check: int) -> Summary | None:
    """The same of a single check, as if its integration had no other."""
    plan = load_catalogue(conn).plan
    found = plan.checks.get(check)
    row = conn.execute(_ROW, {"scope": int(Scope.CHECK), "subject": check}).one_or_none()
    return _summary(plan.integrations[found.integration], row, ()) if found and row else None


def days(conn: Connection, integration: int, since_ms: int, until_ms: int) -> list[DayBar]:
    """The UTC days of an integration, oldest first; a day in which nothing was folded is left out."""
    found = rollups(conn, Scope.INTEGRATION, [integration], DAY_MS, since_ms, until_ms)
    return [DayBar(row.start_ms, row.buckets) for row in found if row.buckets != Buckets()]


def _open_incidents(conn: Connection) -> dict[int, list[OpenIncident]]:
    found: dict[int, list[OpenIncident]] = defaultdict(list)
    for (body,) in conn.execute(_OPEN):
        incident = load(IncidentRow, body)
        if incident.integration is not None and incident.kind is not IncidentKind.BLIND:
            found[incident.integration].append(_open_incident(incident))
    return found


def _open_incident(one: IncidentRow) -> OpenIncident:
    said = one.verdict
    return OpenIncident(
        id=one.id,
        status=one.status,
        cause=one.cause,
        started_ms=one.started_ms,
        title=one.title,
        party=said.party.value if said else None,
        confidence=said.confidence.value if said else None,
        headline=said.headline if said else "",
        acknowledged_by=one.acknowledged_by,
        group=one.group,
        rule=said.rule if said else None,
    )


def _summary(plan: IntegrationPlan, row: Any, incidents: tuple[OpenIncident, ...]) -> Summary:
    digest = load_digest(row.figures)
    return Summary(
        plan=plan,
        status=STATUSES[row.status],
        since_ms=row.since_ms,
        failing=row.failing,
        fail_after=row.fail_after,
        maintained=bool(row.maintained),
        seen_ms=row.seen_ms,
        day=digest.day,
        week=digest.week,
        month=digest.month,
        quarter=digest.quarter,
        calendar_month=digest.calendar_month,
        p95_us=digest.p95_us,
        bars=row.bars,
        sparkline=load_sparkline(row.sparkline),
        folded_ms=row.folded_ms,
        first_ms=row.first_ms,
        incidents=incidents,
    )
