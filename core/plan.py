"""What is planned: the checks of every integration as the worker schedules and judges them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

LOCAL = 1  # the id of the location `local`


class Criticality(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Objective:
    """What this company wants of an integration; shares are per cent, exact."""

    availability_pct: Decimal | None = None
    latency_ms: int | None = None
    latency_pct: Decimal | None = None  # this share of results is to be faster than `latency_ms`


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """One check with its schedule and thresholds (durations in ms, latency in us). `id` is storage's integer."""

    id: int
    integration: int
    slug: str  # `api`, `reachability`, `status_page` ...: `integration/slug` names the check
    name: str
    kind: str  # the probe kind: `http`, `statuspage`, `tls`, `dns`, `tcp`, `heartbeat`
    counts: bool
    interval_ms: int = 60_000
    retry_ms: int = 20_000
    timeout_ms: int = 10_000
    fail_after: int = 3
    recover_after: int = 2
    slow_after: int = 5
    unslow_after: int = 3
    latency_limit_us: int | None = None
    grace_ms: int = 0  # heartbeats only
    configured_at_ms: int = 0  # when its configuration last changed
    locations: tuple[int, ...] = (LOCAL,)


@dataclass(frozen=True, slots=True)
class IntegrationPlan:
    """One integration with everything the judge, the alerts and the pages say about it."""

    id: int
    slug: str
    name: str
    provider: str  # the provider's slug
    provider_name: str
    category: str
    environment: str = "production"
    owner: str | None = None
    runbook: str | None = None  # https address or plain words
    criticality: Criticality = Criticality.MEDIUM
    tags: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()  # business flows: "Checkout"
    upstreams: tuple[str, ...] = ()  # what the provider itself stands on: `aws:us-east-1`
    objective: Objective | None = None
    status_page_url: str | None = None
    checks: tuple[CheckPlan, ...] = ()
    channels: tuple[str, ...] = ()  # names of channels its alerts go to; empty: the default one
    keys: tuple[str, ...] = ()  # references of its secrets: integrations without a common one have unrelated keys


@dataclass(frozen=True, slots=True)
class WindowRule:
    """A maintenance window or silence as planned instants, already expanded from its wall times."""

    start_ms: int
    end_ms: int
    integrations: frozenset[int] | None  # None: all
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is watched; replaced whole when the configuration changes."""

    integrations: dict[int, IntegrationPlan] = field(default_factory=dict)
    checks: dict[int, CheckPlan] = field(default_factory=dict)
    maintenance: tuple[WindowRule, ...] = ()
    silences: tuple[WindowRule, ...] = ()
