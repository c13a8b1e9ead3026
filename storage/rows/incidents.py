"""Incidents, and what was said of them."""

from __future__ import annotations

from dataclasses import dataclass

from core.ledger import AlertKind, EventRow, IncidentRow, VerdictRow
from storage.rows.catalogue import IntegrationRow
from storage.rows.results import FailureLine


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
