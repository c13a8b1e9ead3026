"""What the database knows of the monitor's own health: dead letters, what waits to be told, how often a worker began, its size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from core.ledger import IncidentKind, IncidentRow
from storage.codec import load
from storage.codes import DAY_MS, HOUR_MS
from storage.engine import Database

DEAD_LETTERS: Final = text(
    "SELECT a.channel, COUNT(*), MAX(a.dead_ms) FROM alert a LEFT JOIN incident i ON i.id = a.incident "
    "WHERE a.dead_ms >= :since AND (i.kind IS NULL OR i.kind <> :own) GROUP BY a.channel ORDER BY a.channel"
)
# What the fallback has is told, and an alert about alerts must not keep itself alive.
_UNSENT: Final = text(
    "SELECT MIN(a.created_ms) FROM alert a LEFT JOIN incident i ON i.id = a.incident "
    "WHERE a.delivered_ms IS NULL AND a.dead_ms IS NULL AND a.handed_to IS NULL AND (i.kind IS NULL OR i.kind <> :own)"
)
# One that only stood by says nothing of itself.
_STARTS: Final = text(
    "SELECT COUNT(*) FROM process WHERE beat_ms >= :since AND started_ms >= :since AND role = 'worker' AND (leads OR body <> '{}')"
)
_BLIND: Final = text(
    "SELECT started_ms, resolved_ms, closed_ms FROM incident WHERE kind = :blind AND (closed_ms IS NULL OR closed_ms >= :since)"
)
_TROUBLES: Final = text("SELECT body FROM incident WHERE closed_ms IS NULL AND kind = :own")
_OWN: Final = {"own": IncidentKind.MONITOR.value}


@dataclass(frozen=True, slots=True)
class OwnRows:
    """Of alerts those of the monitor's own troubles are left out."""

    dead_letters: int  # of the last 24 hours
    dead_ms: int | None  # the newest
    dead_channels: tuple[str, ...]
    unsent_ms: int | None  # when the oldest that no channel took was made
    starts: int  # of workers that led, in the last hour


def own_rows(conn: Connection, now_ms: int) -> OwnRows:
    dead = conn.execute(DEAD_LETTERS, {"since": now_ms - DAY_MS, **_OWN}).all()
    unsent_ms = conn.execute(_UNSENT, _OWN).scalar()
    starts = int(conn.execute(_STARTS, {"since": now_ms - HOUR_MS}).scalar() or 0)
    newest = max((at_ms for _, _, at_ms in dead), default=None)
    return OwnRows(sum(count for _, count, _ in dead), newest, tuple(channel for channel, _, _ in dead), unsent_ms, starts)


def blind_ms(conn: Connection, now_ms: int) -> int:
    """How long our own network was away in the last 24 hours."""
    since_ms = now_ms - DAY_MS
    rows = conn.execute(_BLIND, {"blind": IncidentKind.BLIND.value, "since": since_ms})
    return sum(max(0, (resolved or closed or now_ms) - max(since_ms, started)) for started, resolved, closed in rows)


def own_troubles(conn: Connection) -> list[IncidentRow]:
    """Troubles of the monitor itself that are told and not over."""
    return [load(IncidentRow, body) for (body,) in conn.execute(_TROUBLES, _OWN)]


def size_bytes(db: Database, conn: Connection) -> int:
    """With its indexes, and SQLite's log beside it."""
    path = db.address.path
    if path is None:
        return int(conn.execute(text("SELECT pg_database_size(current_database())")).scalar() or 0)
    log = path.with_name(f"{path.name}-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)
