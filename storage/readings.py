"""What a report reads of a period: readings in steps, so that no look holds the database for long, and what is frozen of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from sqlalchemy import Connection, text

from core.calendar import Period
from core.reading import LatencyReading, Reading
from storage import catalogue, periods
from storage.accounts import read_parts
from storage.engine import Database
from storage.measured import latencies, nearest_ranks
from storage.rows import IntegrationRow, PeriodRow

STEP: Final = 20  # integrations read in one look
UNTIMED: Final = "heartbeat"  # the one kind whose results have no latency


@dataclass(frozen=True, slots=True)
class MonthBooks:
    """What `sla.books.month_report` reads from. `latency=False` spares the one long part, for pages that show none.

    `step` hears how many integrations were read, and of how many.
    """

    db: Database
    latency: bool = True
    step: Callable[[int, int], None] | None = None

    def closed(self, period: Period) -> list[PeriodRow]:
        """The frozen rows that hold."""
        with self.db.read() as conn:
            return periods.periods_of(conn, period.start_ms, period.end_ms, period.zone)

    def readings(self, period: Period, now_ms: int, without: Collection[int]) -> Iterator[Reading]:
        """Of everything else."""
        return month_readings(self.db, period.start_ms, period.end_ms, now_ms, without=without, latency=self.latency, step=self.step)


def month_readings(
    db: Database,
    start_ms: int,
    end_ms: int,
    now_ms: int,
    *,
    slugs: Collection[str] | None = None,
    without: Collection[int] = (),
    latency: bool = True,
    step: Callable[[int, int], None] | None = None,
) -> Iterator[Reading]:
    """By slug, of every integration with a target, those too that were removed since `start_ms`; `without` the ids named.

    Latencies are exact. Each look at the database is a snapshot of its own: an integration's figures agree with each
    other, and two integrations may be some moments apart.
    """
    with db.read() as conn:
        every = catalogue.integrations(conn, archived=True)
    wanted = [
        one for one in every if _is_watched(one, start_ms) and one.plan.id not in without and (slugs is None or one.plan.slug in slugs)
    ]
    for start in range(0, len(wanted), STEP):
        for done, reading in enumerate(_step(db, wanted[start : start + STEP], start_ms, end_ms, now_ms, latency), start + 1):
            yield reading
            if step is not None:
                step(done, len(wanted))


def _step(db: Database, some: Sequence[IntegrationRow], start_ms: int, end_ms: int, now_ms: int, latency: bool) -> Iterator[Reading]:
    with db.read() as conn:
        found = read_parts(conn, some, start_ms, end_ms)
    for one in some:
        if not latency:
            yield found[one.plan.id]
            continue
        with db.read() as conn:
            measured = month_latency(conn, one, start_ms, min(end_ms, now_ms))
        yield replace(found[one.plan.id], latency=measured)


def month_latency(conn: Connection, one: IntegrationRow, start_ms: int, end_ms: int) -> LatencyReading:
    """Over every fit answer of its counting checks in [start, end), exact."""
    timed = [check.plan.id for check in one.checks if check.plan.counts and check.plan.kind != UNTIMED]
    found = latencies(conn, timed, start_ms, max(start_ms, end_ms))
    limit_ms = one.plan.objective.latency_ms if one.plan.objective else None
    within = int(np.count_nonzero(found <= limit_ms * 1000)) if limit_ms is not None else 0
    return LatencyReading(len(found), within, *nearest_ranks(found, (50, 95, 99)))


def first_result_ms(conn: Connection) -> int | None:
    """When the first result of all was taken, as far as it was folded."""
    first = conn.execute(text("SELECT MIN(first_ms) FROM summary")).scalar()
    return None if first is None else int(first)


def _is_watched(one: IntegrationRow, since_ms: int) -> bool:
    """What has no target is in no portfolio, and its history is not read; nor is that of what was gone before."""
    objective = one.plan.objective
    has_target = one.promise is not None or (objective is not None and objective.availability_pct is not None)
    return has_target and (one.archived_ms is None or one.archived_ms > since_ms)
