"""Closed months: frozen rows with a hash. A correction is a newer row with an author and a reason, never an edit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select, text

from storage import lease, models, notices
from storage.bulk import table_of
from storage.changes import raise_versions
from storage.codec import load_json
from storage.engine import Database
from storage.rows import PeriodRow

_INSERT: Final = text(
    "INSERT INTO period (integration, start_ms, end_ms, zone, body, hash, closed_ms, author, reason, replaces) "
    "VALUES (:integration, :start, :end, :zone, :body, :hash, :closed, :author, :reason, :replaces) RETURNING id"
)
NOTICE: Final = "months"  # under which it is kept up to when all is closed
_HELD: Final = text("SELECT DISTINCT start_ms, end_ms, integration FROM period WHERE zone = :zone")


@dataclass(frozen=True, slots=True)
class NewPeriod:
    """A period of one integration to be closed. `body` is the report's canonical JSON, `digest` its SHA-256: kept to the letter."""

    integration: int
    start_ms: int
    end_ms: int
    zone: str
    body: str
    digest: str
    closed_ms: int


def close(db: Database, rows: Sequence[NewPeriod], *, epoch: int) -> int:
    """Close each that is not closed yet, all in one transaction: how many were. Raises Fenced."""
    if not rows:
        return 0
    with db.write() as conn:
        lease.fence(conn, epoch)
        new = [row for row in rows if _before(conn, row) is None]
        for row in new:
            _insert(conn, row, None, None, None)
        if new:
            raise_versions(conn, {"periods"})
    return len(new)


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
    epoch: int | None = None,
) -> int:
    """Close a period, or correct a closed one: the id of the row that holds from now on.

    Raises ValueError for a correction without author and reason, and Fenced where `epoch` is given and leads no more.
    """
    row = NewPeriod(integration, start_ms, end_ms, zone, body, digest, closed_ms)
    with db.write() as conn:
        if epoch is not None:
            lease.fence(conn, epoch)
        before = _before(conn, row)
        if before is not None and not (author and reason):
            raise ValueError("a closed period is corrected with an author and a reason")
        ident = _insert(conn, row, before.id if before else None, author, reason)
        raise_versions(conn, {"periods"})
    return ident


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


def periods_of(conn: Connection, start_ms: int, end_ms: int, zone: str, integration: int | None = None) -> list[PeriodRow]:
    """The rows that hold of one period in one zone, by integration."""
    found = periods(conn, integration=integration, start_ms=start_ms)
    return [row for row in found if (row.end_ms, row.zone) == (end_ms, zone)]


def closed_until(conn: Connection) -> int | None:
    """Up to when every month is closed, corrections aside; None before any was."""
    kept = notices.notices(conn).get(NOTICE)
    return None if kept is None else int(kept.body["closed_until_ms"])


def note_closed_until(db: Database, until_ms: int, now_ms: int, *, epoch: int) -> None:
    notices.put(db, NOTICE, {"closed_until_ms": until_ms}, now_ms, epoch=epoch)


def closed(conn: Connection, zone: str) -> dict[tuple[int, int], frozenset[int]]:
    """Which integrations are closed, by (start_ms, end_ms) of the period; without their bodies."""
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    for start_ms, end_ms, integration in conn.execute(_HELD, {"zone": zone}):
        found[start_ms, end_ms].add(integration)
    return {key: frozenset(ids) for key, ids in found.items()}


def _before(conn: Connection, row: NewPeriod) -> PeriodRow | None:
    return next(iter(periods_of(conn, row.start_ms, row.end_ms, row.zone, row.integration)), None)


def _insert(conn: Connection, row: NewPeriod, replaces: int | None, author: str | None, reason: str | None) -> int:
    values = {"integration": row.integration, "start": row.start_ms, "end": row.end_ms, "zone": row.zone, "body": row.body}
    values |= {"hash": row.digest, "closed": row.closed_ms, "author": author, "reason": reason, "replaces": replaces}
    return int(conn.execute(_INSERT, values).scalar_one())


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
