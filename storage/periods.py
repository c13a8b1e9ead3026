"""Closed months: frozen rows with a hash. A correction is a newer row with an author and a reason, never an edit."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, select, text

from storage import models
from storage.bulk import table_of
from storage.changes import raise_versions
from storage.codec import load_json
from storage.engine import Database
from storage.rows import PeriodRow

_INSERT: Final = text(
    "INSERT INTO period (integration, start_ms, end_ms, zone, body, hash, closed_ms, author, reason, replaces) "
    "VALUES (:integration, :start, :end, :zone, :body, :hash, :closed, :author, :reason, :replaces) RETURNING id"
)


def freeze(
    db: Database,
    *,
    integration: int,
    start_ms: int,
    end_ms: int,
    zone: str,
    body: str,
    digest: str,
    closed_ms: int,
    author: str | None = None,
    reason: str | None = None,
) -> int:
    """Close a period, or correct a closed one: the id of the row that holds from now on.

    `body` is the report's canonical JSON, `digest` its SHA-256: both are kept to the letter.
    Raises ValueError for a correction without author and reason.
    """
    with db.write() as conn:
        before = next(iter(periods(conn, integration=integration, start_ms=start_ms)), None)
        if before is not None and not (author and reason):
            raise ValueError("a closed period is corrected with an author and a reason")
        values = {"integration": integration, "start": start_ms, "end": end_ms, "zone": zone, "body": body, "closed": closed_ms}
        values |= {"hash": digest, "author": author, "reason": reason}
        ident = conn.execute(_INSERT, {**values, "replaces": before.id if before else None}).scalar_one()
        raise_versions(conn, {"periods"})
    return int(ident)


def periods(conn: Connection, *, integration: int | None = None, start_ms: int | None = None, replaced: bool = False) -> list[PeriodRow]:
    """The rows that hold, newest period first; with `replaced`, those they correct too."""
    p = table_of(models.Period)
    asked = select(p).order_by(p.c.start_ms.desc(), p.c.integration, p.c.id.desc())
    if integration is not None:
        asked = asked.where(p.c.integration == integration)
    if start_ms is not None:
        asked = asked.where(p.c.start_ms == start_ms)
    rows = [_row(row) for row in conn.execute(asked)]
    gone = {row.replaces for row in rows}
    return rows if replaced else [row for row in rows if row.id not in gone]


def _row(row: Any) -> PeriodRow:
    return PeriodRow(
        id=row.id,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        zone=row.zone,
        integration=row.integration,
        body=load_json(row.body),
        text=row.body,
        hash=row.hash,
        closed_ms=row.closed_ms,
        author=row.author,
        reason=row.reason,
        replaces=row.replaces,
    )
