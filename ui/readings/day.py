"""A day and a single result in words and bars."""

from __future__ import annotations

from datetime import UTC, date, datetime

from core.policy import EXPERIENCE, availability
from storage.rows import ResultLine
from ui import format as fmt
from ui.close_look import HOUR_MS, CloseLook, Single
from ui.dossier import DAY_MS, Dossier
from ui.html import address
from ui.reader import Reader
from ui.readings.corrections import read_corrections
from ui.readings.failures import exchange
from ui.readings.lanes import strip
from ui.views.day import Hour, OneDay, OneResult, ResultRow
from ui.views.integration import Exchange, Failure, Figure

NAMES = ("DNS", "Connect", "TLS", "First byte", "Transfer")


def start_of(day: date) -> int:
    """The first instant of a UTC day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def read_day(dossier: Dossier, look: CloseLook, hour: int | None, reader: Reader) -> OneDay:
    """The day with its hours; the results of one of them where it is open."""
    slug, iso = dossier.row.plan.slug, _iso(look.start_ms)
    at = datetime.fromtimestamp(look.start_ms / 1000, tz=UTC)
    later = look.start_ms + DAY_MS
    return OneDay(
        iso=iso,
        title=f"{at:%A}, {at.day} {at:%B} {at.year}, UTC",
        earlier=address("integration", id=slug, day=_iso(look.start_ms - DAY_MS)),
        later=address("integration", id=slug, day=_iso(later)) if later <= reader.now_ms else None,
        figures=_figures(look),
        strip=strip(dossier, look.parts, look.start_ms, max(look.end_ms, look.start_ms + HOUR_MS), reader),
        hours=tuple(_hour(number, look, reader) for number in range(24)),
        hour=hour,
        results=tuple(_row(line, dossier) for line in look.lines),
        more=look.more,
        incidents=tuple(
            (row.id, reader.plain(row.started_ms), row.title)
            for row in dossier.incidents
            if row.started_ms < look.end_ms and (row.resolved_ms or row.closed_ms or reader.now_ms) > look.start_ms
        ),
        corrections=read_corrections(look.parts, look.start_ms, look.end_ms, reader),
    )


def _figures(look: CloseLook) -> tuple[Figure, ...]:
    seen = availability(look.buckets, EXPERIENCE)
    buckets = look.buckets
    return (
        Figure("Availability", fmt.percent(seen.ratio), "experience policy"),
        Figure("Seen", fmt.coverage(seen.coverage), f"of {fmt.lasting(look.end_ms - look.start_ms)}"),
        Figure(
            "Down",
            fmt.minutes(buckets.down_ms),
            f"ours {fmt.minutes(buckets.ours_ms + buckets.short_ours_ms)}",
            "out" if buckets.down_ms else "",
        ),
        Figure("Slow", fmt.minutes(buckets.degraded_ms), "counts half"),
        Figure("Maintenance", fmt.minutes(buckets.maintenance_ms), "counts nowhere"),
        Figure(
            "Results", fmt.count(sum(hour.results for hour in look.hours)), f"{fmt.count(sum(hour.failed for hour in look.hours))} failed"
        ),
    )


def _hour(number: int, look: CloseLook, reader: Reader) -> Hour:
    count = look.hours[number]
    return Hour(number, f"{reader.at(look.start_ms + number * HOUR_MS):%H:%M}", count.results, count.failed, count.slow, count.unknown)


def _row(line: ResultLine, dossier: Dossier) -> ResultRow:
    names = dossier.names
    return ResultRow(
        at_ms=line.at_ms,
        late_ms=line.late_ms,
        check=names.check(line.check),
        place=names.place(line.location),
        status=line.status,
        cause=line.cause,
        total_us=line.total_us,
        fit=line.fit,
        manual=line.manual,
        reference=names.reference(line.check, line.location, line.at_ms),
    )


def read_result(dossier: Dossier, found: Single) -> OneResult:
    """One result with everything that is kept of it."""
    line, kept, names = found.line, found.kept, dossier.names
    told = exchange(kept) if kept else None
    if told is None or not told.phases:
        phases = tuple((name, fmt.latency(us)) for name, us in zip(NAMES, found.phases, strict=False) if us >= 0)
        told = Exchange("", "", "", phases, (), 0) if told is None else told
    failure = Failure(
        at_ms=line.at_ms,
        status=line.status,
        cause=line.cause,
        detail=str(kept.http_status or "") if kept else "",
        check=names.check(line.check),
        place=names.place(line.location),
        total_us=line.total_us,
        note="",
        reference=names.reference(line.check, line.location, line.at_ms),
        said=kept.detail if kept else "",
        exchange=told,
    )
    return OneResult(
        slug=dossier.row.plan.slug,
        integration=dossier.row.plan.name,
        day=_iso(line.at_ms),
        failure=failure,
        fit=line.fit,
        manual=line.manual,
        late_ms=line.late_ms,
        kept=kept is not None and kept.evidence is not None,
        earlier=_step(found.earlier, dossier),
        later=_step(found.later, dossier),
    )


def _step(line: ResultLine | None, dossier: Dossier) -> str | None:
    if line is None:
        return None
    return address("integration", id=dossier.row.plan.slug, result=dossier.names.reference(line.check, line.location, line.at_ms))


def _iso(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, tz=UTC):%Y-%m-%d}"
