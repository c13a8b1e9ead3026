"""From the rows of storage to what the API answers: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from api import shapes
from api.shapes import at
from core.calendar import from_ms
from core.detection import guarantee
from core.display import percent_decimal
from core.exact import ratio
from core.ledger import SignalRow
from core.plan import Objective
from storage.rows import (
    CheckRow,
    Figures,
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


def _ms(us: int | None) -> float | None:
    return None if us is None else float(Fraction(us, 1000))
