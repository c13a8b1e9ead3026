"""A look at a database that changes nothing, not even a lock file beside it: whether it opens, is whole, and is of this version."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from storage import postgres, revision
from storage.address import Address
from storage.faults import NewerDatabase, sentence_of

WAL_RESET_FIXED: Final = (3, 51, 3)  # earlier ones can lose a committed transaction when two connections write at one instant
STEPS: Final = 100_000  # of SQLite's virtual machine, between two looks at the clock


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found; `fault` is a sentence where it does not open at all."""

    exists: bool = True
    fault: str = ""
    server: str = ""  # `SQLite 3.51.3`, `Postgres 16.2`
    revision: str | None = None
    newer: bool = False
    journal: str = ""  # SQLite's journal mode
    damage: str | None = ""  # what the integrity check says, empty when well; None: there was no time for it
    unsynced: tuple[str, ...] = ()  # Postgres' settings by which its disk is not waited for


def examine(address: Address, *, within_s: float) -> Examined:
    """Never raises for the database's sake."""
    try:
        if address.path is not None and not address.path.exists():
            return Examined(exists=False)
        with looked_at(address) as conn:
            found = _found(conn)
            if address.path is None:
                version = str(conn.execute(text("SHOW server_version")).scalar()).split()[0]
                return Examined(server=f"Postgres {version}", revision=found[0], newer=found[1], unsynced=_unsynced(conn))
            journal = str(conn.execute(text("PRAGMA journal_mode")).scalar())
        damage = _damage(address.path, within_s)
        return Examined(server=f"SQLite {sqlite3.sqlite_version}", revision=found[0], newer=found[1], journal=journal, damage=damage)
    except (DBAPIError, sqlite3.Error, OSError, ImportError) as error:
        return Examined(fault=sentence_of(error))


@contextmanager
def looked_at(address: Address) -> Iterator[Connection]:
    """A snapshot to read from. A file that nobody has open is read as it lies there: SQLite would leave two files beside it."""
    engine = _postgres(address) if address.path is None else _sqlite(address.path)
    try:
        with engine.connect() as conn:
            yield conn
    finally:
        engine.dispose()


def _postgres(address: Address) -> Engine:
    return postgres.engine_for(address.url, pool_size=1).execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _sqlite(path: Path) -> Engine:
    uri = _uri(path)
    engine = create_engine("sqlite://", creator=lambda: _connect(uri), poolclass=StaticPool)
    event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN"))
    return engine


def is_writable(folder: Path) -> bool:
    """Whether this user may make files there, by rights and by how it is mounted; nothing is tried."""
    try:
        return os.access(folder, os.W_OK | os.X_OK) and not os.statvfs(folder).f_flag & os.ST_RDONLY
    except OSError:
        return False


def _found(conn: Connection) -> tuple[str | None, bool]:
    """The revision, and whether a newer version made it."""
    found = revision.found(conn)
    try:
        revision.is_current(conn)
    except NewerDatabase:
        return found, True
    return found, False


def _unsynced(conn: Connection) -> tuple[str, ...]:
    """`synchronous_commit` is not among them: every session of ours sets it for itself."""
    query = "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' ORDER BY name"
    return tuple(conn.execute(text(query)).scalars())


def _uri(path: Path) -> str:
    in_use = path.with_name(f"{path.name}-wal").exists()
    return f"file:{quote(str(path))}?mode=ro{'' if in_use else '&immutable=1'}"


def _connect(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=2)


def _damage(path: Path, within_s: float) -> str | None:
    """SQLite's own quick check, given up when there is no time left."""
    until = time.monotonic() + within_s
    with closing(_connect(_uri(path))) as raw:
        raw.set_progress_handler(lambda: time.monotonic() > until, STEPS)
        try:
            (said,) = raw.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                return None
            raise
    return "" if said == "ok" else str(said)[:200]
