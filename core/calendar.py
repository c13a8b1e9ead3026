"""Months and quarters in a zone, and wall times as instants: all arithmetic is done on UTC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from core.objective import Phase

CLOSING_MS: Final = 6 * 3_600_000  # a period closes at the latest this long after its end
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar month or quarter of a zone, as a half-open stretch of UTC. `key` sorts: `2026-11`, `2026-Q4`."""

    key: str
    label: str  # "November 2026"
    zone: str
    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """Raises `ValueError` with a sentence for a name the zone database does not hold."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name[:80]!r} is not a time zone; one is written like Europe/Berlin or UTC") from None


def instant(wall: datetime, zone: str, *, later: bool = False) -> datetime:
    """The UTC instant of a naive wall time. A time the clocks skip moves forward by the gap; of one they show twice, `later` chooses."""
    first, second = (wall.replace(tzinfo=zone_named(zone), fold=fold) for fold in (0, 1))
    shown_twice = first.utcoffset() > second.utcoffset()  # type: ignore[operator]  # both are aware
    return (second if later and shown_twice else first).astimezone(UTC)


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970 of an aware datetime, exact."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def from_ms(ms: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def month(year: int, number: int, zone: str = "UTC") -> Period:
    return _period(f"{year:04}-{number:02}", f"{MONTHS[number - 1]} {year}", zone, year, number, 1)


def quarter(year: int, number: int, zone: str = "UTC") -> Period:
    """`number` is 1 to 4."""
    if not 1 <= number <= 4:
        raise ValueError(f"there is no quarter {number}")
    return _period(f"{year:04}-Q{number}", f"Quarter {number} of {year}", zone, year, 3 * number - 2, 3)


def month_at(at_ms: int, zone: str = "UTC") -> Period:
    """The month that holds an instant."""
    there = from_ms(at_ms).astimezone(zone_named(zone))
    return month(there.year, there.month, zone)


def parse_period(key: str, zone: str = "UTC") -> Period:
    """`2026-11` or `2026-Q4`. Raises `ValueError` with a sentence."""
    year, _, part = key.partition("-")
    try:
        if part.upper().startswith("Q"):
            return quarter(int(year), int(part[1:]), zone)
        if len(year) == 4 and len(part) == 2 and 1 <= int(part) <= 12:
            return month(int(year), int(part), zone)
    except ValueError as error:
        if "zone" in str(error):
            raise
    raise ValueError(f"{key[:40]!r} is not a period; one is written like 2026-11 or 2026-Q4")


def phase(period: Period, now_ms: int, newest_ms: Iterable[int | None]) -> Phase:
    """A period closes when every check has a result after its end (`newest_ms`: None for none), at the latest 6 h later."""
    if now_ms < period.end_ms:
        return Phase.RUNNING
    settled = all(newest is not None and newest >= period.end_ms for newest in newest_ms)
    return Phase.CLOSED if settled or now_ms >= period.end_ms + CLOSING_MS else Phase.CLOSING


def _period(key: str, label: str, zone: str, year: int, first: int, months: int) -> Period:
    following = first + months
    start = datetime(year, first, 1)  # noqa: DTZ001 a wall time, made an instant below
    end = datetime(year + (following > 12), (following - 1) % 12 + 1, 1)  # noqa: DTZ001
    return Period(key, label, zone, to_ms(instant(start, zone)), to_ms(instant(end, zone)))
