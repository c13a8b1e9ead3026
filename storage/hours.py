"""Hours of figures are kept for a month; once a day the oldest go, a few checks or integrations at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, text

from storage.codes import DAY_MS, HOUR_MS, Scope
from storage.engine import Database
from storage.rollups import HOURS_KEPT_MS
from storage.steps import Steps

AT_ONCE: Final = 20  # subjects in one transaction: on most days 24 hours of each

_SUBJECTS: Final = {
    Scope.CHECK: text('SELECT id FROM "check" ORDER BY id'),
    Scope.INTEGRATION: text("SELECT id FROM integration ORDER BY id"),
}
_OLD: Final = "FROM rollup WHERE scope = :scope AND subject = :subject AND width_ms = :hour AND start_ms < :until"
_FIND: Final = text(f"SELECT 1 {_OLD} LIMIT 1")
_DELETE: Final = text(f"DELETE {_OLD}")


def kept_from(now_ms: int) -> int:
    """The first hour that is kept."""
    return (now_ms - HOURS_KEPT_MS) // DAY_MS * DAY_MS


def forget_hours(db: Database, steps: Steps, until_ms: int) -> None:
    """By subject, as they are indexed: looking for all that are older would read every hour there is with the lock held."""
    with db.read() as conn:
        old = [key for key in _keys(conn, until_ms) if conn.execute(_FIND, key).first() is not None]
    for start in range(0, len(old), AT_ONCE):
        with steps.step() as conn:
            for key in old[start : start + AT_ONCE]:
                conn.execute(_DELETE, key)


def _keys(conn: Connection, until_ms: int) -> Iterator[dict[str, int]]:
    for scope, every in _SUBJECTS.items():
        for (subject,) in conn.execute(every).all():
            yield {"scope": int(scope), "subject": subject, "hour": HOUR_MS, "until": until_ms}
