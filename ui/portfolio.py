"""The month's portfolio as pages read it: computed from spans, or thawed where the month was closed and frozen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
import streamlit as st

from core.calendar import Period, month_at, parse_period
from core.objective import Band
from core.percentile import rank
from core.plan import Objective
from sla.freeze import thaw_row
from sla.portfolio import LatencyLine, Report, Row
from sla.reading import Reading
from sla.report import month as reckon
from storage import catalogue, periods, results
from storage.accounts import Parts, read_parts
from storage.rows import IntegrationRow
from ui.place import Snapshot, database

__all__ = ["Report", "complete", "latency", "months", "period_named", "report"]

MONTHS_OFFERED: Final = 13
UNTIMED: Final = "heartbeat"  # the one kind whose results have no latency
STEP: Final = 50  # integrations a read: a snapshot is held for a second at most


def months(first_ms: int | None, now_ms: int, zone: str) -> list[Period]:
    """The running month and those before it that we watched, newest first."""
    found = [month_at(now_ms, zone)]
    while len(found) < MONTHS_OFFERED and first_ms is not None and found[-1].start_ms > first_ms:
        found.append(month_at(found[-1].start_ms - 1, zone))
    return found


def period_named(key: str, now_ms: int, zone: str) -> Period:
    """The month an address names; the running one for anything else."""
    try:
        found = parse_period(key, zone) if key else None
    except ValueError:
        found = None
    return found if found is not None and found.start_ms <= now_ms else month_at(now_ms, zone)


@st.cache_resource(show_spinner=False, max_entries=8)
def report(period: Period, key: tuple[int, ...], now_ms: int) -> Report:
    """Every promise held against what was seen; latencies are left to the row that is opened and to what is downloaded."""
    found = reckon(period, _readings(period, now_ms), now_ms)
    frozen = _frozen(period)
    return replace(found, rows=_worst_first(frozen.get(row.integration, row) for row in found.rows)) if frozen else found


def _worst_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    order = list(Band)
    return tuple(sorted(rows, key=lambda row: (order.index(row.contract.band), row.contract.budget.left, row.slug)))


def _readings(period: Period, now_ms: int) -> Iterable[Reading]:
    with database().read() as conn:
        rows = [row for row in catalogue.integrations(conn, archived=True) if _has_target(row) and _reaches(row, period)]
    for start in range(0, len(rows), STEP):
        with database().read() as conn:
            found = read_parts(conn, rows[start : start + STEP], period.start_ms, min(period.end_ms, now_ms))
        yield from (_reading(parts) for parts in found.values())


def _has_target(row: IntegrationRow) -> bool:
    return row.promise is not None or bool(row.plan.objective and row.plan.objective.availability_pct)


def _reaches(row: IntegrationRow, period: Period) -> bool:
    return row.archived_ms is None or row.archived_ms > period.start_ms


def _reading(parts: Parts) -> Reading:
    row = parts.integration
    return Reading(
        row.plan, parts.spans, parts.newest_ms, parts.first_ms, parts.verdicts, parts.incidents, parts.maintenance,
        parts.checks, parts.removed_ms, row.promise,
    )  # fmt: skip


def _frozen(period: Period) -> dict[int, Row]:
    with database().read() as conn:
        rows = periods.periods(conn, start_ms=period.start_ms)
    return {row.integration: thaw_row(dict(row.body)) for row in rows if row.end_ms == period.end_ms and row.zone == period.zone}


@st.cache_resource(show_spinner=False, max_entries=64)
def latency(integration: int, period: Period, key: tuple[int, ...], now_ms: int) -> LatencyLine | None:
    """Exact, over every answer of the month."""
    with database().read() as conn:
        row = catalogue.integration_by_id(conn, integration)
        return _latency(conn, row, period, now_ms) if row is not None else None


def _latency(conn: Snapshot, row: IntegrationRow, period: Period, now_ms: int) -> LatencyLine:
    objective = row.plan.objective or Objective()
    counting = [check.plan.id for check in row.checks if check.plan.counts and check.plan.kind != UNTIMED]
    found = np.sort(results.latencies(conn, counting, period.start_ms, min(period.end_ms, now_ms)))
    limit = objective.latency_ms
    within = int(np.searchsorted(found, limit * 1_000, side="right")) if limit is not None else 0
    p50, p95, p99 = (int(found[rank(len(found), percent) - 1]) if len(found) else None for percent in (50, 95, 99))
    return LatencyLine(limit, objective.latency_pct, len(found), within, p50, p95, p99)


def complete(found: Report, key: tuple[int, ...]) -> Report:
    """The report with every row's latencies, for a file."""
    rows = (replace(row, latency=row.latency or latency(row.integration, found.period, key, found.now_ms)) for row in found.rows)
    return replace(found, rows=tuple(rows))
