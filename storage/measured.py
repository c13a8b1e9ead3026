"""Latencies over a long stretch, straight from the packed columns: what exact percentiles are taken from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from sqlalchemy import Connection, text

from core.percentile import rank
from storage.codes import DAY_MS, STATUS_MASK, UNFIT
from storage.merged import columns_between, hot_columns, once, packs_between
from storage.packing import Columns, unpack, unpack_latencies
from storage.planes import Ints


def latencies(conn: Connection, checks: Iterable[int], since_ms: int, until_ms: int) -> Ints:
    """Every fit latency of an answer (up or degraded) that was due in [since, until), in no order."""
    parts = [np.empty(0, np.int64)]
    for check in checks:
        for (location,) in conn.execute(text("SELECT id FROM location")).all():
            parts += _latencies(conn, check, location, since_ms, until_ms)
    return np.concatenate(parts)


def nearest_ranks(values: Ints, percents: Sequence[int]) -> list[int | None]:
    """Exact percentiles of values in any order: each is put in its place, and the rest of ten million is never sorted."""
    if not len(values):
        return [None] * len(percents)
    places = [rank(len(values), percent) - 1 for percent in percents]
    placed = np.partition(values, places)
    return [int(placed[place]) for place in places]


def _latencies(conn: Connection, check: int, location: int, since_ms: int, until_ms: int) -> list[Ints]:
    """Whole UTC days are read by two columns alone; the ends of the stretch like any other results."""
    first, last = -(-since_ms // DAY_MS) * DAY_MS, until_ms // DAY_MS * DAY_MS
    edges = [(since_ms, min(first, until_ms)), (max(last, first), until_ms)] if first < last else [(since_ms, until_ms)]
    parts = [_fit_of(columns_between(conn, check, location, *edge)) for edge in edges if edge[0] < edge[1]]
    return parts + _whole_days(conn, check, location, first, last) if first < last else parts


def _whole_days(conn: Connection, check: int, location: int, first_ms: int, last_ms: int) -> list[Ints]:
    """A packed day that has later rows beside it is merged with them first: a result written twice counts once."""
    hot = hot_columns(conn, check, location, first_ms, last_ms)
    late = set((hot.at_ms // DAY_MS * DAY_MS).tolist())
    parts, merged = [], [hot]
    for day_ms, body, _ in packs_between(conn, check, location, first_ms, last_ms):
        if day_ms < first_ms:
            continue
        if day_ms in late:
            merged.insert(0, unpack(body))
        else:
            parts.append(_fit(*unpack_latencies(body)))
    return [*parts, _fit_of(once(merged, first_ms, last_ms))]


def _fit_of(columns: Columns) -> Ints:
    return _fit(columns.flags, columns.total_us)


def _fit(flags: Ints, total_us: Ints) -> Ints:
    fit: Ints = total_us[((flags & STATUS_MASK) <= 1) & ((flags & UNFIT) == 0)]
    return fit
