"""Results as batches of rows, a UTC day at a time: no look at the database is long, and no more than a day is in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

from commands.columns import Batch, Kind, columns
from commands.watched import Watched
from storage import timeline
from storage.codes import CAUSES, DAY_MS, STATUSES
from storage.engine import Database
from storage.exporting import Stretch
from storage.results import Series, series

COLUMNS: Final = columns(
    at=Kind.INSTANT,
    integration=Kind.TEXT,
    check=Kind.TEXT,
    location=Kind.TEXT,
    status=Kind.WORD,
    cause=Kind.WORD,
    total_ms=Kind.LATENCY,
    late_ms=Kind.NUMBER,
    latency_fit=Kind.FLAG,
    manual=Kind.FLAG,
)
STEP: Final = 50  # series read in one look
CHUNK: Final = 20_000  # rows written at once


@dataclass(frozen=True, slots=True)
class Source:
    """One check at one place: the slugs of integration, check and place, and the instant of its oldest result."""

    check: int
    location: int
    names: tuple[str, str, str]
    first_ms: int


def batches(db: Database, watched: Watched, stretch: Stretch) -> Iterator[tuple[int, int, Batch]]:
    """How many days are done, of how many, and rows of theirs: every result due in the stretch, oldest first."""
    sources = _sources(db, watched)
    since_ms = max(stretch.since_ms, min((source.first_ms for source in sources), default=stretch.until_ms))
    days = range(since_ms // DAY_MS, -(-stretch.until_ms // DAY_MS))
    for done, day in enumerate(days, start=1):
        found = _read(db, sources, max(since_ms, day * DAY_MS), min(stretch.until_ms, (day + 1) * DAY_MS))
        for batch in _ordered(found, sources):
            yield done, len(days), batch


def _sources(db: Database, watched: Watched) -> list[Source]:
    """Every check that has a result, removed ones too, at every place."""
    with db.read() as conn:
        first = timeline.oldest(conn, list(watched.checks))
    found = [Source(check, place, (*watched.checks[check], watched.places[place]), at) for (check, place), at in first.items()]
    return sorted(found, key=lambda source: source.names)


def _read(db: Database, sources: Sequence[Source], start_ms: int, end_ms: int) -> list[Series]:
    found: list[Series] = []
    for first in range(0, len(sources), STEP):
        with db.read() as conn:
            found += [series(conn, one.check, one.location, start_ms, end_ms) for one in sources[first : first + STEP]]
    return found


def _ordered(found: Sequence[Series], sources: Sequence[Source]) -> Iterator[Batch]:
    """In the order of time; at one instant, in the order of the sources."""
    if not found:
        return
    at, late, status, cause, total, fit, manual = (_joined(found, field.name) for field in fields(Series))
    source = np.repeat(np.arange(len(found)), [len(one) for one in found])
    order = np.lexsort((source, at))
    for start in range(0, len(order), CHUNK):
        part = order[start : start + CHUNK]
        names = [sources[index].names for index in source[part].tolist()]
        yield (
            at[part].tolist(),
            *([name[place] for name in names] for place in range(3)),
            [STATUSES[code].value for code in status[part].tolist()],
            [CAUSES[code] for code in cause[part].tolist()],
            *(column[part].tolist() for column in (total, late, fit, manual)),
        )


def _joined(found: Sequence[Series], name: str) -> Any:
    return np.concatenate([getattr(one, name) for one in found])
