"""An empty database becomes the one of a backup: its revision's tables, its rows, and the way to this version's tables."""

from __future__ import annotations

from typing import Final

from alembic import command
from sqlalchemy import Connection, text

from storage.backup.loading import Step, load_rows
from storage.backup.reading import Archive
from storage.backup.shapes import REVISION_TABLE, names
from storage.migrate import alembic_config
from storage.swap import At

_LEASE: Final = text("UPDATE lease SET process = NULL, epoch = CASE WHEN epoch < :epoch THEN :epoch ELSE epoch END + 1")
_PROCESSES: Final = text("UPDATE process SET leads = :no, ended_ms = COALESCE(ended_ms, beat_ms)")


def fill(conn: Connection, archive: Archive, epoch: int, step: Step, at: At) -> None:
    """Inside the caller's transaction. `epoch`: the newest of the database whose place it takes."""
    before = names(conn)
    command.upgrade(alembic_config(conn), archive.manifest.revision)
    load_rows(conn, archive, names(conn) - before - {REVISION_TABLE}, step)
    at("loaded")
    command.upgrade(alembic_config(conn), "head")
    _follow_on(conn, epoch)
    at("upgraded")


def newest_epoch(conn: Connection) -> int:
    """0 where nobody ever led."""
    return int(conn.execute(text("SELECT epoch FROM lease WHERE id = 1")).scalar() or 0)


def _follow_on(conn: Connection, epoch: int) -> None:
    """Whoever led either database is fenced off, and a process that beat when the backup was made is none of this one's:
    a standby would end it for its silence."""
    conn.execute(_LEASE, {"epoch": epoch})
    conn.execute(_PROCESSES, {"no": False})
