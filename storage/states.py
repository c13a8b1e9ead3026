"""What the judge needs to go on after a restart."""

from __future__ import annotations

from sqlalchemy import Connection, text

from core.ledger import SignalRow, StateRow, VerdictRow
from storage.codec import load_json
from storage.codes import STATUSES
from storage.timeline import verdict_of


def load_states(conn: Connection) -> list[StateRow]:
    rows = conn.execute(text('SELECT "check", location, status, since_ms, failing, body FROM state'))
    return [
        StateRow(check, location, STATUSES[status], since, load_json(body), failing)
        for check, location, status, since, failing, body in rows
    ]


def open_verdicts(conn: Connection) -> list[VerdictRow]:
    return [verdict_of(row) for row in conn.execute(text("SELECT * FROM verdict WHERE end_ms IS NULL"))]


def signals(conn: Connection) -> list[SignalRow]:
    """The newest of every kind of every check."""
    rows = conn.execute(text('SELECT "check", kind, at_ms, body FROM signal'))
    return [SignalRow(check, kind, at_ms, load_json(body)) for check, kind, at_ms, body in rows]
