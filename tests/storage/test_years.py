"""Incidents and what was said of them are kept for ever: no question that a page or the worker asks grows with them.

Counted in steps of SQLite's machine, which are the same on every computer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from sqlalchemy import Connection, text

from core.health import Cause
from core.ledger import IncidentKind, Ledger
from core.verdict import Party
from storage import deliveries, own, troubles
from storage.engine import Database, open_database
from storage.incidents import IncidentFilter, incident, incidents, open_incidents
from storage.retention import Held
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import DAY, HOUR, NOON

FEW, MANY = 200, 4_000
_AGAIN = text(
    "INSERT INTO incident SELECT :id, kind, integration, :at, :at, status, cause, party, severity, :at + 600000, :at + 660000, "
    "group_id, body FROM incident WHERE id = 1"
)
_ALERTS = text(
    "INSERT INTO alert (incident, channel, kind, severity, created_ms, due_ms, attempts, doubtful, delivered_ms, error, body) "
    "SELECT id, 'ops', 'opened', 1, started_ms, started_ms, 0, 0, started_ms + 900, '', '{}' FROM incident"
)
_DELIVERIES = text(
    "INSERT INTO delivery (incident, channel, kind, began_ms, at_ms, ok, detail, attempt, alerts) "
    "SELECT incident, channel, kind, created_ms, created_ms + 900, 1, '', 1, '[]' FROM alert"
)

Question = Callable[[Connection], Any]

QUESTIONS: Final[dict[str, Question]] = {
    "the first page of incidents": lambda conn: incidents(conn),
    "incidents of a kind that never was": lambda conn: incidents(conn, IncidentFilter(kind=IncidentKind.GROUP)),
    "of a party that never was": lambda conn: incidents(conn, IncidentFilter(party=Party.PATH)),
    "of a cause that never was": lambda conn: incidents(conn, IncidentFilter(cause=Cause.DNS)),
    "open incidents": lambda conn: incidents(conn, IncidentFilter(open=True)),
    "what the judge goes on with": lambda conn: open_incidents(conn),
    "one incident": lambda conn: incident(conn, 100),
    "what was open a day ago": lambda conn: troubles.open_at(conn, NOON - DAY),
    "what open incidents keep from being forgotten": lambda conn: Held.read(conn),
    "how long our own network was away": lambda conn: own.blind_ms(conn, NOON),
    "the monitor's own rows": lambda conn: own.own_rows(conn, NOON),
    "the first page of deliveries": lambda conn: deliveries.deliveries(conn),
    "deliveries through a channel without any": lambda conn: deliveries.deliveries(conn, channel="pager"),
    "deliveries of an incident": lambda conn: deliveries.deliveries(conn, incident=100),
    "alerts that wait": lambda conn: deliveries.alerts(conn, waiting=True),
    "dead letters": lambda conn: deliveries.alerts(conn, dead=True),
    "how many wait": lambda conn: deliveries.waiting(conn),
}


@contextmanager
def counting(conn: Connection) -> Iterator[list[None]]:
    """One item for every ten steps."""
    raw: Any = conn.connection.driver_connection
    seen: list[None] = []
    raw.set_progress_handler(lambda: seen.append(None), 10)
    yield seen
    raw.set_progress_handler(None, 0)


def steps(db: Database) -> dict[str, int]:
    found = {}
    with db.read() as conn:
        for name, question in QUESTIONS.items():
            with counting(conn) as seen:
                question(conn)
            found[name] = len(seen)
    return found


def grown(db: Database, ids: range) -> None:
    with db.write() as conn:
        for ident in ids:
            conn.execute(_AGAIN, {"id": ident, "at": NOON - 400 * DAY - (MANY - ident) * HOUR})
        conn.execute(text("DELETE FROM alert"))
        conn.execute(text("DELETE FROM delivery"))
        conn.execute(_ALERTS)
        conn.execute(_DELIVERIES)


@pytest.fixture
def db(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url, wait_s=0)
    yield database
    database.close()


def test_no_question_grows_with_the_years(db: Database, epoch: int) -> None:
    samples.watched(db)
    Writer(db).commit(Ledger(incidents=[samples.incident(1, 1, 1, NOON - 900 * DAY, NOON - 900 * DAY + HOUR)]), epoch=epoch)
    grown(db, range(2, FEW))
    few = steps(db)
    grown(db, range(FEW, MANY))
    assert {name: (few[name], many) for name, many in steps(db).items() if many > 2 * few[name] + 20} == {}
