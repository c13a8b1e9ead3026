"""Closed UTC days become packs once they are 48 h old; results that come later stay rows until a nightly turn packs their day again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text

from storage import models
from storage.bulk import insert
from storage.codes import DAY_MS
from storage.engine import Database
from storage.merged import PhaseTable, beside, hot_columns, hot_phases, key_of, once, packed_phases
from storage.packing import Columns, pack, pack_phases, unpack
from storage.planes import Ints
from storage.steps import Steps

HOT_MS: Final = 48 * 3_600_000
PACK_COLUMNS: Final = ("check", "location", "day_ms", "results", "body", "phases")

_PACK: Final = text('SELECT id, body, phases FROM pack WHERE "check" = :check AND location = :location AND day_ms = :since')
_NEXT: Final = text('SELECT MIN(at_ms) FROM result WHERE "check" = :check AND location = :location AND at_ms >= :since')
_PLACES: Final = text('SELECT c.id, l.id FROM "check" c CROSS JOIN location l ORDER BY c.id, l.id')
_REPLACED: Final = text("DELETE FROM pack WHERE id = :id AND (phases IS NULL) = :bare")
_RANGE: Final = 'WHERE "check" = :check AND location = :location AND at_ms >= :since AND at_ms < :until'
_FORGET: Final = tuple(text(f"DELETE FROM {table} {_RANGE}") for table in ("result", "phase"))  # noqa: S608 names of our own

Day = tuple[int, int, int]  # check, location, first instant


class _Changed(Exception):
    """Something was written to the day after it was read."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A day as it was read: its pack, if there is one, and the rows beside it."""

    pack: Any
    rows: Columns
    phases: PhaseTable

    def packed(self, day: Day) -> tuple[object, ...]:
        """All of it as one row for PACK_COLUMNS."""
        check, location, day_ms = day
        before = None if self.pack is None else unpack(self.pack.body)
        results = once([self.rows] if before is None else [before, self.rows], day_ms, day_ms + DAY_MS)
        own = [] if before is None else [packed_phases(before, self.pack.phases)]
        laid = beside(results, [*own, self.phases])
        return pack_row(check, location, day_ms, results, laid if (laid >= 0).any() else None)


def pack_closed_days(db: Database, now_ms: int, *, epoch: int, limit: int = 1_000) -> int:
    """Pack days that ended 48 h ago, at most `limit` days of a check; how many were packed. Raises Fenced."""
    steps = Steps(db, epoch)
    return sum(_settle(db, day, steps) for day in list(_due(db, now_ms, limit, packed=False)))


def repack_late_days(db: Database, now_ms: int, *, epoch: int, limit: int = 1_000) -> int:
    """Take what came for packed days into their packs; how many were packed again. Raises Fenced."""
    steps = Steps(db, epoch)
    return sum(_settle(db, day, steps) for day in list(_due(db, now_ms, limit, packed=True)))


def pack_row(check: int, location: int, day_ms: int, columns: Columns, phases: Ints | None) -> tuple[object, ...]:
    """A row for PACK_COLUMNS. `phases`: five rows as long as the columns, -1 for none."""
    packed = None if phases is None else pack_phases(phases, columns.total_us)
    return check, location, day_ms, len(columns), pack(columns), packed


def _due(db: Database, now_ms: int, limit: int, *, packed: bool) -> Iterator[Day]:
    """Days that ended 48 h ago and have rows: those that have a pack beside them, or those that have none."""
    until = (now_ms - HOT_MS) // DAY_MS * DAY_MS
    with db.read() as conn:
        places = conn.execute(_PLACES).all()
    for check, location in places:
        with db.read() as conn:
            found = [day for day in _days_of(conn, check, location, until) if (_pack_of(conn, day) is not None) is packed]
        yield from found[:limit]
        limit -= len(found[:limit])


def _days_of(conn: Connection, check: int, location: int, until_ms: int) -> Iterator[Day]:
    """Closed days that have rows; one step into the primary key for each."""
    since = 0
    while (at_ms := conn.execute(_NEXT, key_of(check, location, since, until_ms)).scalar()) is not None and at_ms < until_ms:
        since = at_ms // DAY_MS * DAY_MS + DAY_MS
        yield check, location, since - DAY_MS


def _pack_of(conn: Connection, day: Day) -> Any:
    check, location, day_ms = day
    return conn.execute(_PACK, key_of(check, location, day_ms, day_ms + DAY_MS)).first()


def _settle(db: Database, day: Day, steps: Steps) -> bool:
    """One day of one check in one short transaction: read and packed before it, so that the lock is held for its writes alone.

    False where something was written to the day in between: then nothing has happened, and its next turn comes.
    """
    check, location, day_ms = day
    with db.read() as conn:
        stretch = check, location, day_ms, day_ms + DAY_MS
        found = _Found(_pack_of(conn, day), hot_columns(conn, *stretch), hot_phases(conn, *stretch))
    row = found.packed(day)
    try:
        with steps.step() as conn:
            _forget(conn, day, found)
            insert(conn, models.Pack, PACK_COLUMNS, [row])
    except _Changed:
        return False
    return True


def _forget(conn: Connection, day: Day, found: _Found) -> None:
    """What is packed now. Rows are never edited: as many as were read are those that were read."""
    check, location, day_ms = day
    gone = [conn.execute(statement, key_of(check, location, day_ms, day_ms + DAY_MS)).rowcount for statement in _FORGET]
    if gone != [len(found.rows), len(found.phases.at_ms)]:
        raise _Changed
    if found.pack is not None:
        replaced = conn.execute(_REPLACED, {"id": found.pack.id, "bare": found.pack.phases is None})
        if replaced.rowcount != 1:
            raise _Changed
