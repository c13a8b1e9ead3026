"""From what is declared to what the worker schedules, with the ids of storage."""

from __future__ import annotations

from collections.abc import Mapping

from core.declared import DeclaredCheck, DeclaredIntegration
from core.plan import CheckPlan, IntegrationPlan


def check_plan(ident: int, integration: int, one: DeclaredCheck, configured_at_ms: int, locations: Mapping[str, int]) -> CheckPlan:
    return CheckPlan(
        id=ident,
        integration=integration,
        slug=one.slug,
        name=one.name,
        kind=one.kind,
        counts=one.counts,
        interval_ms=one.interval_ms,
        retry_ms=one.retry_ms,
        timeout_ms=one.timeout_ms,
        fail_after=one.fail_after,
        recover_after=one.recover_after,
        slow_after=one.slow_after,
        unslow_after=one.unslow_after,
        latency_limit_us=one.latency_limit_us,
        grace_ms=one.grace_ms,
        configured_at_ms=configured_at_ms,
        locations=tuple(locations[slug] for slug in one.locations),
    )


def integration_plan(ident: int, one: DeclaredIntegration, checks: tuple[CheckPlan, ...]) -> IntegrationPlan:
    return IntegrationPlan(
        id=ident,
        slug=one.slug,
        name=one.name,
        provider=one.provider,
        provider_name=one.provider_name,
        category=one.category,
        environment=one.environment,
        owner=one.owner,
        runbook=one.runbook,
        criticality=one.criticality,
        tags=one.tags,
        flows=one.flows,
        upstreams=one.upstreams,
        objective=one.objective,
        status_page_url=one.status_page_url,
        checks=checks,
        channels=one.channels,
        keys=tuple(sorted(one.secrets.values())),
    )
