"""An alert on its way: what the outbox hands to the dispatcher, and what a channel's health is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.ledger import AlertKind


@dataclass(frozen=True, slots=True)
class DueAlert:
    """One undelivered alert row of one channel."""

    id: int
    incident: int | None
    kind: AlertKind
    severity: int
    created_ms: int
    due_ms: int
    attempts: int = 0  # deliveries that failed so far
    first_failed_ms: int | None = None
    claimed_ms: int | None = None  # claimed and no outcome noted: the worker died between the send and its mark
    doubtful: bool = False  # the last attempt may have arrived (no answer after the request was sent)
    handed_to: str | None = None  # the fallback channel that has a copy
    handed_from: str | None = None  # the channel this copy was first meant for
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that one channel has not been told of one incident, oldest first; an alert without an incident stands alone.

    One delivery of the incident's present state settles all of them. `ref` is what the channel said
    of the message it has of this incident (None: it has none).
    """

    channel: str
    incident: int | None
    alerts: tuple[DueAlert, ...]
    ref: Mapping[str, Any] | None = None

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(alert.id for alert in self.alerts)

    @property
    def due_ms(self) -> int:
        """The oldest alert's: a later one never overtakes it."""
        return self.alerts[0].due_ms


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """The circuit breaker of one channel, kept over restarts. `opened_ms is None`: closed, alerts go out."""

    channel: str
    failures_ms: tuple[int, ...] = ()  # instants of the newest failures since the last success
    opened_ms: int | None = None
    next_test_ms: int | None = None  # open: when one message tests the channel again
    paused_until_ms: int | None = None  # the channel's own Retry-After
    last_error: str = ""
    last_ok_ms: int | None = None
