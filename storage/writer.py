"""The one way the judge's work reaches the disk: a whole ledger in one transaction, or nothing of it."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from core.ledger import Ledger
from storage import changes, entries, result_entries, summary
from storage.engine import Database
from storage.faults import NO_ANSWER, Fenced, Unheard


class Writer:
    """`commit(ledger, epoch=...)`: when it returns, everything in the ledger is on disk."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def commit(self, ledger: Ledger, *, epoch: int) -> None:
        """Raises Fenced, DatabaseBusy, or SQLAlchemy's errors: then nothing was written and it may be tried again.

        Raises Unheard where the connection broke during COMMIT and the database cannot be asked: `has_landed` tells later.
        """
        flush, sent = secrets.randbits(62), False
        try:
            with self._db.write() as conn:
                _claim(conn, epoch, flush)
                write(conn, ledger)
                sent = True
        except DBAPIError as error:
            if not sent or not self._landed(flush, error):
                raise

    def _landed(self, flush: int, error: DBAPIError) -> bool:
        try:
            return self.has_landed(flush)
        except NO_ANSWER:
            raise Unheard(flush, error) from error

    def has_landed(self, flush: int) -> bool:
        """Whether the newest commit of the leader is this one. Ask before anything else is committed.

        Without it, judging the same results again would say every event and alert twice. A write, because on Postgres it then
        waits for a COMMIT that the server is still about.
        """
        with self._db.write() as conn:
            return conn.execute(text("UPDATE lease SET flush = flush WHERE id = 1 AND flush = :flush"), {"flush": flush}).rowcount == 1


def _claim(conn: Connection, epoch: int, flush: int) -> None:
    """Compare the epoch in the same transaction; on Postgres the row stays locked, so nobody takes the lead in between."""
    claimed = conn.execute(text("UPDATE lease SET flush = :flush WHERE id = 1 AND epoch = :epoch"), {"flush": flush, "epoch": epoch})
    if claimed.rowcount != 1:
        raise Fenced(f"epoch {epoch} no longer leads")


def write(conn: Connection, ledger: Ledger) -> None:
    """Every list of the ledger, inside the caller's transaction."""
    new = result_entries.write_results(conn, ledger.results)
    result_entries.write_evidence(conn, new, changed={(span.check, span.location) for span in ledger.spans})
    entries.write_judged(conn, ledger)
    entries.write_alerts(conn, ledger.alerts)
    entries.write_addresses(conn, ledger.addresses)
    entries.write_answers(conn, ledger.answers)
    summary.enter(conn, ledger.states)
    changes.raise_versions(conn, ledger.topics)
