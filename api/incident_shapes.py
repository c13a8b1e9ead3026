"""What the API answers of incidents: their verdicts, timelines and failures, and what was told of them."""

from __future__ import annotations

from pydantic import AwareDatetime

from api.shapes import Shape


class Fact(Shape):
    speaks: str
    sentence: str
    figures: str
    at: AwareDatetime | None


class Verdict(Shape):
    rule: int
    party: str
    confidence: str
    headline: str
    facts: list[Fact]
    would_change: str
    acknowledged: bool


class Incident(Shape):
    id: int
    kind: str
    integration: str | None
    name: str
    title: str
    status: str
    cause: str
    severity: int
    started_at: AwareDatetime
    detected_at: AwareDatetime
    resolved_at: AwareDatetime | None
    closed_as: str | None
    acknowledged_at: AwareDatetime | None
    acknowledged_by: str | None
    group: int | None
    verdict: Verdict | None


class Event(Shape):
    at: AwareDatetime
    kind: str
    text: str
    detail: str
    by: str | None


class Delivery(Shape):
    id: int
    incident: int | None
    channel: str
    kind: str
    at: AwareDatetime
    took_s: float
    ok: bool
    detail: str
    attempt: int


class Failure(Shape):
    check: int
    location: int
    at: AwareDatetime
    status: str
    cause: str | None
    http_status: int | None
    total_ms: float
    detail: str


class IncidentDetail(Incident):
    events: list[Event]
    members: list[Incident]
    deliveries: list[Delivery]
    failures: list[Failure]


class Alert(Shape):
    """An alert row: what is to be told to whom, and what became of it."""

    id: int
    incident: int | None
    channel: str
    kind: str
    severity: int
    created_at: AwareDatetime
    due_at: AwareDatetime
    attempts: int
    delivered_at: AwareDatetime | None
    dead_at: AwareDatetime | None
    error: str
    handed_to: str | None
    handed_from: str | None
