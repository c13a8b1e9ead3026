"""Maintenance and silences as planned instants. Those of people come in a ledger, those of the file are replaced here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, text

from core.ledger import WindowKind, WindowRow
from storage.changes import raise_versions
from storage.codec import load_json
from storage.engine import Database
from storage.entries import write_windows

_END: Final = 2**62  # after everything
_COLUMNS: Final = 'SELECT id, kind, start_ms, end_ms, integrations, reason, "by", origin FROM "window" '
_READ: Final = text(f"{_COLUMNS} WHERE start_ms < :until AND end_ms > :since AND end_ms > start_ms ORDER BY start_ms, id")
_ONE: Final = text(f"{_COLUMNS} WHERE id = :id")


def windows(conn: Connection, since_ms: int, until_ms: int, kind: WindowKind | None = None) -> list[WindowRow]:
    """Those that reach into [since, until), by their start; none that was cancelled before it began."""
    found = [_row(row) for row in conn.execute(_READ, {"since": since_ms, "until": until_ms})]
    return [row for row in found if kind in (None, row.kind)]


def not_over(conn: Connection, now_ms: int) -> list[WindowRow]:
    """Those under way and all that are to come, by their start."""
    return windows(conn, now_ms, _END)


def window(conn: Connection, ident: int) -> WindowRow | None:
    """One by its id, whether it is over, was cancelled, or is to come."""
    row = conn.execute(_ONE, {"id": ident}).one_or_none()
    return None if row is None else _row(row)


def replace_declared(db: Database, rows: Sequence[WindowRow], now_ms: int) -> None:
    """Make the file's windows from now on exactly these. What lies in the past stays: it was in force.

    One that is under way and declared no more ends now; one that is declared late begins now.
    """
    with db.write() as conn:
        stored = {_from_now(row, now_ms): row for row in not_over(conn, now_ms) if row.origin == "file"}
        wanted = {_from_now(row, now_ms) for row in rows if row.end_ms > max(now_ms, row.start_ms)}
        gone = [row for planned, row in stored.items() if planned not in wanted]
        write_windows(conn, [replace(row, end_ms=now_ms) for row in gone if row.start_ms < now_ms])
        for row in gone:
            if row.start_ms >= now_ms:
                conn.execute(text('DELETE FROM "window" WHERE id = :id'), {"id": row.id})
        new = wanted - stored.keys()
        write_windows(conn, sorted(new, key=lambda row: row.start_ms))
        if gone or new:
            raise_versions(conn, {"wall"})


def _from_now(row: WindowRow, now_ms: int) -> WindowRow:
    """What a window still means: two that differ in their past alone are the same."""
    return replace(row, id=None, origin="file", by=None, start_ms=max(row.start_ms, now_ms))


def _row(row: Any) -> WindowRow:
    ident, kind, start_ms, end_ms, integrations, reason, by, origin = row
    which = load_json(integrations)
    return WindowRow(WindowKind(kind), start_ms, end_ms, None if which is None else tuple(which), reason, by, origin, ident)
