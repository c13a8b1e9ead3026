"""What the reading functions of storage return: plain frozen values, times in ms UTC, latencies in us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.availability import Availability, Buckets
from core.declared import Promise
from core.health import Cause, Evidence, Phases, Status
from core.ledger import AlertKind, Answer, EventRow, IncidentRow, VerdictRow
from core.plan import CheckPlan, IntegrationPlan
from core.policy import EXPERIENCE, availability


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A check as it stands, archived ones included."""

    plan: CheckPlan
    wanted_interval_ms: int | None = None  # what was configured, where a call budget stretched it
    address: str | None = None  # heartbeats: the unguessable id their pings come to; for operators only
    archived_ms: int | None = None


@dataclass(frozen=True, slots=True)
class IntegrationRow:
    """An integration as it stands, archived ones included."""

    plan: IntegrationPlan
    checks: tuple[CheckRow, ...]
    promise: Promise | None = None
    origin: str = "file"
    created_ms: int = 0
    archived_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the wall needs of one window: ms in the five buckets. `ours_ms` is the part of `down_ms` that was our own fault."""

    up_ms: int = 0
    degraded_ms: int = 0
    down_ms: int = 0
    maintenance_ms: int = 0
    unknown_ms: int = 0
    ours_ms: int = 0

    @classmethod
    def of(cls, b: Buckets) -> Figures:
        ours = b.ours_ms + b.short_ours_ms
        down = b.theirs_ms + b.path_ms + b.unsure_ms + b.short_ms + ours
        return cls(b.up_ms, b.degraded_ms, down, b.maintenance_ms, b.unknown_ms, ours)

    @property
    def known_ms(self) -> int:
        return self.up_ms + self.degraded_ms + self.down_ms

    @property
    def total_ms(self) -> int:
        return self.known_ms + self.maintenance_ms + self.unknown_ms

    @property
    def experience(self) -> Availability:
        """By the policy of objectives and budgets, for which down is down, whoever's fault it is."""
        ours, others = self.ours_ms, self.down_ms - self.ours_ms
        b = Buckets(self.up_ms, self.degraded_ms, others, ours, maintenance_ms=self.maintenance_ms, unknown_ms=self.unknown_ms)
        return availability(b, EXPERIENCE)


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """What the wall says of an incident that is not closed."""

    id: int
    status: Status
    cause: Cause
    started_ms: int
    title: str
    party: str | None  # core.verdict.Party
    confidence: str | None
    headline: str
    acknowledged_by: str | None
    group: int | None
    rule: int | None = None  # the row of the verdict table that it rests on


@dataclass(frozen=True, slots=True)
class Summary:
    """One integration on the wall, as folded every few seconds; its status enters with the transition.

    `bars` has one letter for each of 90 UTC days, oldest first: `u` up, `s` slow, `d` down, `o` down by our own
    fault alone, `m` maintenance, `-` nothing seen. `sparkline` holds the p95 of 24 hours, oldest first (None: nothing).
    """

    plan: IntegrationPlan
    status: Status
    since_ms: int | None  # None: never judged yet
    failing: int  # failures in a row not yet confirmed: "Up, 1 of 3 failing"
    fail_after: int
    maintained: bool  # a maintenance window lies over now, as of `folded_ms`
    seen_ms: int | None  # the newest result
    day: Figures  # rolling 24 h, 7, 30, 90 days up to `folded_ms`
    week: Figures
    month: Figures
    quarter: Figures
    calendar_month: Figures  # since the first of the month, UTC: what the month's budget is reckoned from
    p95_us: tuple[int | None, int | None, int | None, int | None]  # of 24 h, 7, 30, 90 days
    bars: str
    sparkline: tuple[int | None, ...]
    folded_ms: int
    first_ms: int | None = None  # the first result ever
    incidents: tuple[OpenIncident, ...] = ()


@dataclass(frozen=True, slots=True)
class DayBar:
    """One UTC day of an integration or a check."""

    start_ms: int
    buckets: Buckets


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One result as stored; what the vendor said beside it is in the evidence."""

    check: int
    location: int
    at_ms: int
    late_ms: int
    status: Status
    cause: Cause | None
    total_us: int
    fit: bool
    manual: bool


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """What is kept of a failure or a change: the redacted exchange, and what was read from it."""

    check: int
    location: int
    at_ms: int
    late_ms: int
    status: Status
    cause: Cause | None
    total_us: int
    http_status: int | None
    vendor_code: str | None
    request_id: str | None
    detail: str
    evidence: Evidence | None
    phases: Phases | None = None


@dataclass(frozen=True, slots=True)
class FailureLine:
    """One line of a list of failures; its evidence opens by (check, location, at_ms)."""

    integration: int
    check: int
    location: int
    at_ms: int
    status: Status
    cause: Cause | None
    total_us: int
    http_status: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class RollupRow:
    """Counts, time and latency of one check or integration in one hour or day (`width_ms`)."""

    subject: int  # id of the check or of the integration
    start_ms: int
    width_ms: int
    results: int
    buckets: Buckets  # what a policy of core.policy is applied to
    causes: Mapping[Cause, int]  # failed, slow and unknown results by cause
    histogram: bytes  # core.histogram.Histogram.from_bytes


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One attempt to say an alert through a channel."""

    id: int
    incident: int | None
    channel: str
    kind: AlertKind
    began_ms: int
    at_ms: int
    ok: bool
    detail: str  # what the channel said, or the error
    attempt: int
    alerts: tuple[int, ...]  # the alert rows it settled or failed to


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert row as the deliveries page shows it."""

    id: int
    incident: int | None
    channel: str
    kind: AlertKind
    created_ms: int
    due_ms: int
    attempts: int
    severity: int
    delivered_ms: int | None
    dead_ms: int | None
    error: str
    handed_to: str | None
    handed_from: str | None


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One line of a list of incidents."""

    incident: IncidentRow
    slug: str | None  # of the integration; None for groups and blind periods
    name: str | None


@dataclass(frozen=True, slots=True)
class IncidentDetail:
    """An incident with all that was noted of it."""

    incident: IncidentRow
    integration: IntegrationRow | None
    events: tuple[EventRow, ...]  # oldest first
    verdicts: tuple[VerdictRow, ...]
    members: tuple[IncidentLine, ...]  # of a group
    deliveries: tuple[DeliveryRow, ...]
    failures: tuple[FailureLine, ...]  # newest first, at most 50
    alerts: tuple[AlertLine, ...] = ()  # its rows of the outbox, newest first


@dataclass(frozen=True, slots=True)
class RequestRow:
    """Something a person asked the worker to do."""

    id: int
    kind: str
    body: Mapping[str, Any]
    by: str | None
    at_ms: int
    accepted_ms: int | None = None
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class PingRow:
    """One call of something that must call us."""

    id: int
    check: int
    kind: str  # start, ok, fail
    at_ms: int
    body: str = ""


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """A process of ours that has, or had, the database open."""

    id: int
    role: str  # web, worker, command
    host: str
    pid: int
    pid_started_ms: int  # the process's start as the system says it: pid and start together name a process
    started_ms: int
    beat_ms: int
    leads: bool
    ended_ms: int | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """What the worker reports of itself under one key: `configuration`, `secrets`, `clock`, `budget` ..."""

    key: str
    at_ms: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ConfigRow:
    """A configuration that was applied; the newest one is what a restart runs on."""

    id: int
    text: str
    hash: str
    applied_ms: int


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A closed month of one integration, frozen with a hash; a correction is a newer row with author and reason."""

    id: int
    start_ms: int
    end_ms: int
    zone: str
    integration: int
    body: Mapping[str, Any]
    text: str  # the same to the letter: what `hash` is the SHA-256 of
    hash: str
    closed_ms: int
    author: str | None = None
    reason: str | None = None
    replaces: int | None = None
