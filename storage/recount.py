"""Hours and days counted from the results themselves, and which days have to be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np
from sqlalchemy import Connection, text

from storage.codes import DAY_MS, HOUR_MS, STATUS_MASK, UNFIT, Scope
from storage.packing import Columns
from storage.rollups import RollupKey
from storage.rows import IntegrationRow
from storage.tally import Tally

COUNTED_ANEW_MS: Final = 60 * DAY_MS  # of older days results may have been let go of (storage.retention)

_ROWS: Final = text(
    'SELECT at_ms / 86400000 * 86400000, COUNT(*) FROM result WHERE "check" = :check AND location = :location '
    "AND at_ms >= :since GROUP BY at_ms / 86400000"
)
_PACKS: Final = text('SELECT day_ms, results FROM pack WHERE "check" = :check AND location = :location AND day_ms >= :since')
_COUNTED: Final = text(
    "SELECT start_ms, results FROM rollup WHERE scope = :scope AND subject = :check AND width_ms = :width AND start_ms >= :since"
)


def counted(series: Iterable[tuple[int, Columns]], counted_in: Mapping[int, int], hours_from_ms: int) -> dict[RollupKey, Tally]:
    """Hours and days of checks, and of the integrations they count in. `series`: a check and its results at one location, each."""
    found: dict[RollupKey, Tally] = defaultdict(Tally)
    for check, columns in series:
        subjects = [(int(Scope.CHECK), check)]
        if check in counted_in:
            subjects.append((int(Scope.INTEGRATION), counted_in[check]))
        for hour, tally in _hours(columns):
            for scope, subject in subjects:
                found[scope, subject, DAY_MS, hour // DAY_MS * DAY_MS].merge(tally)
                if hour >= hours_from_ms:
                    found[scope, subject, HOUR_MS, hour].merge(tally)
    return dict(found)


def _hours(columns: Columns) -> Iterator[tuple[int, Tally]]:
    hours, starts = np.unique(columns.at_ms // HOUR_MS * HOUR_MS, return_index=True)
    answered = ((columns.flags & STATUS_MASK) <= 1) & ((columns.flags & UNFIT) == 0)
    for hour, first, last in zip(hours.tolist(), starts.tolist(), [*starts.tolist()[1:], len(columns)], strict=True):
        tally = Tally(results=last - first)
        if failed := np.flatnonzero(columns.cause[first:last]).tolist():
            tally.causes.update(columns.cause[first:last][failed].tolist())
        tally.histogram.add_all(columns.total_us[first:last][answered[first:last]].tolist())
        yield hour, tally


def days_to_count(conn: Connection, one: IntegrationRow, folded_ms: int, now_ms: int) -> list[int]:
    """The days whose counts may not be what is stored: those since the last fold, and those that late results came for after it.

    An integration that was never folded (`folded_ms` 0) is counted from its first result on.
    """
    since = max(0, folded_ms - HOUR_MS) // DAY_MS * DAY_MS
    oldest = since if since == 0 else max(0, min(since, (now_ms - COUNTED_ANEW_MS) // DAY_MS * DAY_MS))
    places = [place for (place,) in conn.execute(text("SELECT id FROM location"))]
    found: set[int] = set()
    for check in one.checks:
        held = _held(conn, check.plan.id, places, oldest)
        key = {"scope": int(Scope.CHECK), "check": check.plan.id, "width": DAY_MS, "since": oldest}
        known: dict[int, int] = dict(conn.execute(_COUNTED, key).all()) if check.archived_ms is None else {}
        found |= {day for day, count in held.items() if day >= since or (known and count != known.get(day))}
    return sorted(found)


def _held(conn: Connection, check: int, places: Iterable[int], since_ms: int) -> Counter[int]:
    """How many results are stored, by day."""
    found: Counter[int] = Counter()
    for place in places:
        key = {"check": check, "location": place, "since": since_ms}
        found.update(dict(conn.execute(_ROWS, key).all()))
        found.update(dict(conn.execute(_PACKS, key).all()))
    return found
