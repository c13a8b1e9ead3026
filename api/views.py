"""From the rows of storage to what the API answers: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from fractions import Fraction

from api import shapes
from api.shapes import at
from core.calendar import from_ms
from core.detection import guarantee
from core.display import percent_decimal
from core.exact import ratio
from core.ledger import IncidentRow, SignalRow
from core.plan import Objective
from core.verdict import Verdict
from storage.rows import (
    AlertLine,
    CheckRow,
    DeliveryRow,
    FailureLine,
    Figures,
    IncidentDetail,
    IncidentLine,
    IntegrationRow,
    Summary,
)

CANARY_MS = 5_000


def window(of: Figures) -> shapes.Window:
    good = ratio(2 * of.up_ms + of.degraded_ms, 2 * of.known_ms)
    return shapes.Window(
        availability_pct=percent_decimal(good),
        coverage_pct=percent_decimal(ratio(of.known_ms, of.known_ms + of.unknown_ms)),
        up_s=of.up_ms / 1000,
        degraded_s=of.degraded_ms / 1000,
        down_s=of.down_ms / 1000,
        maintenance_s=of.maintenance_ms / 1000,
        unknown_s=of.unknown_ms / 1000,
    )


def integration(of: Summary) -> shapes.Integration:
    plan = of.plan
    return shapes.Integration(
        slug=plan.slug,
        name=plan.name,
        provider=plan.provider,
        category=plan.category,
        environment=plan.environment,
        owner=plan.owner,
        criticality=plan.criticality,
        tags=list(plan.tags),
        flows=list(plan.flows),
        status=of.status,
        since=at(of.since_ms),
        failing=of.failing,
        in_maintenance=of.maintained,
        last_result_at=at(of.seen_ms),
        p95_ms=_ms(of.p95_us[0]),
        day=window(of.day),
        month=window(of.month),
        quarter=window(of.quarter),
        incidents=[
            shapes.IncidentRef(
                id=one.id,
                status=one.status,
                cause=one.cause,
                started_at=from_ms(one.started_ms),
                party=one.party,
                confidence=one.confidence,
                headline=one.headline,
                acknowledged_by=one.acknowledged_by,
            )
            for one in of.incidents
        ],
    )


def detail(of: Summary, row: IntegrationRow, checks: Mapping[int, Summary], signals: Iterable[SignalRow]) -> shapes.IntegrationDetail:
    names = {check.plan.id: check.plan.slug for check in row.checks}
    return shapes.IntegrationDetail(
        **dict(integration(of)),
        runbook=of.plan.runbook,
        status_page_url=of.plan.status_page_url,
        objective=_objective(of.plan.objective),
        promised_availability_pct=Decimal(row.promise.availability_pct) if row.promise else None,
        checks=[_check(check, checks.get(check.plan.id)) for check in row.checks if check.archived_ms is None],
        signals=[
            shapes.Signal(check=names[one.check], kind=one.kind, at=from_ms(one.at_ms), body=one.body)
            for one in signals
            if one.check in names
        ],
    )


def _objective(of: Objective | None) -> shapes.Objective | None:
    if of is None:
        return None
    return shapes.Objective(availability_pct=of.availability_pct, latency_ms=of.latency_ms, latency_share_pct=of.latency_pct)


def _check(row: CheckRow, of: Summary | None) -> shapes.Check:
    plan = row.plan
    found = guarantee(plan.interval_ms, plan.retry_ms, plan.fail_after, plan.timeout_ms, CANARY_MS)
    return shapes.Check(
        slug=plan.slug,
        name=plan.name,
        kind=plan.kind,
        counts=plan.counts,
        interval_s=plan.interval_ms / 1000,
        wanted_interval_s=None if row.wanted_interval_ms is None else row.wanted_interval_ms / 1000,
        timeout_s=plan.timeout_ms / 1000,
        status="unknown" if of is None else of.status,
        since=at(of.since_ms) if of else None,
        guarantee=found.sentence,
    )


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


def _ms(us: int | None) -> float | None:
    return None if us is None else float(Fraction(us, 1000))
