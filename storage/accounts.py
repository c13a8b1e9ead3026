"""Everything an account of an integration's time rests on, read in a few queries for many integrations at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, text

from core.intervals import Interval
from core.ledger import SpanRow, VerdictRow, WindowKind, WindowRow
from core.reading import Key, Reading
from storage.corrections import corrections
from storage.incidents import incidents_between
from storage.rows import IntegrationRow
from storage.timeline import newest_edges, spans, verdicts
from storage.windows import windows

__all__ = ["Key", "first_edges", "over", "read_parts"]

_FIRST: Final = text(
    'SELECT c.id, l.id, (SELECT MIN(s.start_ms) FROM span s WHERE s."check" = c.id AND s.location = l.id) '
    'FROM "check" c CROSS JOIN location l WHERE c.id IN :checks'
).bindparams(bindparam("checks", expanding=True))


def read_parts(
    conn: Connection,
    integrations: Sequence[IntegrationRow],
    since_ms: int,
    until_ms: int,
    *,
    newest: Mapping[Key, int] | None = None,
    first: Mapping[Key, int] | None = None,
) -> dict[int, Reading]:
    """By the id of the integration. Whoever keeps `newest` and `first` in memory spares two queries a check."""
    checks = [check.plan.id for one in integrations for check in one.checks]
    of = {check.plan.id: one.plan.id for one in integrations for check in one.checks}
    spans_of = _grouped(spans(conn, checks, since_ms, until_ms), of)
    verdicts_of = _grouped(verdicts(conn, checks, since_ms, until_ms), of)
    newest = newest_edges(conn, checks) if newest is None else newest
    first = first_edges(conn, checks) if first is None else first
    incidents = incidents_between(conn, [one.plan.id for one in integrations], since_ms, until_ms)
    planned = windows(conn, since_ms, until_ms, WindowKind.MAINTENANCE)
    known_better = corrections(conn, [one.plan.id for one in integrations])
    return {
        one.plan.id: Reading(
            plan=one.plan,
            spans=spans_of[one.plan.id],
            newest_ms=_own(newest, one),
            first_ms=_own(first, one),
            verdicts=verdicts_of[one.plan.id],
            incidents=[row for row in incidents if row.integration == one.plan.id],
            maintenance=list(over(planned, one.plan.id)),
            checks=[check.plan for check in one.checks],
            removed_ms={check.plan.id: check.archived_ms for check in one.checks if check.archived_ms is not None},
            promise=one.promise,
            corrections=[row for row in known_better if row.integration == one.plan.id],
        )
        for one in integrations
    }


def first_edges(conn: Connection, checks: Iterable[int]) -> dict[Key, int]:
    """The instant each check at each location was first heard of."""
    found = conn.execute(_FIRST, {"checks": list(checks)})
    return {(check, place): first for check, place, first in found if first is not None}


def over(planned: Iterable[WindowRow], integration: int) -> Iterator[Interval]:
    """The windows that lie over an integration."""
    return ((row.start_ms, row.end_ms) for row in planned if row.integrations is None or integration in row.integrations)


def _own(by_key: Mapping[Key, int], one: IntegrationRow) -> dict[Key, int]:
    keys = [(check.plan.id, place) for check in one.checks for place in check.plan.locations]
    return {key: by_key[key] for key in keys if key in by_key}


def _grouped(rows: Iterable[SpanRow | VerdictRow], of: Mapping[int, int]) -> dict[int, list]:  # type: ignore[type-arg]
    grouped: dict[int, list] = defaultdict(list)  # type: ignore[type-arg]
    for row in rows:
        grouped[of[row.check]].append(row)
    return grouped
