"""What went wrong: the troubles open at an instant with the party they are said to be of by now, and failed runs counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, text

from core.health import Status
from storage.codes import MANUAL, STATUS_CODE, STATUS_MASK

# A stretch of trouble as (check, location, start), or an incident by its id; and its party.
Trouble = tuple[tuple[int, ...], str | None]

_STRETCHES: Final = text(
    'SELECT c.integration, v."check", v.location, v.start_ms, v.party FROM "check" c CROSS JOIN location l CROSS JOIN verdict v '
    'WHERE v."check" = c.id AND v.location = l.id AND v.start_ms = '
    '(SELECT MAX(b.start_ms) FROM verdict b WHERE b."check" = c.id AND b.location = l.id AND b.start_ms < :at) '
    "AND (v.end_ms IS NULL OR v.end_ms > :at)"
)
# +: not by the index of what began before, which is nearly all there ever was, but by that of what is over.
_INCIDENTS: Final = text(
    "SELECT integration, id, party FROM incident WHERE integration IS NOT NULL AND +started_ms < :at "
    "AND (resolved_ms IS NULL OR resolved_ms > :at)"
)

_FAILED: Final = text(
    'SELECT c.id, COUNT(*) FROM "check" c CROSS JOIN location l CROSS JOIN result r WHERE c.id IN :checks '
    'AND r."check" = c.id AND r.location = l.id AND r.at_ms >= :since AND (r.status & :mask) = :down GROUP BY c.id'
).bindparams(bindparam("checks", expanding=True))


def open_at(conn: Connection, at_ms: int) -> dict[int, frozenset[Trouble]]:
    """By integration; nothing of those that were well. What comes back differently was judged otherwise in between."""
    found: dict[int, set[Trouble]] = defaultdict(set)
    for integration, check, place, start_ms, party in conn.execute(_STRETCHES, {"at": at_ms}):
        found[integration].add(((check, place, start_ms), party))
    for integration, ident, party in conn.execute(_INCIDENTS, {"at": at_ms}):
        found[integration].add(((ident,), party))
    return {integration: frozenset(troubles) for integration, troubles in found.items()}


def failed(conn: Connection, checks: Sequence[int], since_ms: int) -> dict[int, int]:
    """How many regular runs of each check were down since; of the rows not yet packed, which reach back two days."""
    key = {"checks": list(checks), "since": since_ms, "mask": STATUS_MASK | MANUAL, "down": STATUS_CODE[Status.DOWN]}
    return dict(conn.execute(_FAILED, key).all())
