"""Engines for Postgres: one driver (psycopg 3), TCP keepalive, readers in a read-only snapshot."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Engine, create_engine

APPLICATION = "integration-health"  # how the server names our sessions: a restore looks for them

# A server that vanished is noticed within seconds: the lead rests on this session.
_KEEPALIVE: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "connect_timeout": 5,
    "application_name": APPLICATION,
}


def engine_for(url: URL, *, pool_size: int = 4) -> Engine:
    return create_engine(url, connect_args=_KEEPALIVE, pool_size=pool_size, max_overflow=28, pool_pre_ping=True)


def listener(url: URL, channel: str) -> Any:
    """A psycopg connection of its own that LISTENs; `notifies(timeout=0)` says what has come."""
    import psycopg

    raw = psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True)
    raw.execute(f"LISTEN {channel}".encode())
    return raw
