"""How one process learns that another has written: version rows for pages, and a cheap look for the worker."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, text

from storage import postgres, sqlite
from storage.engine import Database
from storage.faults import DatabaseBusy

_CHANNEL = "integration_health"


def raise_versions(conn: Connection, topics: Collection[str]) -> None:
    """Raise the version of each topic, inside the transaction that changed what it shows."""
    for topic in sorted(topics):  # one order everywhere: two writers on Postgres cannot wait for each other
        conn.execute(
            text("INSERT INTO version (topic, number) VALUES (:topic, 1) ON CONFLICT (topic) DO UPDATE SET number = version.number + 1"),
            {"topic": topic},
        )
    if topics:
        announce(conn)


def announce(conn: Connection) -> None:
    """Wake whoever listens, at commit. On SQLite the file's own data version does it."""
    if conn.dialect.name != "sqlite":
        conn.execute(text(f"NOTIFY {_CHANNEL}"))


def versions(conn: Connection) -> dict[str, int]:
    """topic -> number; a topic nobody ever raised is not in it."""
    return dict(conn.execute(text("SELECT topic, number FROM version")).all())


def version(conn: Connection, topic: str) -> int:
    return int(conn.execute(text("SELECT number FROM version WHERE topic = :topic"), {"topic": topic}).scalar() or 0)


class Changes:
    """Has somebody else committed since last asked? For one thread, every 250 ms; the first answer is yes."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._seen: int | None = None
        self._raw: Any = None

    def seen(self) -> bool:
        """Raises DatabaseBusy."""
        return self._file_changed() if self._db.address.path else self._was_notified()

    def _file_changed(self) -> bool:
        """`data_version` changes on this connection when another one has committed; it reads one page in memory."""
        path = self._db.address.path
        try:
            if self._raw is None and path is not None:
                self._raw = sqlite.connect(path, mode="ro")
            number = self._raw.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error as error:
            self.close()
            raise DatabaseBusy(str(error)) from error
        changed, self._seen = bool(number != self._seen), number
        return changed

    def _was_notified(self) -> bool:
        if self._raw is None:
            self._raw = postgres.listener(self._db.address.url, _CHANNEL)
            return True
        try:
            return bool(list(self._raw.notifies(timeout=0)))
        except Exception:
            self.close()
            return True

    def close(self) -> None:
        raw, self._raw, self._seen = self._raw, None, None
        if raw is not None:
            raw.close()
