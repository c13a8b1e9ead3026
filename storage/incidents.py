"""Incidents, open and past, with everything that was noted of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, select, text

from core.health import Cause
from core.ledger import EventRow, IncidentKind, IncidentRow, VerdictRow
from core.verdict import Party
from storage import models
from storage.bulk import table_of
from storage.catalogue import integration_by_id
from storage.codec import load
from storage.codes import CAUSE_CODE
from storage.deliveries import alerts, deliveries
from storage.evidence import failures_of_checks
from storage.rows import IncidentDetail, IncidentLine
from storage.timeline import verdict_of

_FAILURES_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents are asked for; a field that is None asks nothing. Times: those that reach into [from, to)."""

    integration: int | None = None
    kind: IncidentKind | None = None
    party: Party | None = None
    cause: Cause | None = None
    open: bool | None = None
    group: int | None = None
    from_ms: int | None = None
    to_ms: int | None = None


EVERY: Final = IncidentFilter()


def incidents(conn: Connection, only: IncidentFilter = EVERY, limit: int = 50, before: int | None = None) -> list[IncidentLine]:
    """Newest first, at most `limit`; `before` is the last id of the page before."""
    i, n = table_of(models.Incident), table_of(models.Integration)
    asked = select(i.c.body, n.c.slug, n.c.body.label("integration_body")).select_from(i.outerjoin(n, i.c.integration == n.c.id))
    conditions = (
        (only.integration, i.c.integration == only.integration),
        (only.kind, i.c.kind == only.kind),
        (only.party, i.c.party == only.party),
        (only.cause, i.c.cause == CAUSE_CODE[only.cause]),
        (only.open, i.c.closed_ms.is_(None) if only.open else i.c.closed_ms.is_not(None)),
        (only.group, i.c.group_id == only.group),
        (only.from_ms, i.c.resolved_ms.is_(None) | (i.c.resolved_ms > (only.from_ms or 0))),
        (only.to_ms, i.c.started_ms < (only.to_ms or 0)),
        (before, i.c.id < (before or 0)),
    )
    asked = asked.where(*(condition for value, condition in conditions if value is not None))
    rows = conn.execute(asked.order_by(i.c.id.desc()).limit(limit))
    return [IncidentLine(load(IncidentRow, body), slug, _name(integration)) for body, slug, integration in rows]


def _name(integration_body: str | None) -> str | None:
    return None if integration_body is None else load(_Named, integration_body).name


@dataclass(frozen=True, slots=True)
class _Named:
    """The one thing a list needs of an integration's body."""

    name: str


def incident(conn: Connection, ident: int) -> IncidentDetail | None:
    """One with its timeline, verdicts, members, deliveries and newest failures."""
    body = conn.execute(text("SELECT body FROM incident WHERE id = :id"), {"id": ident}).scalar()
    if body is None:
        return None
    row = load(IncidentRow, body)
    until = row.resolved_ms + 1 if row.resolved_ms is not None else None
    return IncidentDetail(
        incident=row,
        integration=integration_by_id(conn, row.integration) if row.integration is not None else None,
        events=tuple(events(conn, ident)),
        verdicts=tuple(verdicts_of(conn, ident)),
        members=tuple(incidents(conn, IncidentFilter(group=ident), limit=200)),
        deliveries=tuple(deliveries(conn, incident=ident, limit=200)),
        failures=tuple(failures_of_checks(conn, row.checks, row.started_ms, until, _FAILURES_SHOWN)),
        alerts=tuple(alerts(conn, incident=ident, limit=200)),
    )


def incident_row(conn: Connection, ident: int) -> IncidentRow | None:
    """The incident alone."""
    body = conn.execute(text("SELECT body FROM incident WHERE id = :id"), {"id": ident}).scalar()
    return None if body is None else load(IncidentRow, body)


def events(conn: Connection, ident: int) -> list[EventRow]:
    """Its timeline, oldest first; what was noted in one commit stands in the order it was noted."""
    rows = conn.execute(
        text('SELECT incident, at_ms, kind, text, detail, "by" FROM event WHERE incident = :id ORDER BY at_ms, id'), {"id": ident}
    )
    return [EventRow(*row) for row in rows]


def verdicts_of(conn: Connection, ident: int) -> list[VerdictRow]:
    return [verdict_of(row) for row in conn.execute(text("SELECT * FROM verdict WHERE incident = :id ORDER BY start_ms"), {"id": ident})]


def open_incidents(conn: Connection) -> list[IncidentRow]:
    """Oldest first: what the judge goes on with."""
    return [load(IncidentRow, body) for (body,) in conn.execute(text("SELECT body FROM incident WHERE closed_ms IS NULL ORDER BY id"))]


def incidents_between(conn: Connection, integrations: list[int], since_ms: int, until_ms: int) -> list[IncidentRow]:
    """All that reach into [since, until), oldest first: for accounts and reports."""
    asked = text(
        "SELECT body FROM incident WHERE integration IN :integrations AND started_ms < :until "
        "AND (resolved_ms IS NULL OR resolved_ms > :since) ORDER BY started_ms, id"
    ).bindparams(bindparam("integrations", expanding=True))
    rows = conn.execute(asked, {"integrations": integrations, "since": since_ms, "until": until_ms})
    return [load(IncidentRow, body) for (body,) in rows]


def next_id(conn: Connection) -> int:
    """The first id that no incident has: the judge counts on from here."""
    return int(conn.execute(text("SELECT COALESCE(MAX(id), 0) + 1 FROM incident")).scalar_one())
