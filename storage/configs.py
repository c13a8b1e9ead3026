"""The configurations that were applied; the newest is the last good one, and a restart runs on it."""

from __future__ import annotations

from sqlalchemy import Connection, text

from storage.changes import raise_versions
from storage.codec import clean
from storage.engine import Database
from storage.rows import ConfigRow


def save(db: Database, source: str, digest: str, now_ms: int) -> None:
    """Keep the text of a configuration that was applied; the same one again changes nothing."""
    with db.write() as conn:
        last = newest(conn)
        if last is None or last.hash != digest:
            conn.execute(
                text("INSERT INTO config (text, hash, applied_ms) VALUES (:text, :hash, :now)"),
                {"text": clean(source), "hash": digest, "now": now_ms},
            )
            raise_versions(conn, {"system"})


def newest(conn: Connection) -> ConfigRow | None:
    """None before the first."""
    row = conn.execute(text("SELECT id, text, hash, applied_ms FROM config ORDER BY id DESC LIMIT 1")).one_or_none()
    return None if row is None else ConfigRow(*row)
