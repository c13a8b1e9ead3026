"""Single results of one check at one location, as charts and lists show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from core.health import Status
from storage.codes import CAUSES, MANUAL, STATUS_MASK, STATUSES, UNFIT
from storage.merged import beside, columns_between, hot_columns, hot_phases, key_of, once, packed_phases, packs_between
from storage.packing import Columns, unpack
from storage.planes import Ints
from storage.rows import ResultLine

_PACKS_NEWEST_FIRST: Final = text(
    'SELECT day_ms, body FROM pack WHERE "check" = :check AND location = :location AND day_ms < :until AND day_ms > :since - 86400000 '
    "ORDER BY day_ms DESC"
)
_HOT_NEWEST_FIRST: Final = text(
    "SELECT at_ms, late_ms, status, cause, total_us FROM result "
    'WHERE "check" = :check AND location = :location AND at_ms >= :since AND at_ms < :until ORDER BY at_ms DESC LIMIT :limit'
)


@dataclass(frozen=True, slots=True)
class Series:
    """Results as arrays of equal length, in order of time: what charts are drawn and percentiles taken from."""

    at_ms: Ints
    late_ms: Ints
    status: npt.NDArray[np.uint8]  # storage.codes.STATUSES[status]
    cause: npt.NDArray[np.uint8]  # storage.codes.CAUSES[cause]
    total_us: Ints
    fit: npt.NDArray[np.bool_]  # false: our own lag spoilt the latency
    manual: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.at_ms)

    @property
    def answered(self) -> npt.NDArray[np.bool_]:
        """Where the latency counts: up or degraded, and fit."""
        answered: npt.NDArray[np.bool_] = (self.status <= 1) & self.fit
        return answered


@dataclass(frozen=True, slots=True)
class PhaseSeries:
    """Phases as arrays of equal length, in us; -1 where a reused connection or no network hides one."""

    at_ms: Ints
    dns_us: Ints
    connect_us: Ints
    tls_us: Ints
    first_byte_us: Ints
    transfer_us: Ints


def series(conn: Connection, check: int, location: int, since_ms: int, until_ms: int) -> Series:
    """Every result due in [since, until)."""
    columns = columns_between(conn, check, location, since_ms, until_ms)
    flags = columns.flags
    return Series(
        at_ms=columns.at_ms,
        late_ms=columns.late_ms,
        status=(flags & STATUS_MASK).astype(np.uint8),
        cause=columns.cause.astype(np.uint8),
        total_us=columns.total_us,
        fit=(flags & UNFIT) == 0,
        manual=(flags & MANUAL) != 0,
    )


def phases(conn: Connection, check: int, location: int, since_ms: int, until_ms: int) -> PhaseSeries:
    """The phases of every result due in [since, until) that has some; of old days there are hours alone (storage.phase_hours)."""
    days = [(unpack(pack.body), pack.phases) for pack in packs_between(conn, check, location, since_ms, until_ms)]
    parts = [*(packed_phases(day, packed) for day, packed in days), hot_phases(conn, check, location, since_ms, until_ms)]
    every = [*(day for day, _ in days), hot_columns(conn, check, location, since_ms, until_ms)]
    results = once(every, since_ms, until_ms)
    laid = beside(results, parts)
    shown = (laid >= 0).any(axis=0)
    return PhaseSeries(results.at_ms[shown], *laid[:, shown])


def results(conn: Connection, check: int, location: int, since_ms: int, until_ms: int, limit: int = 100) -> list[ResultLine]:
    """The newest of [since, until), newest first; no more is read than is asked for."""
    key = key_of(check, location, since_ms, until_ms)
    found = {row[0]: tuple(row) for row in conn.execute(_HOT_NEWEST_FIRST, {**key, "limit": limit})}
    for day_ms, body in conn.execute(_PACKS_NEWEST_FIRST, key):
        day = once([unpack(body)], since_ms, until_ms)
        found |= {row[0]: row for row in zip(*(getattr(day, name).tolist() for name in Columns.__slots__), strict=True)}
        if sum(at_ms >= day_ms for at_ms in found) >= limit:
            break
    newest = sorted(found.values(), reverse=True)[:limit]
    return [_line(check, location, *row) for row in newest]


def line_of(row: Any) -> ResultLine:
    """A row of the table `result`."""
    return _line(row.check, row.location, row.at_ms, row.late_ms, row.status, row.cause, row.total_us)


def _line(check: int, location: int, at_ms: int, late_ms: int, flags: int, cause: int, total_us: int) -> ResultLine:
    status: Status = STATUSES[flags & STATUS_MASK]
    return ResultLine(check, location, at_ms, late_ms, status, CAUSES[cause], total_us, not flags & UNFIT, bool(flags & MANUAL))
