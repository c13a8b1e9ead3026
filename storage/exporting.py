"""Spans and incidents in pages by their key, for exports: as much as there is, a page in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from core.ledger import IncidentRow, SpanRow
from storage.codec import load
from storage.timeline import span_of

_SPANS: Final = text(
    'SELECT * FROM span WHERE "check" = :check AND location = :location AND start_ms > :after AND start_ms < :until '
    "AND (end_ms IS NULL OR end_ms > :since) ORDER BY start_ms LIMIT :limit"
)
_SPANNED: Final = text(
    'SELECT c.id, l.id FROM "check" c CROSS JOIN location l '
    'WHERE EXISTS (SELECT 1 FROM span s WHERE s."check" = c.id AND s.location = l.id) ORDER BY c.id, l.id'
)
_INCIDENTS: Final = text(
    "SELECT body FROM incident WHERE id > :after AND started_ms < :until AND (resolved_ms IS NULL OR resolved_ms > :since) "
    "ORDER BY id LIMIT :limit"
)
_INCIDENTS_OF: Final = text(_INCIDENTS.text.replace("WHERE", "WHERE integration = :integration AND"))


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is asked for: whatever reaches into [since, until)."""

    since_ms: int
    until_ms: int


def spanned(conn: Connection) -> list[tuple[int, int]]:
    """Every check and location that has a span."""
    return [(check, location) for check, location in conn.execute(_SPANNED)]


def spans_after(conn: Connection, check: int, location: int, stretch: Stretch, after_ms: int, limit: int) -> list[SpanRow]:
    """Of one check at one location, oldest first, from behind the one that starts at `after_ms`."""
    key = {"check": check, "location": location, "after": after_ms, "limit": limit}
    return [span_of(row) for row in conn.execute(_SPANS, {**key, "since": stretch.since_ms, "until": stretch.until_ms})]


def incidents_after(conn: Connection, stretch: Stretch, integration: int | None, after: int, limit: int) -> list[IncidentRow]:
    """By id, which is the order in which they were opened; of one integration, or all."""
    asked = _INCIDENTS if integration is None else _INCIDENTS_OF
    key = {"after": after, "since": stretch.since_ms, "until": stretch.until_ms, "limit": limit}
    return [
        load(IncidentRow, body)
        for body in conn.execute(asked, key if integration is None else {**key, "integration": integration}).scalars()
    ]
