"""Troubles, what was said of them, and to whom."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from storage.tables.columns import BIG, SMALL, TEXT


class Incident(SQLModel, table=True):
    __tablename__ = "incident"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})  # given by the judge
    kind: str
    integration: int | None = Field(default=None, index=True)
    started_ms: int = Field(sa_type=BIG, index=True)
    opened_ms: int = Field(sa_type=BIG)
    status: int = Field(sa_type=SMALL)
    cause: int = Field(sa_type=SMALL)
    party: str | None = None
    severity: int = Field(sa_type=SMALL)
    resolved_ms: int | None = Field(default=None, sa_type=BIG)
    closed_ms: int | None = Field(default=None, sa_type=BIG)
    group_id: int | None = Field(default=None, index=True)
    body: str = Field(sa_type=TEXT)  # core.ledger.IncidentRow, whole

    # Incidents are kept for ever: what is asked for must not be looked for among all of them.
    __table_args__ = (
        Index("ix_incident_open", "id", sqlite_where=text("closed_ms IS NULL"), postgresql_where=text("closed_ms IS NULL")),
        Index("ix_incident_resolved", "resolved_ms"),
        Index("ix_incident_kind", "kind", "id"),
        Index("ix_incident_party", "party", "id"),
        Index("ix_incident_cause", "cause", "id"),
    )


class Event(SQLModel, table=True):
    __tablename__ = "event"

    id: int | None = Field(default=None, primary_key=True)
    incident: int = Field(index=True)
    at_ms: int = Field(sa_type=BIG)
    kind: str
    text: str = Field(sa_type=TEXT)
    detail: str = Field(sa_type=TEXT)
    by: str | None = None


_UNDELIVERED = text("delivered_ms IS NULL AND dead_ms IS NULL")
_DEAD = text("dead_ms IS NOT NULL")


class Alert(SQLModel, table=True):
    """The outbox: written with the change it tells of, in one transaction."""

    __tablename__ = "alert"

    id: int | None = Field(default=None, primary_key=True)
    incident: int | None = Field(default=None, index=True)
    channel: str
    kind: str
    severity: int = Field(sa_type=SMALL)
    created_ms: int = Field(sa_type=BIG)
    due_ms: int = Field(sa_type=BIG)
    attempts: int = 0
    first_failed_ms: int | None = Field(default=None, sa_type=BIG)
    claimed_ms: int | None = Field(default=None, sa_type=BIG)
    doubtful: bool = False
    handed_to: str | None = None
    handed_from: str | None = None
    delivered_ms: int | None = Field(default=None, sa_type=BIG)
    dead_ms: int | None = Field(default=None, sa_type=BIG)
    error: str = Field(default="", sa_type=TEXT)
    body: str = Field(sa_type=TEXT)

    __table_args__ = (
        Index("ix_alert_waiting", "channel", "id", sqlite_where=_UNDELIVERED, postgresql_where=_UNDELIVERED),
        Index("ix_alert_dead", "dead_ms", sqlite_where=_DEAD, postgresql_where=_DEAD),
    )


class Delivery(SQLModel, table=True):
    """One attempt to say one or several alerts of an incident through a channel."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_channel", "channel", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    incident: int | None = Field(default=None, index=True)
    channel: str
    kind: str
    began_ms: int = Field(sa_type=BIG)
    at_ms: int = Field(sa_type=BIG, index=True)
    ok: bool
    detail: str = Field(sa_type=TEXT)
    attempt: int
    alerts: str = Field(sa_type=TEXT)  # JSON list of alert ids


class Message(SQLModel, table=True):
    """What a channel said of the message it has of an incident: edited in place."""

    __tablename__ = "message"

    incident: int = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    ref: str = Field(sa_type=TEXT)
    at_ms: int = Field(sa_type=BIG)


class Channel(SQLModel, table=True):
    """The circuit breaker of a channel."""

    __tablename__ = "channel"

    name: str = Field(primary_key=True)
    at_ms: int = Field(sa_type=BIG)
    body: str = Field(sa_type=TEXT)  # core.delivery.ChannelHealth
