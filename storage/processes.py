"""Which processes of ours live, as their beats say: page and /healthz read them."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, text

from storage.codec import dump_json, load_json
from storage.engine import Database
from storage.rows import ProcessRow

_REGISTER: Final = text(
    "INSERT INTO process (role, host, pid, pid_started_ms, started_ms, beat_ms, leads, body) "
    "VALUES (:role, :host, :pid, :pid_started, :now, :now, :leads, '{}') RETURNING id"
)
_READ: Final = text(
    "SELECT id, role, host, pid, pid_started_ms, started_ms, beat_ms, leads, ended_ms, body FROM process "
    "WHERE beat_ms >= :since ORDER BY beat_ms DESC, id DESC"
)


def register(db: Database, role: str, now_ms: int, *, pid_started_ms: int = 0) -> int:
    """This process begins; the id is for its beats. `pid_started_ms` is when the system says it began."""
    values = {"role": role, "host": socket.gethostname(), "pid": os.getpid(), "pid_started": pid_started_ms, "now": now_ms, "leads": False}
    with db.write() as conn:
        return int(conn.execute(_REGISTER, values).scalar_one())


def beat(db: Database, ident: int, now_ms: int, *, leads: bool, body: Mapping[str, Any] | None = None) -> None:
    """It lives, and could write just now. `body` is what the system page says of it: lag, queue, memory."""
    with db.write() as conn:
        conn.execute(
            text("UPDATE process SET beat_ms = :now, leads = :leads, body = :body WHERE id = :id"),
            {"now": now_ms, "leads": leads, "body": dump_json(body or {}), "id": ident},
        )


def end(db: Database, ident: int, now_ms: int) -> None:
    """It ends by itself; one that was killed has only stopped beating."""
    with db.write() as conn:
        conn.execute(text("UPDATE process SET ended_ms = :now, leads = :no WHERE id = :id"), {"now": now_ms, "no": False, "id": ident})


def processes(conn: Connection, since_ms: int) -> list[ProcessRow]:
    """Those that have beaten since, the newest beat first."""
    rows = conn.execute(_READ, {"since": since_ms})
    return [
        ProcessRow(ident, role, host, pid, pid_started, started, beat_ms, bool(leads), ended, load_json(body))
        for ident, role, host, pid, pid_started, started, beat_ms, leads, ended, body in rows
    ]


def leader(conn: Connection, since_ms: int) -> ProcessRow | None:
    """The worker that leads and has beaten since."""
    return next((row for row in processes(conn, since_ms) if row.leads and row.ended_ms is None), None)
