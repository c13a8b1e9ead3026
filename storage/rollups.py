"""Hours and days of checks and integrations, as folded: counts, time in buckets, latency histograms. They add up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple
from typing import Any, Final

from sqlalchemy import Connection, bindparam, text

from core.availability import Buckets
from core.health import Cause
from storage import models
from storage.bulk import Twice, insert
from storage.codec import dump_json, load_json
from storage.codes import CAUSE_CODE, CAUSES, DAY_MS, HOUR_MS, Scope
from storage.rows import RollupRow

__all__ = ["DAY_MS", "HOUR_MS", "Scope", "rollups", "write_rollups"]

BUCKETS: Final = tuple(Buckets.__dataclass_fields__)
COLUMNS: Final = ("scope", "subject", "width_ms", "start_ms", "results", *BUCKETS, "causes", "histogram")

_READ: Final = text(
    "SELECT * FROM rollup WHERE scope = :scope AND subject IN :subjects AND width_ms = :width "
    "AND start_ms >= :since AND start_ms < :until ORDER BY subject, start_ms"
).bindparams(bindparam("subjects", expanding=True))


def rollups(conn: Connection, scope: Scope, subjects: Iterable[int], width_ms: int, since_ms: int, until_ms: int) -> list[RollupRow]:
    """Those that begin in [since, until), by subject and start. `width_ms` is HOUR_MS or DAY_MS."""
    key = {"scope": int(scope), "subjects": list(subjects), "width": width_ms, "since": since_ms, "until": until_ms}
    return [_row(row) for row in conn.execute(_READ, key)]


def write_rollups(conn: Connection, scope: Scope, rows: Sequence[RollupRow]) -> None:
    """Each replaces what was folded before of the same stretch."""
    insert(conn, models.Rollup, COLUMNS, [_values(int(scope), row) for row in rows], Twice.REPLACE)


def _values(scope: int, row: RollupRow) -> tuple[object, ...]:
    causes = dump_json({str(CAUSE_CODE[cause]): count for cause, count in row.causes.items()}) if row.causes else None
    return (scope, row.subject, row.width_ms, row.start_ms, row.results, *astuple(row.buckets), causes, row.histogram)


def _row(row: Any) -> RollupRow:
    found = ((CAUSES[int(code)], count) for code, count in (load_json(row.causes) or {}).items())
    causes: dict[Cause, int] = {cause: count for cause, count in found if cause is not None}
    buckets = Buckets(*(getattr(row, name) for name in BUCKETS))
    return RollupRow(row.subject, row.start_ms, row.width_ms, row.results, buckets, causes, bytes(row.histogram))
