"""From the rows of storage to what the API answers of incidents: pure."""

from __future__ import annotations

from dataclasses import asdict

from api import incident_shapes as shapes
from api.shapes import at
from core.calendar import from_ms
from core.ledger import IncidentRow
from core.verdict import Verdict
from storage.rows import AlertLine, DeliveryRow, FailureLine, IncidentDetail, IncidentLine


def incident(line: IncidentLine) -> shapes.Incident:
    return _incident(line.incident, line.slug, line.name)


def _incident(row: IncidentRow, slug: str | None, name: str | None) -> shapes.Incident:
    return shapes.Incident(
        id=row.id,
        kind=row.kind,
        integration=slug,
        name=name or row.title,
        title=row.title,
        status=row.status,
        cause=row.cause,
        severity=row.severity,
        started_at=from_ms(row.started_ms),
        detected_at=from_ms(row.opened_ms),
        resolved_at=at(row.resolved_ms),
        closed_as=row.closed_as,
        acknowledged_at=at(row.acknowledged_ms),
        acknowledged_by=row.acknowledged_by,
        group=row.group,
        verdict=None if row.verdict is None else _verdict(row.verdict),
    )


def _verdict(of: Verdict) -> shapes.Verdict:
    return shapes.Verdict(
        rule=of.rule,
        party=of.party,
        confidence=of.confidence,
        headline=of.headline,
        facts=[shapes.Fact(speaks=fact.speaks, sentence=fact.sentence, figures=fact.figures, at=at(fact.at_ms)) for fact in of.facts],
        would_change=of.would_change,
        acknowledged=of.acknowledged,
    )


def incident_detail(of: IncidentDetail) -> shapes.IncidentDetail:
    plan = of.integration.plan if of.integration else None
    return shapes.IncidentDetail(
        **dict(_incident(of.incident, plan.slug if plan else None, plan.name if plan else None)),
        events=[shapes.Event(at=from_ms(one.at_ms), kind=one.kind, text=one.text, detail=one.detail, by=one.by) for one in of.events],
        members=[incident(line) for line in of.members],
        deliveries=[delivery(row) for row in of.deliveries],
        failures=[_failure(line) for line in of.failures],
    )


def delivery(of: DeliveryRow) -> shapes.Delivery:
    return shapes.Delivery(
        id=of.id,
        incident=of.incident,
        channel=of.channel,
        kind=of.kind,
        at=from_ms(of.at_ms),
        took_s=(of.at_ms - of.began_ms) / 1000,
        ok=of.ok,
        detail=of.detail,
        attempt=of.attempt,
    )


def alert(of: AlertLine) -> shapes.Alert:
    kept = {name: value for name, value in asdict(of).items() if not name.endswith("_ms")}
    return shapes.Alert(
        **kept,
        created_at=from_ms(of.created_ms),
        due_at=from_ms(of.due_ms),
        delivered_at=at(of.delivered_ms),
        dead_at=at(of.dead_ms),
    )


def _failure(of: FailureLine) -> shapes.Failure:
    return shapes.Failure(
        check=of.check,
        location=of.location,
        at=from_ms(of.at_ms),
        status=of.status,
        cause=of.cause,
        http_status=of.http_status,
        total_ms=of.total_us / 1000,
        detail=of.detail,
    )
