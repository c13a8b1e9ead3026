"""Asking the worker for something from a command: append the request, wait for its answer, or do it here when nobody works."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from commands.existing import require_database
from core.exits import Exit, Refusal
from core.ledger import Answer
from settings import Settings
from storage import processes, requests
from storage.engine import Database, open_database
from storage.faults import DatabaseBusy
from storage.migrate import migrate

SILENT_MS: Final = 5_000
ANSWER_S: Final = 15.0


def ask(settings: Settings, kind: str, body: Mapping[str, Any], by: str | None = "command line", *, may_create: bool = False) -> Answer:
    """The worker's answer. Without a worker's beat for 5 s the request is done here, through the worker's own code.

    Raises Refusal where a worker holds its lock and says nothing, and where there is no database, unless one may be made.
    """
    if not may_create:
        require_database(settings)
    migrate(settings.database)
    db = open_database(settings.database)
    try:
        ident = requests.append(db, kind, body, by, _now_ms())
        if not _works(db):
            from scheduler.alone import answer_alone  # the whole worker: only where there is none

            return answer_alone(settings, db, ident) or _waited(db, ident)
        return _waited(db, ident)
    except DatabaseBusy as busy:
        raise Refusal(Exit.WORKER_SILENT, f"The worker did not answer: {busy}; the system page says how it is.") from None
    finally:
        with suppress(DatabaseBusy):  # closing waits for the same lock; the process ends anyway
            db.close()


def _works(db: Database) -> bool:
    with db.read() as conn:
        return processes.leader(conn, _now_ms() - SILENT_MS) is not None


def _waited(db: Database, ident: int) -> Answer:
    answer = requests.wait(db, ident, ANSWER_S).answer
    if answer is None:
        raise Refusal(
            Exit.WORKER_SILENT, f"The worker holds its lock and did not answer within {ANSWER_S:.0f} s; the system page says how it is."
        )
    return answer


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
