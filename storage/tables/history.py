"""What was seen: results, their phases and evidence, and what is folded from them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import UniqueConstraint, false
from sqlmodel import Field, SQLModel

from storage.tables.columns import BIG, BLOB, SMALL, TEXT


def _nought() -> Any:
    return Field(default=0, sa_column_kwargs={"server_default": "0"})


class Result(SQLModel, table=True):
    """A year holds millions: small integers under a natural key, and no rowid beside it (26 bytes each in SQLite)."""

    __tablename__ = "result"
    __table_args__ = {"sqlite_with_rowid": False}

    check: int = Field(primary_key=True)
    location: int = Field(primary_key=True, sa_type=SMALL)
    at_ms: int = Field(primary_key=True, sa_type=BIG)
    late_ms: int
    status: int = Field(sa_type=SMALL)  # storage.codes: status in bits 0 and 1, unfit in 2, manual in 3
    cause: int = Field(sa_type=SMALL)
    total_us: int


class Phase(SQLModel, table=True):
    __tablename__ = "phase"
    __table_args__ = {"sqlite_with_rowid": False}

    check: int = Field(primary_key=True)
    location: int = Field(primary_key=True, sa_type=SMALL)
    at_ms: int = Field(primary_key=True, sa_type=BIG)
    dns_us: int | None = None
    connect_us: int | None = None
    tls_us: int | None = None
    first_byte_us: int | None = None
    transfer_us: int | None = None


class Pack(SQLModel, table=True):
    """A closed UTC day of one check at one location, lossless (storage.packing)."""

    __tablename__ = "pack"
    __table_args__ = (UniqueConstraint("check", "location", "day_ms"),)

    id: int | None = Field(default=None, primary_key=True)
    check: int
    location: int = Field(sa_type=SMALL)
    day_ms: int = Field(sa_type=BIG)
    results: int
    body: bytes = Field(sa_type=BLOB)
    phases: bytes | None = Field(default=None, sa_type=BLOB)


class PhaseHours(SQLModel, table=True):
    """The phases of a packed day once they are too old to be kept exactly: a histogram for each hour (storage.phase_hours)."""

    __tablename__ = "phase_hours"
    __table_args__ = {"sqlite_with_rowid": False}

    check: int = Field(primary_key=True)
    location: int = Field(primary_key=True, sa_type=SMALL)
    day_ms: int = Field(primary_key=True, sa_type=BIG)
    body: bytes = Field(sa_type=BLOB)


class Evidence(SQLModel, table=True):
    __tablename__ = "evidence"

    check: int = Field(primary_key=True)
    at_ms: int = Field(primary_key=True, sa_type=BIG)
    location: int = Field(primary_key=True, sa_type=SMALL)
    late_ms: int
    status: int = Field(sa_type=SMALL)
    cause: int = Field(sa_type=SMALL)
    total_us: int
    http_status: int | None = None
    vendor_code: str | None = None
    request_id: str | None = None
    detail: str = Field(sa_type=TEXT)
    exchange: bytes | None = Field(default=None, sa_type=BLOB)  # compressed JSON of core.health.Evidence and Phases


class Span(SQLModel, table=True):
    __tablename__ = "span"
    __table_args__ = {"sqlite_with_rowid": False}

    check: int = Field(primary_key=True)
    location: int = Field(primary_key=True, sa_type=SMALL)
    start_ms: int = Field(primary_key=True, sa_type=BIG)
    end_ms: int | None = Field(default=None, sa_type=BIG)
    status: int = Field(sa_type=SMALL)
    cause: int = Field(sa_type=SMALL)
    gap_ms: int


class Verdict(SQLModel, table=True):
    __tablename__ = "verdict"

    check: int = Field(primary_key=True)
    location: int = Field(primary_key=True, sa_type=SMALL)
    start_ms: int = Field(primary_key=True, sa_type=BIG)
    end_ms: int | None = Field(default=None, sa_type=BIG)
    cause: int = Field(sa_type=SMALL)
    party: str
    incident: int | None = Field(default=None, index=True)
    body: str = Field(sa_type=TEXT)  # core.verdict.Verdict


class State(SQLModel, table=True):
    __tablename__ = "state"

    check: int = Field(primary_key=True)
    location: int = Field(primary_key=True, sa_type=SMALL)
    status: int = Field(sa_type=SMALL)
    since_ms: int = Field(sa_type=BIG)
    failing: int
    body: str = Field(sa_type=TEXT)


class Signal(SQLModel, table=True):
    __tablename__ = "signal"

    check: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    at_ms: int = Field(sa_type=BIG)
    body: str = Field(sa_type=TEXT)


class Page(SQLModel, table=True):
    __tablename__ = "page"
    __table_args__ = {"sqlite_with_rowid": False}

    check: int = Field(primary_key=True)
    at_ms: int = Field(primary_key=True, sa_type=BIG)
    status: str  # core.health.PageStatus
    headline: str = Field(sa_type=TEXT)
    link: str | None = Field(default=None, sa_type=TEXT)


class Rollup(SQLModel, table=True):
    """Its counts are written with results, its time with spans: each by itself, so both have a nought to begin with."""

    __tablename__ = "rollup"

    scope: int = Field(primary_key=True, sa_type=SMALL)  # storage.codes: check or integration
    subject: int = Field(primary_key=True)
    width_ms: int = Field(primary_key=True)
    start_ms: int = Field(primary_key=True, sa_type=BIG)
    results: int = _nought()
    up_ms: int = _nought()  # the ten buckets of core.availability: a day holds 86,400,000 ms
    degraded_ms: int = _nought()
    theirs_ms: int = _nought()
    ours_ms: int = _nought()
    path_ms: int = _nought()
    unsure_ms: int = _nought()
    short_ms: int = _nought()
    short_ours_ms: int = _nought()
    maintenance_ms: int = _nought()
    unknown_ms: int = _nought()
    causes: str | None = Field(default=None, sa_type=TEXT)  # JSON: cause -> count; null: none failed
    histogram: bytes | None = Field(default=None, sa_type=BLOB)


class Summary(SQLModel, table=True):
    """What the wall shows of one check or integration: the judge's half enters with the transition, the rest by folding."""

    __tablename__ = "summary"

    scope: int = Field(primary_key=True, sa_type=SMALL)
    subject: int = Field(primary_key=True)
    status: int = Field(default=3, sa_type=SMALL, sa_column_kwargs={"server_default": "3"})
    since_ms: int | None = Field(default=None, sa_type=BIG)
    failing: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    fail_after: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    maintained: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    seen_ms: int | None = Field(default=None, sa_type=BIG)
    first_ms: int | None = Field(default=None, sa_type=BIG)
    folded_ms: int = Field(default=0, sa_type=BIG, sa_column_kwargs={"server_default": "0"})
    figures: bytes | None = Field(default=None, sa_type=BLOB)  # storage.digest: five windows and four percentiles
    bars: str = Field(default="", sa_type=TEXT, sa_column_kwargs={"server_default": ""})
    sparkline: bytes | None = Field(default=None, sa_type=BLOB)
