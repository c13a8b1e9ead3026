"""How the processes live together: requests, pings, beats, the lease, versions, notices, and closed months."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from storage.tables.columns import BIG, TEXT


class Version(SQLModel, table=True):
    """Rises only when something shown changed; pages poll it."""

    __tablename__ = "version"

    topic: str = Field(primary_key=True)
    number: int


class Request(SQLModel, table=True):
    __tablename__ = "request"

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    body: str = Field(sa_type=TEXT)
    by: str | None = None
    at_ms: int = Field(sa_type=BIG)
    accepted_ms: int | None = Field(default=None, sa_type=BIG)
    done_ms: int | None = Field(default=None, sa_type=BIG)
    answer: str | None = Field(default=None, sa_type=TEXT)  # core.ledger.Answer

    __table_args__ = (Index("ix_request_waiting", "id", sqlite_where=text("done_ms IS NULL"), postgresql_where=text("done_ms IS NULL")),)


class Ping(SQLModel, table=True):
    __tablename__ = "ping"

    id: int | None = Field(default=None, primary_key=True)
    check: int
    kind: str
    at_ms: int = Field(sa_type=BIG)
    body: str = Field(sa_type=TEXT)

    __table_args__ = (Index("ix_ping_check_at", "check", "at_ms"),)


class Process(SQLModel, table=True):
    __tablename__ = "process"

    id: int | None = Field(default=None, primary_key=True)
    role: str
    host: str
    pid: int
    pid_started_ms: int = Field(sa_type=BIG)
    started_ms: int = Field(sa_type=BIG)
    beat_ms: int = Field(sa_type=BIG, index=True)
    leads: bool = False
    ended_ms: int | None = Field(default=None, sa_type=BIG)
    body: str = Field(sa_type=TEXT)


class Lease(SQLModel, table=True):
    """One row: who leads (`epoch`), and the number of the newest flush that was written."""

    __tablename__ = "lease"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    epoch: int
    process: int | None = None
    taken_ms: int = Field(sa_type=BIG)
    flush: int = Field(default=0, sa_type=BIG)


class Notice(SQLModel, table=True):
    __tablename__ = "notice"

    key: str = Field(primary_key=True)
    at_ms: int = Field(sa_type=BIG)
    body: str = Field(sa_type=TEXT)


class Period(SQLModel, table=True):
    """A closed month of one integration; a correction is a new row."""

    __tablename__ = "period"

    id: int | None = Field(default=None, primary_key=True)
    integration: int = Field(index=True)
    start_ms: int = Field(sa_type=BIG, index=True)
    end_ms: int = Field(sa_type=BIG)
    zone: str
    body: str = Field(sa_type=TEXT)
    hash: str
    closed_ms: int = Field(sa_type=BIG)
    author: str | None = None
    reason: str | None = Field(default=None, sa_type=TEXT)
    replaces: int | None = None
