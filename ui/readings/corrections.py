"""Corrections in words: over a lane, a day and an incident, so that nobody takes them for what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from core.corrections import standing
from core.ledger import CorrectionRow, CountsAs, IncidentRow
from core.plan import IntegrationPlan
from core.reading import Reading
from core.verdict import Party
from ui import words
from ui.reader import Reader
from ui.views.corrections import Corrected
from ui.views.incident import Moment

_COUNTS: Final = {CountsAs.UP: "up", CountsAs.DEGRADED: "slow", CountsAs.DOWN: "down"}  # the others are their own words
_ALL_TIME: Final = 2**62
DAY_MS: Final = 86_400_000


def over(reading: Reading, since_ms: int, until_ms: int, *, only: int | None = None) -> list[CorrectionRow]:
    """Those that hold and lie over the time of the integration, or of `only` one counting check of it, in order of time."""
    laid = {check.id for check in reading.counting} if only is None else {only}
    held = [row for row in standing(reading.corrections) if row.check is None or row.check in laid]
    return sorted((row for row in held if row.start_ms < until_ms and row.end_ms > since_ms), key=lambda row: (row.start_ms, row.made_ms))


def by_integration(rows: Iterable[CorrectionRow]) -> dict[int, list[CorrectionRow]]:
    """Those that hold, by whose time they lie over."""
    found: dict[int, list[CorrectionRow]] = {}
    for row in standing(rows):
        found.setdefault(row.integration, []).append(row)
    return found


def touched_days(plan: IntegrationPlan, rows: Iterable[CorrectionRow], days: int, today: int) -> frozenset[int]:
    """Which of the `days` up to `today` (days since 1970, UTC) they lie over; a check that does not count leaves them as they are."""
    counting = {check.id for check in plan.checks if check.counts}
    laid = [row for row in rows if row.check is None or row.check in counting]
    first = today - days + 1
    touched = {day for row in laid for day in range(max(row.start_ms // DAY_MS, first), min((row.end_ms - 1) // DAY_MS, today) + 1)}
    return frozenset(day - first for day in touched)


def read_corrections(reading: Reading, since_ms: int, until_ms: int, reader: Reader) -> tuple[Corrected, ...]:
    """As a list, newest first."""
    names = {check.id: check.name or check.slug for check in reading.checks or reading.plan.checks}
    return tuple(_corrected(row, names, reader) for row in reversed(over(reading, since_ms, until_ms)))


def _corrected(row: CorrectionRow, names: Mapping[int, str], reader: Reader) -> Corrected:
    day = f"{datetime.fromtimestamp(row.start_ms / 1000, tz=UTC):%Y-%m-%d}"
    return Corrected(row.id or 0, row.start_ms, row.end_ms, when(row, reader), what(row, names), row.author, row.reason, day)


def when(row: CorrectionRow, reader: Reader) -> str:
    """`12:40 to 12:50`; the day is said once."""
    same = reader.at(row.start_ms).date() == reader.at(row.end_ms).date()
    end = f"{reader.at(row.end_ms):%H:%M}" if same else reader.plain(row.end_ms)
    return f"{reader.plain(row.start_ms)} to {end}"


def what(row: CorrectionRow, names: Mapping[int, str]) -> str:
    """`API counts as down, ours`; `was the path between`."""
    said = f"counts as {counts(row.bucket, row.party)}" if row.bucket else f"was {counts(None, row.party)}"
    return f"{names.get(row.check, 'one check')} {said}" if row.check is not None else said


def counts(bucket: CountsAs | None, party: Party | None) -> str:
    """`down, ours`; a party alone leaves the time what it was measured to be."""
    counted = "" if bucket is None else _COUNTS.get(bucket, bucket.value)
    return ", ".join(filter(None, (counted, words.PARTY[party].lower() if party else "")))


def tooltip(rows: Sequence[CorrectionRow], reader: Reader) -> str:
    """`corrected 12:40 to 12:50 by Ada: A planned move`; empty where nothing was."""
    return "; ".join(f"corrected {when(row, reader)} by {row.author}: {row.reason}" for row in rows)


def moments(row: IncidentRow, rows: Iterable[CorrectionRow], names: Mapping[int, str], reader: Reader) -> list[Moment]:
    """What was corrected of an incident's stretch, when it was: also what holds no longer, for that is how it went."""
    every = list(rows)
    held = {one.id for one in standing(every)}
    return [_moment(one, one.id in held, names, reader) for one in every if _touches(one, row)]


def _touches(one: CorrectionRow, incident: IncidentRow) -> bool:
    end = incident.resolved_ms if incident.resolved_ms is not None else incident.closed_ms
    meant = one.check is None or one.check in incident.checks
    return meant and one.start_ms < (_ALL_TIME if end is None else end) and one.end_ms > incident.started_ms


def _moment(row: CorrectionRow, holds: bool, names: Mapping[int, str], reader: Reader) -> Moment:
    withdraws = row.bucket is None and row.party is None
    end = f"Correction {row.replaces} was withdrawn" if withdraws else f"Corrected: {when(row, reader)} {what(row, names)}"
    gone = "" if holds or withdraws else " (holds no longer)"
    return Moment(row.made_ms, f"{end}{gone}", f"{row.reason} · By {row.author}, not verified", "mend")
