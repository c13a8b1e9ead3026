"""The month's portfolio from the database: frozen rows where the month is closed, everything else reckoned anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from core.calendar import Period
from core.objective import Band
from core.percentile import rank
from core.reading import LatencyReading, Reading
from sla.freeze import thaw_row
from sla.portfolio import Report, Row
from sla.report import month
from storage import catalogue, periods
from storage.accounts import Parts, read_parts
from storage.engine import Database
from storage.results import latencies
from storage.rows import IntegrationRow

STEP: Final = 20  # integrations read in one look: reports read in steps, so that no reader holds the database for long
UNTIMED: Final = "heartbeat"  # the one kind whose results have no latency


def month_report(db: Database, period: Period, now_ms: int) -> Report:
    """Every integration with a target, removed ones included, worst first."""
    with db.read() as conn:
        integrations = catalogue.integrations(conn, archived=True)
        closed = [row for row in periods.periods(conn, start_ms=period.start_ms) if (row.end_ms, row.zone) == (period.end_ms, period.zone)]
    frozen = {row.integration: thaw_row(dict(row.body)) for row in closed}
    readings = _readings(db, [one for one in integrations if one.plan.id not in frozen and _has_target(one)], period, now_ms)
    report = month(period, readings, now_ms)
    return replace(report, rows=_worst_first((*frozen.values(), *report.rows))) if frozen else report


def _has_target(one: IntegrationRow) -> bool:
    """The others are in no portfolio: their history is not read."""
    return one.promise is not None or (one.plan.objective is not None and one.plan.objective.availability_pct is not None)


def _worst_first(rows: Sequence[Row]) -> tuple[Row, ...]:
    order = list(Band)
    return tuple(sorted(rows, key=lambda row: (order.index(row.contract.band), row.contract.budget.left, row.slug)))


def _readings(db: Database, integrations: Sequence[IntegrationRow], period: Period, now_ms: int) -> Iterator[Reading]:
    for start in range(0, len(integrations), STEP):
        some = integrations[start : start + STEP]
        with db.read() as conn:
            parts = read_parts(conn, some, period.start_ms, period.end_ms)
        for one in some:
            yield reading_of(parts[one.plan.id], _latency(db, one, period, min(now_ms, period.end_ms)))


def reading_of(parts: Parts, latency: LatencyReading) -> Reading:
    """What storage read, as the report takes it."""
    return Reading(
        plan=parts.integration.plan,
        spans=parts.spans,
        newest_ms=parts.newest_ms,
        first_ms=parts.first_ms,
        verdicts=parts.verdicts,
        incidents=parts.incidents,
        maintenance=parts.maintenance,
        checks=parts.checks,
        removed_ms=parts.removed_ms,
        promise=parts.integration.promise,
        latency=latency,
    )


def _latency(db: Database, one: IntegrationRow, period: Period, until_ms: int) -> LatencyReading:
    probed = [check.plan.id for check in one.checks if check.plan.counts and check.plan.kind != UNTIMED]
    found: npt.NDArray[np.int64] = np.empty(0, np.int64)
    if until_ms > period.start_ms:  # a period to come has nothing yet
        with db.read() as conn:
            found = np.sort(latencies(conn, probed, period.start_ms, until_ms))
    limit_ms = one.plan.objective.latency_ms if one.plan.objective else None
    within = int(np.searchsorted(found, limit_ms * 1000, side="right")) if limit_ms is not None else 0
    return LatencyReading(len(found), within, *(_nearest(found, percent) for percent in (50, 95, 99)))


def _nearest(ordered: npt.NDArray[np.int64], percent: int) -> int | None:
    return int(ordered[rank(len(ordered), percent) - 1]) if len(ordered) else None
