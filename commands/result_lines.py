"""Results as lines of CSV, a UTC day at a time: no look at the database is long, and no more than a day is in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, BinaryIO, Final

import numpy as np

from core.escape import csv_cell, printable
from storage.codes import CAUSES, DAY_MS, STATUSES
from storage.engine import Database
from storage.results import Series, series

COLUMNS: Final = ("at", "integration", "check", "location", "status", "cause", "total_ms", "late_ms", "latency_fit", "manual")
STEP: Final = 50  # series read in one look
CHUNK: Final = 20_000  # lines written at once

_YES_OR_NO: Final = ("no", "yes")


@dataclass(frozen=True, slots=True)
class Source:
    """One check at one place: the slugs of integration, check and place, and the day of its oldest result."""

    check: int
    location: int
    names: tuple[str, str, str]
    first_ms: int


def write_lines(
    file: BinaryIO, db: Database, sources: Sequence[Source], start_ms: int, end_ms: int, step: Callable[[int], None] = lambda done: None
) -> int:
    """Every result due in [start, end): how many. `step` hears how many days are written."""
    file.write(_csv([COLUMNS]))
    names = [tuple(csv_cell(printable(name)) for name in source.names) for source in sources]
    days = range(start_ms // DAY_MS, -(-end_ms // DAY_MS))
    count = 0
    for done, day in enumerate(days, start=1):
        for lines in _lines(_read(db, sources, max(start_ms, day * DAY_MS), min(end_ms, (day + 1) * DAY_MS)), names):
            file.write(_csv(lines))
            count += len(lines)
        step(done)
    return count


def _read(db: Database, sources: Sequence[Source], start_ms: int, end_ms: int) -> list[Series]:
    found: list[Series] = []
    for first in range(0, len(sources), STEP):
        with db.read() as conn:
            found += [series(conn, one.check, one.location, start_ms, end_ms) for one in sources[first : first + STEP]]
    return found


def _lines(found: Sequence[Series], names: Sequence[tuple[str, ...]]) -> Iterator[list[tuple[str | int, ...]]]:
    """In the order of time; at one instant, in the order of the sources."""
    if not found:
        return
    at, late, status, cause, total, fit, manual = (_joined(found, field.name) for field in fields(Series))
    source = np.repeat(np.arange(len(found)), [len(one) for one in found])
    order = np.lexsort((source, at))
    for start in range(0, len(order), CHUNK):
        part = order[start : start + CHUNK]
        instants = np.datetime_as_string(at[part].astype("datetime64[ms]"), unit="ms", timezone="UTC")
        columns = (instants, source[part], status[part], cause[part], total[part], late[part], fit[part], manual[part])
        yield [_line(names, *line) for line in zip(*(column.tolist() for column in columns), strict=True)]


def _joined(found: Sequence[Series], name: str) -> Any:
    return np.concatenate([getattr(one, name) for one in found])


def _line(
    names: Sequence[tuple[str, ...]], at: str, source: int, status: int, cause: int, us: int, late_ms: int, fit: bool, manual: bool
) -> tuple[str | int, ...]:
    said = STATUSES[status].value, CAUSES[cause] or ""
    return (at, *names[source], *said, f"{us // 1000}.{us % 1000:03}", late_ms, _YES_OR_NO[fit], _YES_OR_NO[manual])


def _csv(lines: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode()
