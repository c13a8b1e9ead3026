"""Everything an account of an integration's time rests on, read in a few queries for many integrations at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, bindparam, text

from core.intervals import Interval
from core.ledger import IncidentKind, IncidentRow, SpanRow, VerdictRow, WindowKind, WindowRow
from core.merge import Piece, Stretch, Track, account
from core.plan import CheckPlan
from core.spans import Span, read_span
from storage.incidents import incidents_between
from storage.rows import IntegrationRow
from storage.timeline import newest_edges, spans, verdicts
from storage.windows import windows

Key = tuple[int, int]  # check, location

_FIRST: Final = text('SELECT "check", location, MIN(start_ms) FROM span WHERE "check" IN :checks GROUP BY "check", location').bindparams(
    bindparam("checks", expanding=True)
)


@dataclass(frozen=True, slots=True)
class Parts:
    """Of one integration, what reaches into a stretch of time.

    `newest_ms` is the instant the newest result of a check and location speaks for, `first_ms` that of its first ever;
    `removed_ms` says when a check was archived. `checks` are all that ever were.
    """

    integration: IntegrationRow
    spans: Sequence[SpanRow] = ()
    newest_ms: Mapping[Key, int] = field(default_factory=dict)
    first_ms: Mapping[Key, int] = field(default_factory=dict)
    verdicts: Sequence[VerdictRow] = ()
    incidents: Sequence[IncidentRow] = ()
    maintenance: Sequence[Interval] = ()

    @property
    def checks(self) -> list[CheckPlan]:
        return [check.plan for check in self.integration.checks]

    @property
    def removed_ms(self) -> dict[int, int]:
        return {check.plan.id: check.archived_ms for check in self.integration.checks if check.archived_ms is not None}


def read_parts(
    conn: Connection,
    integrations: Sequence[IntegrationRow],
    since_ms: int,
    until_ms: int,
    *,
    newest: Mapping[Key, int] | None = None,
    first: Mapping[Key, int] | None = None,
) -> dict[int, Parts]:
    """By the id of the integration. Whoever keeps `newest` and `first` in memory spares two queries a check."""
    checks = [check.plan.id for one in integrations for check in one.checks]
    of = {check.plan.id: one.plan.id for one in integrations for check in one.checks}
    spans_of = _grouped(spans(conn, checks, since_ms, until_ms), of)
    verdicts_of = _grouped(verdicts(conn, checks, since_ms, until_ms), of)
    newest = newest_edges(conn, checks) if newest is None else newest
    first = first_edges(conn, checks) if first is None else first
    incidents = incidents_between(conn, [one.plan.id for one in integrations], since_ms, until_ms)
    planned = windows(conn, since_ms, until_ms, WindowKind.MAINTENANCE)
    return {
        one.plan.id: Parts(
            integration=one,
            spans=spans_of[one.plan.id],
            newest_ms=_own(newest, one),
            first_ms=_own(first, one),
            verdicts=verdicts_of[one.plan.id],
            incidents=[row for row in incidents if row.integration == one.plan.id],
            maintenance=list(over(planned, one.plan.id)),
        )
        for one in integrations
    }


def first_edges(conn: Connection, checks: Iterable[int]) -> dict[Key, int]:
    """The instant each check at each location was first heard of."""
    return {(check, place): first for check, place, first in conn.execute(_FIRST, {"checks": list(checks)})}


def over(planned: Iterable[WindowRow], integration: int) -> Iterator[Interval]:
    """The windows that lie over an integration."""
    return ((row.start_ms, row.end_ms) for row in planned if row.integrations is None or integration in row.integrations)


def timeline(parts: Parts, start_ms: int, end_ms: int, now_ms: int, only: int | None = None) -> list[Piece]:
    """The time of an integration by its counting checks, or of `only` one check of it, in buckets over [start, end)."""
    counted = [check for check in parts.checks if (check.counts if only is None else check.id == only)]
    spans_by: dict[Key, list[Span]] = defaultdict(list)
    for row in parts.spans:
        key = row.check, row.location
        spans_by[key].append(read_span(row, parts.newest_ms.get(key, row.start_ms), now_ms))
    places = sorted(key for key in parts.first_ms if key[0] in {check.id for check in counted})
    return account(
        [Track(*key, spans_by[key], parts.first_ms[key], parts.removed_ms.get(key[0])) for key in places],
        start_ms,
        end_ms,
        stretches=[Stretch(row.check, row.location, row.start_ms, row.end_ms, row.verdict.party) for row in parts.verdicts],
        incidents=[(row.started_ms, _ended(row, now_ms)) for row in parts.incidents if _is_of(row, only)],
        maintenance=parts.maintenance,
    )


def _is_of(row: IncidentRow, only: int | None) -> bool:
    return row.kind is IncidentKind.VENDOR and (only is None or only in row.checks)


def _ended(row: IncidentRow, now_ms: int) -> int:
    return next((end for end in (row.resolved_ms, row.closed_ms) if end is not None), now_ms)


def _own(by_key: Mapping[Key, int], one: IntegrationRow) -> dict[Key, int]:
    keys = [(check.plan.id, place) for check in one.checks for place in check.plan.locations]
    return {key: by_key[key] for key in keys if key in by_key}


def _grouped(rows: Iterable[SpanRow | VerdictRow], of: Mapping[int, int]) -> dict[int, list]:  # type: ignore[type-arg]
    grouped: dict[int, list] = defaultdict(list)  # type: ignore[type-arg]
    for row in rows:
        grouped[of[row.check]].append(row)
    return grouped
