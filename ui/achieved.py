"""The interval a check achieves: the middle gap between its newest runs, by the plan it runs by now."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import Final

from core.plan import CheckPlan
from storage import processes, results
from ui.place import Snapshot

DAY_MS: Final = 86_400_000
NEWEST_READ: Final = 21


def begun_ms(conn: Snapshot, now_ms: int) -> int:
    """When the worker began whose plan the newest runs follow; 0 where none leads."""
    leader = processes.leader(conn, now_ms - DAY_MS)
    return leader.started_ms if leader else 0


def achieved_ms(conn: Snapshot, check: CheckPlan, place: int, now_ms: int, since_ms: int) -> int | None:
    """A longer gap from before `since_ms` was planned otherwise, or nobody was there: it is not held against the present plan."""
    lines = results.results(conn, check.id, place, now_ms - 30 * check.interval_ms, now_ms + DAY_MS, NEWEST_READ)
    regular = [line.at_ms for line in lines if not line.manual]
    gaps = [later - earlier for later, earlier in pairwise(regular) if earlier >= since_ms or _on_time(later - earlier, check)]
    return int(median(gaps)) if gaps else None


def _on_time(gap_ms: int, check: CheckPlan) -> bool:
    return gap_ms * 10 <= check.interval_ms * 11
