"""Which revision the database has, and which ones this version knows: the files in `migrations/versions`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from storage.faults import NewerDatabase

VERSIONS = Path(__file__).parent / "migrations" / "versions"


@cache
def known() -> tuple[str, ...]:
    """Revisions in order; the last is the one this version works with."""
    return tuple(sorted(path.name.split("_")[0] for path in VERSIONS.glob("[0-9]*_*.py")))


def head() -> str:
    return known()[-1]


def found(conn: Connection) -> str | None:
    """None: an empty database."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    return conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def is_current(conn: Connection) -> bool:
    """Raises NewerDatabase for a revision that this version has never heard of."""
    revision = found(conn)
    if revision is not None and revision not in known():
        raise NewerDatabase(revision, head())
    return revision == head()
