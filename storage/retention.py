"""What is not kept for ever goes, a little at a time, so that nobody waits for the write lock."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from storage import lease
from storage.backup.pause import forgetting
from storage.codes import DAY_MS
from storage.engine import Database

STEP: Final = 500

_EVIDENCE: Final = (
    'DELETE FROM evidence WHERE ("check", at_ms, location) IN '
    '(SELECT "check", at_ms, location FROM evidence WHERE at_ms < :until LIMIT :step)'
)

# The last change before the line is what a page said when the rest begins.
_PAGES: Final = (
    'DELETE FROM page WHERE ("check", at_ms) IN (SELECT p."check", p.at_ms FROM page p WHERE p.at_ms < :until AND EXISTS '
    '(SELECT 1 FROM page n WHERE n."check" = p."check" AND n.at_ms > p.at_ms AND n.at_ms <= :until) LIMIT :step)'
)

# What goes, and after how many days. Results, spans, incidents and days of figures stay.
_RULES: Final = (
    (400, _EVIDENCE),
    (400, _PAGES),
    (90, "DELETE FROM ping WHERE id IN (SELECT id FROM ping WHERE at_ms < :until LIMIT :step)"),
    (90, "DELETE FROM request WHERE id IN (SELECT id FROM request WHERE done_ms < :until LIMIT :step)"),
    (30, "DELETE FROM process WHERE id IN (SELECT id FROM process WHERE beat_ms < :until LIMIT :step)"),
)


def forget(db: Database, now_ms: int, *, epoch: int) -> int:
    """Let go of what is too old; how many rows went. Raises Fenced."""
    gone = 0
    for days, statement in _RULES:
        step = STEP
        while step == STEP:
            with db.write() as conn, forgetting(db, conn) as free:
                lease.fence(conn, epoch)
                if not free:  # a backup is being made: the rest goes at the next turn
                    return gone
                step = conn.execute(text(statement), {"until": now_ms - days * DAY_MS, "step": STEP}).rowcount
            gone += step
    return gone
