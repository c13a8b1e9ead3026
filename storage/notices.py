"""What the worker reports of itself, the newest under each key: `configuration`, `secrets`, `clock`, `budget` ..."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from storage import lease, models
from storage.bulk import Twice, insert
from storage.changes import raise_versions
from storage.codec import dump_json, load_json
from storage.engine import Database
from storage.rows import NoticeRow


def put(db: Database, key: str, body: Mapping[str, Any], now_ms: int, *, epoch: int | None = None) -> None:
    """Replaces what the key said before. Raises Fenced where `epoch` is given and leads no more."""
    with db.write() as conn:
        if epoch is not None:
            lease.fence(conn, epoch)
        insert(conn, models.Notice, ("key", "at_ms", "body"), [(key, now_ms, dump_json(body))], Twice.REPLACE)
        raise_versions(conn, {"system"})


def drop(db: Database, key: str) -> None:
    """There is nothing to report any more."""
    with db.write() as conn:
        if conn.execute(text("DELETE FROM notice WHERE key = :key"), {"key": key}).rowcount:
            raise_versions(conn, {"system"})


def notices(conn: Connection) -> dict[str, NoticeRow]:
    rows = conn.execute(text("SELECT key, at_ms, body FROM notice ORDER BY key"))
    return {key: NoticeRow(key, at_ms, load_json(body)) for key, at_ms, body in rows}
