"""A day and a single result of an integration, read down to the row: from packed history as from the last hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.availability import Buckets
from core.day import fold
from core.health import Status
from core.reading import Reading, pieces
from storage import evidence, results
from storage.accounts import read_parts
from storage.codes import STATUS_CODE
from storage.rows import EvidenceRow, ResultLine
from ui.dossier import DAY_MS, Dossier
from ui.place import database

HOUR_MS: Final = 3_600_000
SHOWN: Final = 500


@dataclass(frozen=True, slots=True)
class Count:
    """Results of one hour: all, and by what they came to."""

    results: int = 0
    failed: int = 0
    slow: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class CloseLook:
    """A UTC day, or the part of it that is over."""

    start_ms: int
    end_ms: int
    parts: Reading
    buckets: Buckets
    hours: tuple[Count, ...]
    lines: tuple[ResultLine, ...]  # of the chosen hour, oldest first
    more: bool


@st.cache_resource(show_spinner=False, max_entries=8)
def day(_dossier: Dossier, slug: str, start_ms: int, hour: int | None, until_ms: int) -> CloseLook:
    """`hour` is 0 to 23 of the UTC day. What lies after `until_ms` is not there yet."""
    row, end = _dossier.row, min(start_ms + DAY_MS, until_ms)
    with database().read() as conn:
        parts = read_parts(conn, [row], start_ms, end)[row.plan.id]
        hours = [Count() for _ in range(24)]
        for check in _dossier.plans:
            for place in check.locations:
                _count(hours, results.series(conn, check.id, place, start_ms, end), start_ms)
        lines: list[ResultLine] = []
        if hour is not None:
            since = start_ms + hour * HOUR_MS
            for check in _dossier.plans:
                for place in check.locations:
                    lines += results.results(conn, check.id, place, since, min(since + HOUR_MS, end), SHOWN + 1)
    lines.sort(key=lambda line: (line.at_ms, line.check))
    buckets = fold(pieces(parts, start_ms, end, until_ms), start_ms, end) if end > start_ms else Buckets()
    return CloseLook(start_ms, end, parts, buckets, tuple(hours), tuple(lines[:SHOWN]), len(lines) > SHOWN)


def _count(hours: list[Count], found: results.Series, start_ms: int) -> None:
    at = (found.at_ms - start_ms) // HOUR_MS
    for number in range(24):
        mine = found.status[at == number].tolist()
        known = hours[number]
        hours[number] = Count(
            known.results + len(mine),
            known.failed + mine.count(STATUS_CODE[Status.DOWN]),
            known.slow + mine.count(STATUS_CODE[Status.DEGRADED]),
            known.unknown + mine.count(STATUS_CODE[Status.UNKNOWN]),
        )


@dataclass(frozen=True, slots=True)
class Single:
    """One result with its neighbours; `kept` None: nothing of the exchange was kept."""

    line: ResultLine
    kept: EvidenceRow | None
    phases: tuple[int, ...]  # dns, connect, tls, first byte, transfer; -1 where hidden
    earlier: ResultLine | None
    later: ResultLine | None


@st.cache_resource(show_spinner=False, max_entries=16)
def single(check: int, place: int, at_ms: int, interval_ms: int) -> Single | None:
    """None where no result stands under this reference."""
    around = 3 * interval_ms
    with database().read() as conn:
        lines = results.results(conn, check, place, at_ms - around, at_ms + around, 400)
        found = next((number for number, line in enumerate(lines) if line.at_ms == at_ms), None)
        if found is None:
            return None
        kept = evidence.evidence(conn, check, place, at_ms)
        told = results.phases(conn, check, place, at_ms, at_ms + 1)
    columns = (told.dns_us, told.connect_us, told.tls_us, told.first_byte_us, told.transfer_us)
    phases = tuple(int(column[0]) for column in columns) if len(told.at_ms) else ()
    earlier = lines[found + 1] if found + 1 < len(lines) else None
    return Single(lines[found], kept, phases, earlier, lines[found - 1] if found else None)
