"""Maintenance and silences as planned instants. Those of people come in a ledger, those of the file are replaced here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, text

from core.ledger import WindowKind, WindowRow
from storage.changes import raise_versions
from storage.codec import load_json
from storage.engine import Database
from storage.entries import write_windows

_READ: Final = text(
    'SELECT id, kind, start_ms, end_ms, integrations, reason, "by", origin FROM "window" '
    "WHERE start_ms < :until AND end_ms > :since ORDER BY start_ms, id"
)


def windows(conn: Connection, since_ms: int, until_ms: int, kind: WindowKind | None = None) -> list[WindowRow]:
    """Those that reach into [since, until), by their start."""
    found = [_row(row) for row in conn.execute(_READ, {"since": since_ms, "until": until_ms})]
    return [row for row in found if kind in (None, row.kind)]


def replace_declared(db: Database, rows: Sequence[WindowRow], now_ms: int) -> None:
    """Make the file's windows from now on exactly these. What lies in the past stays: it was in force.

    One that is under way keeps the time it had; where it is declared no more, it ends now.
    """
    key = {"now": now_ms}
    with db.write() as conn:
        before = _declared(conn, now_ms)
        conn.execute(text("DELETE FROM \"window\" WHERE origin = 'file' AND start_ms >= :now"), key)
        conn.execute(text("UPDATE \"window\" SET end_ms = :now WHERE origin = 'file' AND start_ms < :now AND end_ms > :now"), key)
        write_windows(conn, [row for row in rows if row.end_ms > now_ms and row.start_ms < row.end_ms])
        conn.execute(text("DELETE FROM \"window\" WHERE origin = 'file' AND end_ms = :now AND start_ms >= :now"), key)
        if _declared(conn, now_ms) != before:
            raise_versions(conn, {"wall"})


def _declared(conn: Connection, now_ms: int) -> set[WindowRow]:
    return {row for row in windows(conn, now_ms, 2**62) if row.origin == "file"}


def _row(row: Any) -> WindowRow:
    ident, kind, start_ms, end_ms, integrations, reason, by, origin = row
    which = load_json(integrations)
    return WindowRow(WindowKind(kind), start_ms, end_ms, None if which is None else tuple(which), reason, by, origin, ident)
