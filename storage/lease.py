"""Who leads: the epoch that every write of the leading worker compares, and, on Postgres, the session lock behind it."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from storage import postgres
from storage.address import parse
from storage.engine import Database
from storage.faults import Fenced

LEADER_KEY = 0x1EAD  # a session that holds it leads


def take(db: Database, process: int | None, now_ms: int) -> int:
    """Become the leader, having got the leader's lock: the new epoch. Whoever led before is fenced off from here on."""
    with db.write() as conn:
        conn.execute(
            text(
                "INSERT INTO lease (id, epoch, process, taken_ms, flush) VALUES (1, 1, :process, :now, 0) "
                "ON CONFLICT (id) DO UPDATE SET epoch = lease.epoch + 1, process = excluded.process, taken_ms = excluded.taken_ms"
            ),
            {"process": process, "now": now_ms},
        )
        return current(conn)


def current(conn: Connection) -> int:
    """The newest epoch; 0 before anybody ever led."""
    return int(conn.execute(text("SELECT epoch FROM lease WHERE id = 1")).scalar() or 0)


def fence(conn: Connection, epoch: int) -> None:
    """Inside a write: raises Fenced when `epoch` is not the newest. On Postgres the row stays locked until the commit."""
    if conn.execute(text("UPDATE lease SET epoch = epoch WHERE id = 1 AND epoch = :epoch"), {"epoch": epoch}).rowcount != 1:
        raise Fenced(f"epoch {epoch} no longer leads")


def end_leaders_session(db: Database) -> bool:
    """Postgres only: the server ends the session that holds the leader's lock, wherever its process is. Whether there was one."""
    find = text(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND classid = 0 "
        "AND objid = :key AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with db.write() as conn:
        return any(conn.execute(find, {"key": LEADER_KEY}).scalars())


class LeaderLock:
    """Postgres only: a session advisory lock on a connection of its own; the server frees it when the session ends."""

    def __init__(self, url: str) -> None:
        self._engine = postgres.engine_for(parse(url).url, pool_size=1).execution_options(isolation_level="AUTOCOMMIT")
        self._conn: Connection | None = None

    def try_acquire(self) -> bool:
        if self._conn is None:
            self._conn = self._engine.connect()
        if self._conn.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEADER_KEY}).scalar():
            return True
        self.release()
        return False

    def is_held(self) -> bool:
        """Asks the server: a broken session has lost the lock."""
        try:
            return self._conn is not None and self._conn.execute(text("SELECT 1")).scalar() == 1
        except DBAPIError:
            return False

    def release(self) -> None:
        """Ends the session, and with it the lock."""
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.invalidate()
            conn.close()
        self._engine.dispose()
