"""Hours and days of checks and integrations, as folded: counts, time in buckets, latency histograms. They add up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, bindparam, text

from core.availability import Buckets
from core.health import Cause
from storage import models
from storage.bulk import Row, Twice, insert
from storage.codec import load_json
from storage.codes import CAUSES, DAY_MS, HOUR_MS, Scope
from storage.rows import RollupRow
from storage.tally import Tally

__all__ = ["DAY_MS", "HOURS_KEPT_MS", "HOUR_MS", "RollupKey", "Scope", "rollups", "tallies", "write_tallies", "write_time"]

HOURS_KEPT_MS: Final = 31 * DAY_MS  # days are kept for years (storage.retention)
BUCKETS: Final = tuple(Buckets.__dataclass_fields__)
_IN_ORDER: Final = attrgetter(*BUCKETS)

RollupKey = tuple[int, int, int, int]  # scope, subject, width_ms, start_ms: the key of a rollup
_KEY: Final = ("scope", "subject", "width_ms", "start_ms")

_READ: Final = text(
    "SELECT * FROM rollup WHERE scope = :scope AND subject IN :subjects AND width_ms = :width "
    "AND start_ms >= :since AND start_ms < :until ORDER BY subject, start_ms"
).bindparams(bindparam("subjects", expanding=True))
_TALLY: Final = text(
    "SELECT results, causes, histogram FROM rollup WHERE scope = :scope AND subject = :subject AND width_ms = :width AND start_ms = :start"
)

_TIME: Final = text(
    f"SELECT start_ms, {', '.join(BUCKETS)} FROM rollup "  # noqa: S608 names of our own
    "WHERE scope = :scope AND subject = :subject AND width_ms = :width AND start_ms >= :since"
)


def rollups(conn: Connection, scope: Scope, subjects: Iterable[int], width_ms: int, since_ms: int, until_ms: int) -> list[RollupRow]:
    """Those that begin in [since, until), by subject and start. `width_ms` is HOUR_MS or DAY_MS."""
    key = {"scope": int(scope), "subjects": list(subjects), "width": width_ms, "since": since_ms, "until": until_ms}
    return [_row(row) for row in conn.execute(_READ, key)]


def tallies(conn: Connection, keys: Iterable[RollupKey]) -> dict[RollupKey, Tally]:
    """What is counted under each key so far; nothing where there is no row."""
    found = {}
    for key in keys:
        row = conn.execute(_TALLY, dict(zip(("scope", "subject", "width", "start"), key, strict=True))).one_or_none()
        found[key] = Tally() if row is None else Tally.stored(row.results, row.causes, row.histogram)
    return found


def write_tallies(conn: Connection, counted: Mapping[RollupKey, Tally]) -> None:
    """Counts and latencies, replacing those of the same keys; time stays as it is."""
    insert_tallies(conn, tally_rows(counted))


def write_time(conn: Connection, spent: Mapping[RollupKey, Buckets]) -> None:
    """Time in buckets, replacing that of the same keys; counts stay as they are."""
    insert_time(conn, time_rows(spent))


def tally_rows(counted: Mapping[RollupKey, Tally]) -> list[Row]:
    """For `insert_tallies`: made before the write lock is taken."""
    return [(*key, tally.results, tally.causes_text, tally.histogram.to_bytes()) for key, tally in counted.items()]


def time_rows(spent: Mapping[RollupKey, Buckets]) -> list[Row]:
    """For `insert_time`."""
    return [(*key, *_IN_ORDER(buckets)) for key, buckets in spent.items()]


def changed_time(conn: Connection, spent: Mapping[RollupKey, Buckets]) -> dict[RollupKey, Buckets]:
    """Those that are not stored as they are: whoever starts reckons a month of hours anew, and nearly all are there already."""
    since: dict[tuple[int, int, int], int] = {}
    for *series, start_ms in spent:
        key = (series[0], series[1], series[2])
        since[key] = min(start_ms, since.get(key, start_ms))
    stored: dict[RollupKey, tuple[int, ...]] = {}
    for (scope, subject, width_ms), since_ms in since.items():
        asked = {"scope": scope, "subject": subject, "width": width_ms, "since": since_ms}
        stored |= {(scope, subject, width_ms, start_ms): tuple(times) for start_ms, *times in conn.execute(_TIME, asked)}
    return {key: buckets for key, buckets in spent.items() if stored.get(key) != _IN_ORDER(buckets)}


def insert_tallies(conn: Connection, rows: Sequence[Row]) -> None:
    insert(conn, models.Rollup, (*_KEY, "results", "causes", "histogram"), rows, Twice.REPLACE)


def insert_time(conn: Connection, rows: Sequence[Row]) -> None:
    insert(conn, models.Rollup, (*_KEY, *BUCKETS), rows, Twice.REPLACE)


def _row(row: Any) -> RollupRow:
    found = ((CAUSES[int(code)], count) for code, count in (load_json(row.causes) or {}).items())
    causes: dict[Cause, int] = {cause: count for cause, count in found if cause is not None}
    buckets = Buckets(*(getattr(row, name) for name in BUCKETS))
    return RollupRow(row.subject, row.start_ms, row.width_ms, row.results, buckets, causes, bytes(row.histogram or b""))
