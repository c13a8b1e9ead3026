"""How long a reader may keep the database: beyond it the statement is stopped, so that nobody's question holds up the writer.

(An SQLite reader keeps the log from being folded back for as long as its block lasts; a Postgres one keeps dead rows.)
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from storage.faults import ReadTookTooLong

_STEPS: Final = 20_000  # of SQLite's machine between two looks at the clock: about a millisecond
_QUERY_CANCELED: Final = "57014"  # https://www.postgresql.org/docs/current/errcodes-appendix.html
_SET: Final = text("SELECT set_config('statement_timeout', :ms, true)")


@contextmanager
def at_most(conn: Connection, seconds: float) -> Iterator[None]:
    """Every statement meanwhile ends by then; raises ReadTookTooLong in its place. On SQLite they share the time."""
    raw: Any = conn.connection.driver_connection
    bounded = _sqlite(raw, seconds) if isinstance(raw, sqlite3.Connection) else _postgres(conn, seconds)
    with bounded:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            if _was_stopped(error):
                raise ReadTookTooLong(seconds) from error
            raise


@contextmanager
def _sqlite(raw: sqlite3.Connection, seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    raw.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)


@contextmanager
def _postgres(conn: Connection, seconds: float) -> Iterator[None]:
    conn.execute(_SET, {"ms": str(int(seconds * 1000))})  # ends with the transaction
    yield


def _was_stopped(error: Exception) -> bool:
    cause: Any = getattr(error, "orig", None) or error
    return str(cause) == "interrupted" or getattr(cause, "sqlstate", None) == _QUERY_CANCELED
