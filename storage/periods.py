"""Closed months: frozen rows with a hash. A correction is a newer row with an author and a reason, never an edit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, select, text

from storage import models
from storage.bulk import table_of
from storage.changes import raise_versions
from storage.codec import dump_json, load_json
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
    body: Mapping[str, Any],
    closed_ms: int,
    author: str | None = None,
    reason: str | None = None,
) -> int:
    """Close a period, or correct a closed one: the id of the row that holds from now on.

    Raises ValueError for a correction without author and reason.
    """
    frozen = dump_json(body)
    with db.write() as conn:
        before = next(iter(periods(conn, integration=integration, start_ms=start_ms)), None)
        if before is not None and not (author and reason):
            raise ValueError("a closed period is corrected with an author and a reason")
        values = {"integration": integration, "start": start_ms, "end": end_ms, "zone": zone, "body": frozen, "closed": closed_ms}
        values |= {"hash": _hash(integration, start_ms, end_ms, zone, frozen), "author": author, "reason": reason}
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


def is_intact(row: PeriodRow) -> bool:
    """Whether its figures are those that were frozen."""
    return row.hash == _hash(row.integration, row.start_ms, row.end_ms, row.zone, dump_json(row.body))


def _hash(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def _row(row: Any) -> PeriodRow:
    return PeriodRow(
        id=row.id,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        zone=row.zone,
        integration=row.integration,
        body=load_json(row.body),
        hash=row.hash,
        closed_ms=row.closed_ms,
        author=row.author,
        reason=row.reason,
        replaces=row.replaces,
    )
