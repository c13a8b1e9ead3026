"""Everything the page of one integration reads, in one short look at the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from core.health import Cause
from core.ledger import IncidentRow, PageRow, SignalRow, WindowKind
from core.plan import CheckPlan
from core.reading import Reading
from storage import catalogue, evidence, incidents, pages, states, wall
from storage.accounts import read_parts
from storage.rows import DayBar, EvidenceRow, FailureLine, IntegrationRow, Summary
from storage.windows import windows
from ui.achieved import achieved_ms, begun_ms
from ui.due import due_ms
from ui.place import Snapshot, database
from ui.readings.names import Names
from ui.readings.planned import over

DAY_MS: Final = 86_400_000
MINUTE_MS: Final = 60_000
DAYS: Final = 90
INCIDENTS_SHOWN: Final = 8
LOOSE_READ: Final = 60


@dataclass(frozen=True, slots=True)
class Dossier:
    """As read at `read_ms`; times in ms UTC."""

    row: IntegrationRow
    names: Names
    read_ms: int
    summary: Summary | None
    checks: Mapping[int, Summary]
    days: tuple[DayBar, ...]
    parts: Reading  # what its time over the last day is reckoned from
    incidents: tuple[IncidentRow, ...]  # of ninety days, newest first
    achieved: Mapping[tuple[int, int], int | None]  # the interval of each check at each place, in ms
    signals: tuple[SignalRow, ...]
    pages: tuple[PageRow, ...]  # what its status pages said in ninety days, by check and time
    failures: tuple[FailureLine, ...]
    kept: Mapping[tuple[int, int, int], EvidenceRow] = field(default_factory=dict)
    maintained_since_ms: int | None = None  # when the window that lies over it began
    due_ms: Mapping[int, int] = field(default_factory=dict)  # heartbeats that are well: when the next call has to have come

    @property
    def plans(self) -> tuple[CheckPlan, ...]:
        """Its checks; of a removed integration those it had."""
        live = tuple(check.plan for check in self.row.checks if check.archived_ms is None)
        return live or tuple(check.plan for check in self.row.checks)


@st.cache_resource(show_spinner=False, max_entries=16)
def read(slug: str, key: tuple[int, ...], until_ms: int) -> Dossier | None:
    """None for a slug that nobody ever declared. `until_ms` is a whole minute, so that a minute's readers share one."""
    with database().read() as conn:
        row = catalogue.integration(conn, slug)
        return None if row is None else _read(conn, row, until_ms)


def _read(conn: Snapshot, row: IntegrationRow, now_ms: int) -> Dossier:
    names = Names.of([row], catalogue.locations(conn))
    checks = [check.plan.id for check in row.checks]
    first = (now_ms // DAY_MS - DAYS + 1) * DAY_MS
    past = _incidents(conn, row.plan.id, first)
    failures = _failures(conn, row, past, first, now_ms)
    begun = begun_ms(conn, now_ms)
    summaries = {check: found for check in checks if (found := wall.summary_of_check(conn, check))}
    return Dossier(
        row=row,
        names=names,
        read_ms=now_ms,
        summary=wall.summary(conn, row.plan.id),
        checks=summaries,
        days=tuple(wall.days(conn, row.plan.id, first, now_ms + DAY_MS)),
        parts=read_parts(conn, [row], now_ms - DAY_MS, now_ms)[row.plan.id],
        incidents=past,
        achieved={(c.plan.id, at): achieved_ms(conn, c.plan, at, now_ms, begun) for c in row.checks for at in c.plan.locations},
        signals=tuple(signal for signal in states.signals(conn) if signal.check in checks),
        pages=tuple(pages.changes(conn, checks, now_ms - DAYS * DAY_MS, now_ms)),
        failures=failures,
        kept=_kept(conn, failures),
        maintained_since_ms=_maintained_since(conn, row.plan.id, now_ms),
        due_ms={c.plan.id: due for c in row.checks if c.archived_ms is None and (due := due_ms(conn, c.plan, now_ms)) is not None},
    )


def _maintained_since(conn: Snapshot, integration: int, now_ms: int) -> int | None:
    """Windows of this minute count: one that somebody just set began after `now_ms`, which is a whole minute."""
    found = over(windows(conn, now_ms, now_ms + MINUTE_MS, WindowKind.MAINTENANCE), integration)
    return min((row.start_ms for row in found), default=None)


def _incidents(conn: Snapshot, integration: int, since_ms: int) -> tuple[IncidentRow, ...]:
    only = incidents.IncidentFilter(integration=integration, from_ms=since_ms)
    return tuple(line.incident for line in incidents.incidents(conn, only, limit=200))


def _failures(conn: Snapshot, row: IntegrationRow, past: tuple[IncidentRow, ...], since_ms: int, now_ms: int) -> tuple[FailureLine, ...]:
    """The newest failure of each incident, and those outside any: a long incident does not push the others off the page."""
    found: list[FailureLine] = []
    for incident in past[:INCIDENTS_SHOWN]:
        end = incident.resolved_ms or incident.closed_ms
        found += evidence.failures_of_checks(conn, incident.checks, incident.started_ms, end, 1)
    if row.archived_ms is None:
        loose = evidence.failures(conn, row.plan.id, since_ms, now_ms + 1, LOOSE_READ)
        found += [line for line in loose if line.cause is not Cause.OBSERVER and not any(_within(line, incident) for incident in past)]
    unique = {(line.check, line.location, line.at_ms): line for line in found}
    return tuple(sorted(unique.values(), key=lambda line: -line.at_ms))[: INCIDENTS_SHOWN + 4]


def _within(line: FailureLine, incident: IncidentRow) -> bool:
    end = incident.resolved_ms or incident.closed_ms or 2**62
    return line.check in incident.checks and incident.started_ms <= line.at_ms < end


def _kept(conn: Snapshot, lines: tuple[FailureLine, ...]) -> dict[tuple[int, int, int], EvidenceRow]:
    keys = [(line.check, line.location, line.at_ms) for line in lines]
    return {key: found for key in keys if (found := evidence.evidence(conn, *key))}
