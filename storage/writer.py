"""The one way the judge's work reaches the disk: a whole ledger in one transaction, or nothing of it."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from core.ledger import Ledger
from storage import changes, entries, summary
from storage.engine import Database
from storage.faults import Fenced


class Writer:
    """`commit(ledger, epoch=...)`: when it returns, everything in the ledger is on disk."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def commit(self, ledger: Ledger, *, epoch: int) -> None:
        """Raises Fenced, DatabaseBusy, or SQLAlchemy's errors: then nothing was written and it may be tried again."""
        flush = secrets.randbits(62)
        try:
            with self._db.write() as conn:
                _claim(conn, epoch, flush)
                write(conn, ledger)
        except DBAPIError:
            if not self._landed(epoch, flush):
                raise

    def _landed(self, epoch: int, flush: int) -> bool:
        """A connection that broke during COMMIT leaves open whether it happened: the flush number tells.

        Without it, judging the same results again would say every event and alert twice.
        """
        try:
            with self._db.read() as conn:
                return conn.execute(text("SELECT epoch, flush FROM lease WHERE id = 1")).one_or_none() == (epoch, flush)
        except DBAPIError:
            return False


def _claim(conn: Connection, epoch: int, flush: int) -> None:
    """Compare the epoch in the same transaction; on Postgres the row stays locked, so nobody takes the lead in between."""
    claimed = conn.execute(text("UPDATE lease SET flush = :flush WHERE id = 1 AND epoch = :epoch"), {"flush": flush, "epoch": epoch})
    if claimed.rowcount != 1:
        raise Fenced(f"epoch {epoch} no longer leads")


def write(conn: Connection, ledger: Ledger) -> None:
    """Every list of the ledger, inside the caller's transaction."""
    entries.write_results(conn, ledger.results)
    entries.write_evidence(conn, ledger.results, changed={(span.check, span.location) for span in ledger.spans})
    entries.write_spans(conn, ledger.spans)
    entries.write_verdicts(conn, ledger.verdicts)
    entries.write_states(conn, ledger.states)
    entries.write_signals(conn, ledger.signals)
    entries.write_pages(conn, ledger.pages)
    entries.write_incidents(conn, ledger.incidents)
    entries.write_events(conn, ledger.events)
    entries.write_alerts(conn, ledger.alerts)
    entries.write_windows(conn, ledger.windows)
    entries.write_addresses(conn, ledger.addresses)
    entries.write_answers(conn, ledger.answers)
    summary.enter(conn, ledger.states)
    changes.raise_versions(conn, ledger.topics)
