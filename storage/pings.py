"""Calls of things that must call us: on disk before they are answered."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from storage.changes import announce
from storage.codec import clean
from storage.engine import Database
from storage.rows import PingRow

BODY_KEPT: Final = 2_000  # characters
_CALLED: Final = text('SELECT id FROM "check" WHERE address = :address AND archived_ms IS NULL')
_APPEND: Final = text(
    'INSERT INTO ping ("check", kind, at_ms, body) '
    'SELECT id, :kind, :at, :body FROM "check" WHERE address = :address AND archived_ms IS NULL RETURNING "check"'
)


def append_ping(db: Database, address: str, kind: str, body: str, at_ms: int) -> int | None:
    """`kind` is start, ok or fail. The check's id; None: no heartbeat that is watched has this address."""
    called = {"address": address, "kind": kind, "at": at_ms, "body": clean(body[:BODY_KEPT])}
    with db.read() as conn:  # a stranger's guesses must not take the write lock
        if conn.execute(_CALLED, called).scalar() is None:
            return None
    with db.write() as conn:  # looked up again: the address may have been replaced meanwhile
        check = conn.execute(_APPEND, called).scalar()
        announce(conn)
    return None if check is None else int(check)


def pings(conn: Connection, check: int, since_ms: int) -> list[PingRow]:
    """Those of one check from `since_ms` on, in order of their instants."""
    rows = conn.execute(
        text('SELECT id, "check", kind, at_ms, body FROM ping WHERE "check" = :check AND at_ms >= :since ORDER BY at_ms, id'),
        {"check": check, "since": since_ms},
    )
    return [PingRow(*row) for row in rows]


def newest_pings(conn: Connection, check: int, limit: int) -> list[PingRow]:
    """The last ones of a check, in order of their instants."""
    rows = conn.execute(
        text('SELECT id, "check", kind, at_ms, body FROM ping WHERE "check" = :check ORDER BY at_ms DESC, id DESC LIMIT :limit'),
        {"check": check, "limit": limit},
    )
    return [PingRow(*row) for row in rows][::-1]


def pings_after(conn: Connection, ident: int) -> list[PingRow]:
    """Those of every check that were appended after the ping `ident`, in order: what the worker has not seen."""
    rows = conn.execute(text('SELECT id, "check", kind, at_ms, body FROM ping WHERE id > :id ORDER BY id'), {"id": ident})
    return [PingRow(*row) for row in rows]
