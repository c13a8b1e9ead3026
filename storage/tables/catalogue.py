"""What is watched: integrations, their checks, and the places we ask from."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.tables.columns import BIG, TEXT


class Location(SQLModel, table=True):
    __tablename__ = "location"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)


class Integration(SQLModel, table=True):
    __tablename__ = "integration"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    body: str = Field(sa_type=TEXT)  # core.declared.DeclaredIntegration without its checks; secrets are references
    created_ms: int = Field(sa_type=BIG)
    archived_ms: int | None = Field(default=None, sa_type=BIG)


class Check(SQLModel, table=True):
    __tablename__ = "check"
    __table_args__ = (UniqueConstraint("integration", "slug"),)

    id: int | None = Field(default=None, primary_key=True)
    integration: int = Field(foreign_key="integration.id")
    slug: str
    body: str = Field(sa_type=TEXT)  # core.declared.DeclaredCheck
    fingerprint: str
    configured_at_ms: int = Field(sa_type=BIG)
    address: str | None = Field(default=None, unique=True)  # heartbeats
    archived_ms: int | None = Field(default=None, sa_type=BIG)


class Window(SQLModel, table=True):
    """Maintenance and silences, as planned instants."""

    __tablename__ = "window"

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    start_ms: int = Field(sa_type=BIG)
    end_ms: int = Field(sa_type=BIG, index=True)
    integrations: str | None = Field(default=None, sa_type=TEXT)  # JSON list; null: all
    reason: str = Field(sa_type=TEXT)
    by: str | None = None
    origin: str


class Config(SQLModel, table=True):
    """Configurations that were applied; the newest is the last good one."""

    __tablename__ = "config"

    id: int | None = Field(default=None, primary_key=True)
    text: str = Field(sa_type=TEXT)
    hash: str
    applied_ms: int = Field(sa_type=BIG)
