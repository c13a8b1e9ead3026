"""Every figure of the monitor itself as people and scrapers read it: its name, its unit, what is fine, what it means, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.own_figures import (
    DUE_MS,
    FOLD_MS,
    FREE_BYTES,
    FULL_MS,
    LAG_MS,
    LATE_MS,
    PACK_MS,
    STARTS,
    TRANSFER_MS,
    UNSENT_MS,
)


class Unit(StrEnum):
    MS = "ms"
    BYTES = "bytes"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure as people and scrapers read it. `limit`: above it (`below`: under it) something is wrong."""

    key: str  # in a beat's body
    metric: str  # after `integration_health_`, with its unit
    label: str
    unit: Unit
    means: str
    fine: str
    todo: str
    limit: int | None = None
    below: bool = False


_SLOW: Final = "Give the machine more processor time, or raise intervals."
_WRITE: Final = "See what holds the database: a backup, another process, a full or slow disk."
_ROOM: Final = "Make room on the disk of the state folder, or move STATE_DIR to a larger one."
_TELL: Final = "Open Deliveries: it says why each channel refuses. Mend it, then: integration-health alerts test."

MEASURES: Final = (
    Measure(
        "lateness_p50_ms",
        "lateness_p50_seconds",
        "Lateness, usual",
        Unit.MS,
        "From the instant a check was due to its start, half of the runs of the last 5 min; waits for a place at a vendor left out.",
        "below 100 ms",
        _SLOW,
        LATE_MS,
    ),
    Measure(
        "lateness_p99_ms",
        "lateness_p99_seconds",
        "Lateness, worst",
        Unit.MS,
        "The same, of the latest run in a hundred.",
        "below 2 s",
        _SLOW,
        LATE_MS,
    ),
    Measure(
        "due",
        "queue_due",
        "Due, not begun",
        Unit.COUNT,
        "Checks whose instant has passed and that have not begun.",
        "0, or a few for a moment",
        _SLOW,
    ),
    Measure(
        "due_ms",
        "queue_oldest_due_seconds",
        "Longest due",
        Unit.MS,
        "How long the oldest of them has been due.",
        "below 30 s",
        "Read the worker's log for a bug of ours; restarting it is safe.",
        DUE_MS,
    ),
    Measure(
        "waiting",
        "queue_waiting",
        "Waiting for a place",
        Unit.COUNT,
        "Requests that wait because four are under way at the same origin.",
        "a few, now and then",
        "Raise the intervals of that vendor's checks where it stays high.",
    ),
    Measure(
        "pending",
        "results_pending",
        "Results waiting",
        Unit.COUNT,
        "Results in memory that are not on disk yet: what kill -9 would lose.",
        "below 1 000",
        _WRITE,
        1_000,
    ),
    Measure(
        "writer_lag_ms",
        "writer_lag_seconds",
        "Writer lag",
        Unit.MS,
        "The age of the oldest of them.",
        "below 5 s, usually 250 ms",
        _WRITE,
        LAG_MS,
    ),
    Measure(
        "lost",
        "results_lost",
        "Results lost",
        Unit.COUNT,
        "Results since this worker began that could not be kept: their time is unknown.",
        "0",
        _WRITE,
        0,
    ),
    Measure(
        "transfer_lag_ms",
        "transfer_lag_seconds",
        "Transfer lag",
        Unit.MS,
        "The longest the transfer thread looked up late in the last 5 min; runs it may have spoilt are marked unfit.",
        "below 1 s",
        _SLOW,
        TRANSFER_MS,
    ),
    Measure(
        "fold_age_ms",
        "fold_age_seconds",
        "Newest fold",
        Unit.MS,
        "Since results were last added up for the pages; every 10 s.",
        "below 5 min",
        "Read the worker's log: it says what the fold waits for.",
        FOLD_MS,
    ),
    Measure(
        "pack_age_ms",
        "pack_age_seconds",
        "Newest packing",
        Unit.MS,
        "Since old days were last packed; every hour.",
        "below 3 h",
        "Read the worker's log: it says what packing waits for.",
        PACK_MS,
    ),
    Measure(
        "backup_age_ms",
        "backup_age_seconds",
        "Newest backup",
        Unit.MS,
        "Since the newest backup was made: in BACKUP_DIR, else in the folder backups of the state folder.",
        "less than twice the usual time between two",
        "Run integration-health backup, and see what makes them by itself.",
    ),
    Measure(
        "free_bytes",
        "disk_free_bytes",
        "Free on disk",
        Unit.BYTES,
        "Where the database is.",
        "200 MB or more",
        _ROOM,
        FREE_BYTES,
        below=True,
    ),
    Measure(
        "growth_bytes",
        "database_growth_bytes_per_day",
        "Growth a day",
        Unit.BYTES,
        "Of the database, by its size over up to 7 days.",
        "what the disk can take",
        _ROOM,
    ),
    Measure(
        "disk_full_ms",
        "disk_full_seconds",
        "Disk full in",
        Unit.MS,
        "By what is free and by that growth.",
        "7 days or more",
        _ROOM,
        FULL_MS,
        below=True,
    ),
    Measure(
        "starts",
        "worker_starts_last_hour",
        "Starts in an hour",
        Unit.COUNT,
        "How often a worker began in the last hour, this one included.",
        "1 to 3",
        "Read the worker's log for how it ended; is it short of memory?",
        STARTS - 1,
    ),
)

STORED: Final = (
    Measure(
        "dead_letters",
        "alerts_dead_last_day",
        "Dead letters",
        Unit.COUNT,
        "Alerts of the last 24 h that were given up.",
        "0",
        _TELL,
        0,
    ),
    Measure(
        "unsent_ms",
        "alerts_oldest_unsent_seconds",
        "Oldest unsent alert",
        Unit.MS,
        "The age of the oldest alert that no channel has taken.",
        "below 5 min",
        _TELL,
        UNSENT_MS,
    ),
    Measure("database_bytes", "database_bytes", "Database", Unit.BYTES, "With its log and indexes.", "what the disk can take", _ROOM),
)  # of the database itself: known without a worker, too

TODO: Final[Mapping[str, str]] = {measure.key: measure.todo for measure in (*MEASURES, *STORED)}


def is_wrong(measure: Measure, value: float | None) -> bool:
    """Whether a value is beyond what is fine."""
    if value is None or measure.limit is None:
        return False
    return value < measure.limit if measure.below else value > measure.limit
