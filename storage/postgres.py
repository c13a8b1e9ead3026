"""Engines for Postgres: one driver (psycopg 3), TCP keepalive, readers in a read-only snapshot."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from storage.faults import DatabaseBusy

APPLICATION = "integration-health"  # how the server names our sessions: a restore looks for them

# A server that vanished is noticed within seconds: the lead rests on this session.
_KEEPALIVE: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # the keepalive does not run while something that was sent is not confirmed
    "connect_timeout": 5,
    "application_name": APPLICATION,
}


def engine_for(url: URL, *, pool_size: int = 4, options: str = "") -> Engine:
    """`options` are for the server, beside those of the URL."""
    asked = " ".join(filter(None, (str(url.query.get("options", "")), options)))
    arguments = _KEEPALIVE | ({"options": asked} if asked else {})
    made = create_engine(url, connect_args=arguments, pool_size=pool_size, max_overflow=28, pool_timeout=5, pool_pre_ping=True)
    event.listen(made, "connect", _wait_for_the_disk)
    return made


def _wait_for_the_disk(raw: Any, _record: Any) -> None:
    """A flush that has returned is on disk, even where the server was told to answer before it is."""
    raw.execute("SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'")
    raw.commit()


def unsynced(engine: Engine) -> Engine:
    """The same sessions, whose commits do not wait for the disk: a server that dies may forget the last of them, whole."""
    relaxed = engine.execution_options()

    @event.listens_for(relaxed, "begin")
    def begin(conn: Connection) -> None:
        conn.exec_driver_sql("SET LOCAL synchronous_commit = off")

    return relaxed


def listener(url: URL, channel: str) -> Any:
    """A psycopg connection of its own that LISTENs; `notifies(timeout=0)` says what has come. Raises DatabaseBusy."""
    import psycopg

    try:
        raw = psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True, **_KEEPALIVE)
        raw.execute(f"LISTEN {channel}".encode())
    except psycopg.Error as error:
        raise DatabaseBusy(str(error)) from error
    return raw
