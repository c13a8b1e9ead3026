"""Closed UTC days become packs once they are 48 h old; results that come later stay rows, and readers merge both."""

from __future__ import annotations

from typing import Final

import numpy as np
from sqlalchemy import Connection, text

from storage import lease, models
from storage.bulk import insert
from storage.codes import DAY_MS
from storage.engine import Database
from storage.packing import Columns, pack, pack_phases
from storage.planes import Ints
from storage.results import hot_columns, hot_phases

HOT_MS: Final = 48 * 3_600_000
PACK_COLUMNS: Final = ("check", "location", "day_ms", "results", "body", "phases")
_STEP: Final = 10  # days a transaction: the lock is held for a few milliseconds

_PACKED: Final = text('SELECT 1 FROM pack WHERE "check" = :check AND location = :location AND day_ms = :day')
_NEXT: Final = text('SELECT MIN(at_ms) FROM result WHERE "check" = :check AND location = :location AND at_ms >= :since')
_PLACES: Final = text('SELECT c.id, l.id FROM "check" c CROSS JOIN location l ORDER BY c.id, l.id')

Day = tuple[int, int, int]  # check, location, first instant


def pack_closed_days(db: Database, now_ms: int, *, epoch: int, limit: int = 1_000) -> int:
    """Pack what is due, at most `limit` days of a check; how many were packed. Raises Fenced."""
    due = _due(db, now_ms, limit)
    for start in range(0, len(due), _STEP):
        with db.write() as conn:
            lease.fence(conn, epoch)
            _pack(conn, due[start : start + _STEP])
    return len(due)


def _due(db: Database, now_ms: int, limit: int) -> list[Day]:
    """Days that ended 48 h ago and have rows but no pack yet. A late row alone does not have its day packed again."""
    until = (now_ms - HOT_MS) // DAY_MS * DAY_MS
    found: list[Day] = []
    with db.read() as conn:
        for check, location in conn.execute(_PLACES).all():
            at_ms = _next(conn, check, location, 0)
            while at_ms is not None and at_ms < until and len(found) < limit:
                day = at_ms // DAY_MS * DAY_MS
                if conn.execute(_PACKED, {"check": check, "location": location, "day": day}).first() is None:
                    found.append((check, location, day))
                at_ms = _next(conn, check, location, day + DAY_MS)
    return found


def _next(conn: Connection, check: int, location: int, since_ms: int) -> int | None:
    """One step into the primary key."""
    found: int | None = conn.execute(_NEXT, {"check": check, "location": location, "since": since_ms}).scalar()
    return found


def _pack(conn: Connection, days: list[Day]) -> None:
    """Read, pack and forget in one transaction: no row that came in between is lost."""
    rows = []
    for check, location, day in days:
        columns = hot_columns(conn, check, location, day, day + DAY_MS)
        phases = hot_phases(conn, check, location, day, day + DAY_MS)
        rows.append(pack_row(check, location, day, columns, beside(columns, phases) if len(phases) else None))
        _forget(conn, check, location, day)
    insert(conn, models.Pack, PACK_COLUMNS, rows)


def pack_row(check: int, location: int, day_ms: int, columns: Columns, phases: Ints | None) -> tuple[object, ...]:
    """A row for PACK_COLUMNS. `phases`: five rows as long as the columns, -1 for none."""
    packed = None if phases is None else pack_phases(phases, columns.total_us)
    return check, location, day_ms, len(columns), pack(columns), packed


def beside(columns: Columns, phases: Ints) -> Ints:
    """Phase rows laid beside the results they belong to; a result without any has -1 five times."""
    laid = np.full((5, len(columns)), -1, np.int64)
    _, here, there = np.intersect1d(columns.at_ms, phases[:, 0], assume_unique=True, return_indices=True)
    laid[:, here] = phases[there, 1:].T
    return laid


def _forget(conn: Connection, check: int, location: int, day_ms: int) -> None:
    key = {"check": check, "location": location, "since": day_ms, "until": day_ms + DAY_MS}
    for statement in (
        'DELETE FROM result WHERE "check" = :check AND location = :location AND at_ms >= :since AND at_ms < :until',
        'DELETE FROM phase WHERE "check" = :check AND location = :location AND at_ms >= :since AND at_ms < :until',
    ):
        conn.execute(text(statement), key)
