"""Spans and verdicts over a stretch of time: what availability is reckoned from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, text

from core.health import Cause
from core.ledger import SpanRow, VerdictRow
from core.verdict import Verdict
from storage.codec import load
from storage.codes import CAUSES, DAY_MS, STATUSES
from storage.packing import unpack
from storage.results import line_of
from storage.rows import ResultLine

# Spans of a check at a location follow each other: those that reach into a stretch are the ones that begin in it and the
# last one that began before it. CROSS JOIN keeps SQLite to this order: a seek for each, however long the history is.
_SPANS = text(
    'SELECT s.* FROM "check" c CROSS JOIN location l CROSS JOIN span s '
    'WHERE c.id IN :checks AND s."check" = c.id AND s.location = l.id AND s.start_ms < :until AND s.start_ms >= COALESCE('
    '(SELECT MAX(b.start_ms) FROM span b WHERE b."check" = c.id AND b.location = l.id AND b.start_ms <= :since), :since) '
    "AND (s.end_ms IS NULL OR s.end_ms > :since) "
    'ORDER BY s."check", s.location, s.start_ms'
).bindparams(bindparam("checks", expanding=True))

# Stretches of trouble follow each other in the same way.
_VERDICTS = text(
    'SELECT v.* FROM "check" c CROSS JOIN location l CROSS JOIN verdict v '
    'WHERE c.id IN :checks AND v."check" = c.id AND v.location = l.id AND v.start_ms < :until AND v.start_ms >= COALESCE('
    '(SELECT MAX(b.start_ms) FROM verdict b WHERE b."check" = c.id AND b.location = l.id AND b.start_ms <= :since), :since) '
    "AND (v.end_ms IS NULL OR v.end_ms > :since) "
    'ORDER BY v."check", v.location, v.start_ms'
).bindparams(bindparam("checks", expanding=True))

_NEWEST = text(
    'SELECT r.* FROM result r JOIN (SELECT c.id AS "check", l.id AS location, '
    '(SELECT MAX(at_ms) FROM result WHERE "check" = c.id AND location = l.id) AS at_ms FROM "check" c CROSS JOIN location l) n '
    'ON r."check" = n."check" AND r.location = n.location AND r.at_ms = n.at_ms'
)


_NEWEST_OF = text('SELECT at_ms, late_ms FROM result WHERE "check" = :check AND location = :location ORDER BY at_ms DESC LIMIT 1')
_NEWEST_PACK = text('SELECT day_ms, body FROM pack WHERE "check" = :check AND location = :location ORDER BY day_ms DESC LIMIT 1')
_NEWEST_DAYS = text('SELECT "check", location, MAX(day_ms) + 86400000 FROM pack GROUP BY "check", location')


_OLDEST = text(
    'SELECT c.id, l.id, (SELECT MIN(p.day_ms) FROM pack p WHERE p."check" = c.id AND p.location = l.id), '
    '(SELECT MIN(r.at_ms) FROM result r WHERE r."check" = c.id AND r.location = l.id) '
    'FROM "check" c CROSS JOIN location l WHERE c.id IN :checks'
).bindparams(bindparam("checks", expanding=True))


def spans(conn: Connection, checks: Sequence[int], since_ms: int, until_ms: int) -> list[SpanRow]:
    """Every span that reaches into [since, until), by check, location and start. An open one is read with `core.spans.read_span`."""
    rows = conn.execute(_SPANS, {"checks": list(checks), "since": since_ms, "until": until_ms})
    return [span_of(row) for row in rows]


def verdicts(conn: Connection, checks: Sequence[int], since_ms: int, until_ms: int) -> list[VerdictRow]:
    """Every verdict whose stretch reaches into [since, until)."""
    rows = conn.execute(_VERDICTS, {"checks": list(checks), "since": since_ms, "until": until_ms})
    return [verdict_of(row) for row in rows]


def newest(conn: Connection) -> dict[tuple[int, int], ResultLine]:
    """The newest result of every check at every location, by (check, location), where it is not packed yet.

    A row that came late for a packed day is not the newest of anything.
    """
    packed = {(check, place): day_ms for check, place, day_ms in conn.execute(_NEWEST_DAYS)}
    found = {(line.check, line.location): line for line in map(line_of, conn.execute(_NEWEST))}
    return {key: line for key, line in found.items() if line.at_ms >= packed.get(key, 0)}


def oldest(conn: Connection, checks: Sequence[int]) -> dict[tuple[int, int], int]:
    """An instant at or before the oldest result of each check at each location: that result's, or the start of its packed day."""
    rows = conn.execute(_OLDEST, {"checks": list(checks)})
    found = {(check, place): [at for at in instants if at is not None] for check, place, *instants in rows}
    return {key: min(instants) for key, instants in found.items() if instants}


def newest_edges(conn: Connection, checks: Iterable[int]) -> dict[tuple[int, int], int]:
    """The instant the newest result of each check and location speaks for, hot or packed."""
    places = [place for (place,) in conn.execute(text("SELECT id FROM location")).all()]
    found = {}
    for check in checks:
        for place in places:
            edge = _newest_edge(conn, check, place)
            if edge is not None:
                found[check, place] = edge
    return found


def _newest_edge(conn: Connection, check: int, location: int) -> int | None:
    key = {"check": check, "location": location}
    row = conn.execute(_NEWEST_OF, key).first()
    packed = conn.execute(_NEWEST_PACK, key).first()
    if packed is None or (row is not None and row.at_ms >= packed.day_ms + DAY_MS):
        return None if row is None else int(row.at_ms + row.late_ms)
    day = unpack(packed.body)
    found = [(int(day.at_ms[-1]), int(day.late_ms[-1]))] + ([] if row is None else [(row.at_ms, row.late_ms)])
    return int(sum(max(found)))


def span_of(row: Any) -> SpanRow:
    return SpanRow(row.check, row.location, row.start_ms, row.end_ms, STATUSES[row.status], CAUSES[row.cause], row.gap_ms)


def verdict_of(row: Any) -> VerdictRow:
    cause = CAUSES[row.cause] or Cause.INTERNAL  # there is no verdict without a cause
    return VerdictRow(row.check, row.location, row.start_ms, row.end_ms, cause, load(Verdict, row.body), row.incident)
