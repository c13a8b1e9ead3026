"""The phases of old days: a histogram of each phase for every hour, a packed day in one blob, within 1 % of what was measured."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, text

from core.histogram import Histogram
from storage import models
from storage.bulk import Twice, insert
from storage.codes import HOUR_MS
from storage.merged import key_of
from storage.packing import unpack, unpack_phases

PHASES: Final = ("dns", "connect", "tls", "first_byte", "transfer")
_FORM: Final = 1
_SIZE: Final = 2  # bytes in which the length of a histogram is written

_READ: Final = text(
    'SELECT day_ms, body FROM phase_hours WHERE "check" = :check AND location = :location '
    "AND day_ms > :since - 86400000 AND day_ms < :until ORDER BY day_ms"
)
_DROP: Final = text("UPDATE pack SET phases = NULL WHERE id = :id AND phases IS NOT NULL")

Hour = tuple[Histogram, ...]  # one for each of PHASES


@dataclass(frozen=True, slots=True)
class PhaseHour:
    """What the phases of one check at one location took in an hour; empty histograms where none was seen."""

    start_ms: int
    dns: Histogram
    connect: Histogram
    tls: Histogram
    first_byte: Histogram
    transfer: Histogram


def phase_hours(conn: Connection, check: int, location: int, since_ms: int, until_ms: int) -> list[PhaseHour]:
    """The hours that begin in [since, until), of days whose phases are no longer kept exactly (`storage.results.phases` has the others)."""
    found = []
    for day_ms, body in conn.execute(_READ, key_of(check, location, since_ms, until_ms)):
        found += [PhaseHour(day_ms + hour * HOUR_MS, *histograms) for hour, histograms in sorted(unpack_hours(body).items())]
    return [hour for hour in found if since_ms <= hour.start_ms < until_ms]


def hours_beside(pack: Any, known: bytes | None) -> bytes:
    """What `put_hours` stores in the place of a pack's exact phases, with the hours that were `known` of the day already."""
    hours = hours_of(pack)
    for hour, histograms in unpack_hours(known).items() if known else ():
        for one, other in zip(hours.setdefault(hour, _empty()), histograms, strict=True):
            one.merge(other)
    return pack_hours(hours)


def known_hours(conn: Connection, pack: Any) -> bytes | None:
    """Those of its day that are stored, packed."""
    found = conn.execute(_READ, key_of(pack.check, pack.location, pack.day_ms, pack.day_ms + 1)).first()
    return None if found is None else bytes(found.body)


def put_hours(conn: Connection, pack: Any, known: bytes | None, body: bytes) -> bool:
    """Put what `hours_beside` gave in the place of the pack's exact phases.

    False where pack or hours are no longer those that were read: the day was packed again meanwhile, and its turn comes.
    """
    if known_hours(conn, pack) != known or conn.execute(_DROP, {"id": pack.id}).rowcount != 1:
        return False
    row = (pack.check, pack.location, pack.day_ms, body)
    insert(conn, models.PhaseHours, ("check", "location", "day_ms", "body"), [row], Twice.REPLACE)
    return True


def hours_of(pack: Any) -> dict[int, Hour]:
    """Of a pack (`day_ms`, `body`, `phases`), by the hour of the day, 0 to 23."""
    results = unpack(pack.body)
    phases = unpack_phases(pack.phases, results.total_us)
    hours: dict[int, Hour] = {}
    hour_of = (results.at_ms - pack.day_ms) // HOUR_MS
    for hour in np.unique(hour_of[(phases >= 0).any(axis=0)]).tolist():
        rows = phases[:, hour_of == hour]
        hours[hour] = tuple(Histogram(row[row >= 0].tolist()) for row in rows)
    return hours


def pack_hours(hours: Mapping[int, Hour]) -> bytes:
    """Hour, five histograms, and so on: deflated as one, because an hour looks much like the next."""
    out = bytearray()
    for hour, histograms in sorted(hours.items()):
        out.append(hour)
        for histogram in histograms:
            stored = histogram.to_bytes()
            out += len(stored).to_bytes(_SIZE, "little") + stored
    return bytes([_FORM]) + zlib.compress(bytes(out), 9)


def unpack_hours(body: bytes) -> dict[int, Hour]:
    """Raises ValueError or zlib.error for what `pack_hours` did not write."""
    if not body or body[0] != _FORM:
        raise ValueError("hours of phases in an unknown form")
    return dict(_hours(zlib.decompress(body[1:])))


def _hours(stored: bytes) -> Iterator[tuple[int, Hour]]:
    at = 0
    while at < len(stored):
        hour, at, found = stored[at], at + 1, []
        for _ in PHASES:
            size = int.from_bytes(stored[at : at + _SIZE], "little")
            found.append(Histogram.from_bytes(stored[at + _SIZE : at + _SIZE + size]))
            at += _SIZE + size
        yield hour, tuple(found)


def _empty() -> Hour:
    return tuple(Histogram() for _ in PHASES)
