"""Connections to an SQLite file as every process makes them: one that writes, inside the OS lock, and readers that cannot."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, StaticPool, create_engine, event

_READER_PRAGMAS = ("busy_timeout=1000", "cache_size=-16000", "mmap_size=268435456")
_WRITER_PRAGMAS = ("busy_timeout=5000", "cache_size=-16000", "synchronous=FULL", "foreign_keys=ON", "journal_size_limit=67108864")


def connect(path: Path, *, mode: str, pragmas: tuple[str, ...] = ()) -> sqlite3.Connection:
    """A connection in autocommit: transactions are begun by us alone. `mode` is `ro`, `rw` or `rwc`."""
    uri = f"file:{quote(str(path))}?mode={mode}"
    raw = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        for pragma in pragmas:
            raw.execute(f"PRAGMA {pragma}").close()
    except sqlite3.Error:
        raw.close()
        raise
    return raw


def reading_engine(path: Path) -> Engine:
    """Readers see one snapshot for as long as their block lasts, and never hold up the writer."""

    def creator() -> sqlite3.Connection:
        return connect(path, mode="ro", pragmas=_READER_PRAGMAS)

    engine = create_engine("sqlite://", creator=creator, poolclass=QueuePool, pool_size=4, max_overflow=28, pool_timeout=5)
    return _beginning_with(engine, "BEGIN")


def writing_engine(path: Path) -> Engine:
    """One connection for the life of the process; whoever uses it holds the write lock."""

    def creator() -> sqlite3.Connection:
        return connect(path, mode="rw", pragmas=_WRITER_PRAGMAS)

    return _beginning_with(create_engine("sqlite://", creator=creator, poolclass=StaticPool), "BEGIN IMMEDIATE")


def _beginning_with(engine: Engine, statement: str) -> Engine:
    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        conn.exec_driver_sql(statement)

    return engine
