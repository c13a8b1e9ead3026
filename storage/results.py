"""Single results of one check at one location: packed days and hot rows, merged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from core.health import Status
from storage.codes import CAUSES, DAY_MS, MANUAL, STATUS_MASK, STATUSES, UNFIT
from storage.packing import Columns, unpack, unpack_latencies, unpack_phases
from storage.planes import Ints
from storage.rows import ResultLine

_HOT: Final = text(
    "SELECT at_ms, late_ms, status, cause, total_us FROM result "
    'WHERE "check" = :check AND location = :location AND at_ms >= :since AND at_ms < :until ORDER BY at_ms'
)
_HOT_PHASES: Final = text(
    "SELECT at_ms, dns_us, connect_us, tls_us, first_byte_us, transfer_us FROM phase "
    'WHERE "check" = :check AND location = :location AND at_ms >= :since AND at_ms < :until ORDER BY at_ms'
)
_PACKS: Final = text(
    'SELECT day_ms, body, phases FROM pack WHERE "check" = :check AND location = :location '
    "AND day_ms > :since - 86400000 AND day_ms < :until ORDER BY day_ms"
)
_PACKS_NEWEST_FIRST: Final = text(
    'SELECT body FROM pack WHERE "check" = :check AND location = :location AND day_ms < :until AND day_ms > :since - 86400000 '
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


def columns_between(conn: Connection, check: int, location: int, since_ms: int, until_ms: int) -> Columns:
    """The same, as stored."""
    key = {"check": check, "location": location, "since": since_ms, "until": until_ms}
    parts = [unpack(body) for _, body, _ in conn.execute(_PACKS, key)]
    parts.append(hot_columns(conn, check, location, since_ms, until_ms))
    return _within(_joined(parts), since_ms, until_ms)


def columns_of(rows: Sequence[tuple[int, ...]]) -> Columns:
    """Rows of (at_ms, late_ms, flags, cause, total_us)."""
    table = np.array(rows, np.int64).reshape(-1, 5)
    return Columns(*(np.ascontiguousarray(column) for column in table.T))


def hot_columns(conn: Connection, check: int, location: int, since_ms: int, until_ms: int) -> Columns:
    """The rows that are not packed."""
    key = {"check": check, "location": location, "since": since_ms, "until": until_ms}
    return columns_of(conn.execute(_HOT, key).all())


def hot_phases(conn: Connection, check: int, location: int, since_ms: int, until_ms: int) -> Ints:
    """The phase rows that are not packed: instant and five phases a row, -1 for none."""
    key = {"check": check, "location": location, "since": since_ms, "until": until_ms}
    return phase_table(conn.execute(_HOT_PHASES, key).all())


def phase_table(rows: Sequence[tuple[int | None, ...]]) -> Ints:
    return np.array([tuple(-1 if value is None else value for value in row) for row in rows], np.int64).reshape(-1, 6)


def _joined(parts: Sequence[Columns]) -> Columns:
    return Columns(*(np.concatenate([getattr(part, name) for part in parts]) for name in Columns.__slots__))


def _within(columns: Columns, since_ms: int, until_ms: int) -> Columns:
    """In order, each instant once: a row that was written again after its day was packed does not count twice."""
    at, first = np.unique(columns.at_ms, return_index=True)
    order = first[(at >= since_ms) & (at < until_ms)]
    return Columns(*(getattr(columns, name)[order] for name in Columns.__slots__))


def phases(conn: Connection, check: int, location: int, since_ms: int, until_ms: int) -> PhaseSeries:
    """The phases of every result due in [since, until) that has some."""
    key = {"check": check, "location": location, "since": since_ms, "until": until_ms}
    instants, values = [np.empty(0, np.int64)], [np.empty((5, 0), np.int64)]
    for _, body, packed in conn.execute(_PACKS, key):
        if packed is not None:
            day = unpack(body)
            instants.append(day.at_ms)
            values.append(unpack_phases(packed, day.total_us))
    hot = hot_phases(conn, check, location, since_ms, until_ms)
    instants.append(hot[:, 0])
    values.append(hot[:, 1:].T)
    at, first = np.unique(np.concatenate(instants), return_index=True)
    joined = np.concatenate(values, axis=1)[:, first]
    shown = (at >= since_ms) & (at < until_ms) & (joined >= 0).any(axis=0)
    return PhaseSeries(at[shown], *joined[:, shown])


def results(conn: Connection, check: int, location: int, since_ms: int, until_ms: int, limit: int = 100) -> list[ResultLine]:
    """The newest of [since, until), newest first; no more is read than is asked for."""
    key = {"check": check, "location": location, "since": since_ms, "until": until_ms}
    found = {row[0]: tuple(row) for row in conn.execute(_HOT_NEWEST_FIRST, {**key, "limit": limit})}
    packs = conn.execute(_PACKS_NEWEST_FIRST, key)
    for (body,) in packs:
        day = _within(unpack(body), since_ms, until_ms)
        found |= {row[0]: row for row in zip(*(getattr(day, name).tolist() for name in Columns.__slots__), strict=True)}
        if len(found) >= limit + len(day):
            break
    newest = sorted(found.values(), reverse=True)[:limit]
    return [_line(check, location, *row) for row in newest]


def latencies(conn: Connection, checks: Iterable[int], since_ms: int, until_ms: int) -> Ints:
    """Every fit latency of an answer (up or degraded) of whole UTC days and hot rows, in no order: for an exact percentile."""
    parts = [np.empty(0, np.int64)]
    for check in checks:
        for (location,) in conn.execute(text("SELECT id FROM location")).all():
            parts.append(_latencies(conn, check, location, since_ms, until_ms))
    return np.concatenate(parts)


def _latencies(conn: Connection, check: int, location: int, since_ms: int, until_ms: int) -> Ints:
    """Days that lie wholly inside are read by two columns alone; those at the ends, and hot rows, like any other."""
    first, last = -(-since_ms // DAY_MS) * DAY_MS, until_ms // DAY_MS * DAY_MS
    edges = [(since_ms, min(first, until_ms)), (max(last, first), until_ms)] if first < last else [(since_ms, until_ms)]
    parts = [np.empty(0, np.int64)]
    parts += [_answered(columns_between(conn, check, location, *edge)) for edge in edges if edge[0] < edge[1]]
    if first < last:
        key = {"check": check, "location": location, "since": first, "until": last}
        hot = hot_columns(conn, check, location, first, last)
        parts.append(_fit(hot.flags, hot.total_us))
        parts += [_fit(*unpack_latencies(body)) for day, body, _ in conn.execute(_PACKS, key) if day >= first]
    return np.concatenate(parts)


def _answered(columns: Columns) -> Ints:
    return _fit(columns.flags, columns.total_us)


def _fit(flags: Ints, total_us: Ints) -> Ints:
    fit: Ints = total_us[((flags & STATUS_MASK) <= 1) & ((flags & UNFIT) == 0)]
    return fit


def line_of(row: Any) -> ResultLine:
    """A row of the table `result`."""
    return _line(row.check, row.location, row.at_ms, row.late_ms, row.status, row.cause, row.total_us)


def _line(check: int, location: int, at_ms: int, late_ms: int, flags: int, cause: int, total_us: int) -> ResultLine:
    status: Status = STATUSES[flags & STATUS_MASK]
    return ResultLine(check, location, at_ms, late_ms, status, CAUSES[cause], total_us, not flags & UNFIT, bool(flags & MANUAL))
