"""The wall costs the same whatever lies behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from core.health import Status
from core.ledger import IncidentKind, Ledger
from storage import wall
from storage.engine import Database
from storage.folding import Folder
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import HOUR, MINUTE, NOON


@contextmanager
def statements(conn: Connection) -> Iterator[list[str]]:
    """Every statement that is sent meanwhile."""
    sent: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(conn, "before_cursor_execute", note)
    yield sent
    event.remove(conn, "before_cursor_execute", note)


def looked_at(db: Database) -> list[str]:
    """The statements of one look, the catalogue being known."""
    with db.read() as conn:
        wall.summaries(conn)
        with statements(conn) as sent:
            wall.summaries(conn)
    return sent


def test_a_look_at_the_wall_is_three_statements_and_reads_no_history(db: Database, epoch: int) -> None:
    catalogue = samples.watched(db, *(f"vendor-{n}" for n in range(30)))
    few = looked_at(db)
    check = catalogue.plan.checks[1]
    writer, folder = Writer(db), Folder(db)
    for hour in range(3):
        start = NOON + hour * HOUR
        ledger = samples.outage(check.integration, check.id, start)
        ledger.results += [samples.result(one, start + n * MINUTE) for one in catalogue.plan.checks for n in range(1, 10)]
        writer.commit(ledger, epoch=epoch)
        folder.note(ledger)
        folder.fold(start + 10 * MINUTE, epoch=epoch)
    assert looked_at(db) == few
    assert len(few) == 3
    assert not any(table in statement for statement in few for table in (" result", " pack", " rollup", " span", " evidence"))


def test_an_integration_that_was_never_judged_is_unknown(db: Database) -> None:
    samples.watched(db)
    with db.read() as conn:
        (summary,) = wall.summaries(conn)
    assert (summary.status, summary.since_ms, summary.bars, summary.sparkline) == (Status.UNKNOWN, None, "", ())


def test_only_incidents_that_are_not_closed_stand_on_the_wall(db: Database, epoch: int) -> None:
    samples.watched(db)
    open_one, closed = samples.incident(1, 1, 1, NOON), samples.incident(2, 1, 1, NOON, NOON + MINUTE)
    blind = samples.incident(3, None, 1, NOON, kind=IncidentKind.BLIND)
    Writer(db).commit(Ledger(incidents=[open_one, closed, blind]), epoch=epoch)
    with db.read() as conn:
        (summary,) = wall.summaries(conn)
        assert wall.summary(conn, 1) == summary
        assert wall.summary(conn, 2) is None
    (shown,) = summary.incidents
    assert shown.rule == 13
    assert (shown.id, shown.party, shown.confidence, shown.headline) == (1, "theirs", "medium", "Not acknowledged by Stripe.")
