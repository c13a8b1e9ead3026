"""A backup takes the place of our tables in Postgres, in one transaction; the old ones are kept in a schema of their own."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, inspect, text

from storage import postgres
from storage.address import Address
from storage.backup.faults import StateInUse
from storage.backup.filling import fill, newest_epoch
from storage.backup.loading import Step
from storage.backup.reading import Archive
from storage.backup.shapes import REVISION_TABLE, names, quoted
from storage.lease import LEADER_KEY
from storage.migrate import ADVISORY_KEY
from storage.models import METADATA
from storage.swap import At

LOCK_WAIT: Final = "10s"  # for a session that is no process of ours and holds a table

_OTHERS: Final = text(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name AND pid <> pg_backend_pid() "
    "ORDER BY pid"
)


def into_postgres(address: Address, archive: Archive, stamp: str, step: Step, at: At) -> str | None:
    """The schema the old tables are in now. A session that dies in between, however it dies, has changed nothing."""
    made = postgres.engine_for(address.url)
    try:
        with made.begin() as conn:
            _require_alone(conn)
            epoch = newest_epoch(conn) if "lease" in names(conn) else 0
            kept = _move_aside(conn, archive, f"before_restore_{stamp.lower()}")
            fill(conn, archive, epoch, step, at)
        return kept
    finally:
        made.dispose()


def _require_alone(conn: Connection) -> None:
    """Web, worker and commands name their sessions; one that begins now waits for our locks, and finds the new tables."""
    conn.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'"))
    conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_KEY})
    others = conn.execute(_OTHERS, {"name": postgres.APPLICATION}).scalars().all()
    leads = not conn.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": LEADER_KEY}).scalar()
    if others or leads:
        raise StateInUse(f"sessions of this program (backend {', '.join(map(str, others))})" if others else "a worker that leads")


def _move_aside(conn: Connection, archive: Archive, schema: str) -> str | None:
    """Only tables that are ours: the database may have others."""
    ours = {*METADATA.tables, *(entry.name for entry in archive.manifest.tables), REVISION_TABLE} & names(conn)
    if not ours:
        return None
    taken, number, wanted = set(inspect(conn).get_schema_names()), 1, schema
    while schema in taken:
        number += 1
        schema = f"{wanted}_{number}"
    conn.exec_driver_sql(f"CREATE SCHEMA {quoted(schema)}")
    for name in sorted(ours):
        conn.exec_driver_sql(f"ALTER TABLE {quoted(name)} SET SCHEMA {quoted(schema)}")
    return schema
