"""The month's portfolio: every promise held against what was seen, pure and exact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from core.availability import Bucket, Buckets
from core.calendar import Period, phase
from core.corrections import effects
from core.corrections import standing as standing_rows
from core.day import fold
from core.intervals import clip, intersection, length
from core.ledger import IncidentRow
from core.merge import Piece, Track
from core.objective import Band, Phase, band, exhausted_at, period_budget
from core.plan import IntegrationPlan, Objective
from core.policy import CONTRACT, EXPERIENCE, Policy, availability
from core.reading import LatencyReading, Reading, ended_ms, pieces, tracks
from core.verdict import Party
from sla.portfolio import OWN, CorrectionLine, IncidentLine, LatencyLine, Report, Row, Standing


def month(period: Period, readings: Iterable[Reading], now_ms: int) -> Report:
    """The portfolio of every integration with a target; works for any calendar period."""
    rows = worst_first(row for reading in readings if (row := row_of(period, reading, now_ms)) is not None)
    return Report(period, _phase_of(period, rows, now_ms), now_ms, rows)


def worst_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    """In the order of a report: by promise, then by what is left of the budget."""
    order = list(Band)
    return tuple(sorted(rows, key=lambda row: (order.index(row.contract.band), row.contract.budget.left, row.slug)))


def row_of(period: Period, reading: Reading, now_ms: int) -> Row | None:
    """None for an integration without a target, and for one that was not watched in the period."""
    wanted, watched = targets(reading), tracks(reading, now_ms)
    start, end = judged(period, watched, now_ms)
    if wanted is None or start > end or (start == end and now_ms >= period.end_ms):
        return None
    plan, timeline, stage = reading.plan, pieces(reading, start, end, now_ms, watched=watched), _phase(period, reading, now_ms)
    buckets = fold(timeline, start, end)
    promise = reading.promise
    return Row(
        integration=plan.id,
        slug=plan.slug,
        name=plan.name,
        provider_name=plan.provider_name,
        category=plan.category,
        environment=plan.environment,
        owner=plan.owner,
        target_of="contract" if promise else OWN,
        source=promise.source if promise else None,
        read_on=promise.read_on if promise else None,
        phase=stage,
        start_ms=start,
        end_ms=end,
        buckets=buckets,
        contract=standing(wanted[0], buckets, CONTRACT, period, end, stage),
        experience=standing(wanted[1], buckets, EXPERIENCE, period, end, stage),
        short_failures=_short_failures(timeline),
        incidents=tuple(_incident_lines(reading.own_incidents, timeline, start, end, now_ms)),
        burn_down=_burn_down(timeline, CONTRACT),
        latency=latency_line(reading.plan, reading.latency),
        corrections=tuple(correction_lines(reading, timeline, start, end, now_ms)),
    )


def targets(reading: Reading) -> tuple[Decimal, Decimal] | None:
    """What `contract` and what `experience` is held against: the promise and the objective, each for the other where one is missing."""
    promised = Decimal(reading.promise.availability_pct) if reading.promise else None
    wanted = reading.plan.objective.availability_pct if reading.plan.objective else None
    first = wanted if promised is None else promised
    return None if first is None else (first, first if wanted is None else wanted)


def judged(period: Period, watched: Sequence[Track], now_ms: int) -> tuple[int, int]:
    """From the first result of a counting check to now, within the period; to the last one's removal if all were removed."""
    first = min((track.since_ms for track in watched if track.since_ms is not None), default=now_ms)
    end = min(period.end_ms, now_ms)
    last = max((end if track.until_ms is None else track.until_ms for track in watched), default=end)
    return max(period.start_ms, first), min(end, last)


def standing(target_pct: Decimal, buckets: Buckets, policy: Policy, period: Period, end_ms: int, stage: Phase) -> Standing:
    """The budget is of the time the policy counts: what it has counted so far, and all that is still to come."""
    seen = availability(buckets, policy)
    budget = period_budget(target_pct, seen, period.end_ms - end_ms)
    spent_at = exhausted_at(budget, seen.counted_ms, end_ms) if stage is Phase.RUNNING else None
    return Standing(target_pct, seen, budget, spent_at, band(budget, seen.coverage, spent_at, period.end_ms, stage))


def _phase(period: Period, reading: Reading, now_ms: int) -> Phase:
    """Checks that were removed before the period's end are not waited for."""
    kept = [check for check in reading.counting if reading.removed_ms.get(check.id, period.end_ms) >= period.end_ms]
    return phase(period, now_ms, [reading.newest_ms.get((check.id, location)) for check in kept for location in check.locations])


def _phase_of(period: Period, rows: Sequence[Row], now_ms: int) -> Phase:
    if now_ms < period.end_ms:
        return Phase.RUNNING
    return Phase.CLOSED if all(row.phase is Phase.CLOSED for row in rows) else Phase.CLOSING


def _short_failures(timeline: Sequence[Piece]) -> int:
    """Failures that touch (ours beside theirs) are one."""
    short = [piece for piece in timeline if piece.bucket in (Bucket.SHORT, Bucket.SHORT_OURS)]
    return sum(1 for before, piece in zip([None, *short], short, strict=False) if before is None or before.end_ms != piece.start_ms)


def _incident_lines(
    incidents: Iterable[IncidentRow], timeline: Sequence[Piece], start_ms: int, end_ms: int, now_ms: int
) -> Iterable[IncidentLine]:
    charged = [(piece.start_ms, piece.end_ms) for piece in timeline if piece.bucket is Bucket.THEIRS]
    for row in incidents:
        inside = clip([(row.started_ms, ended_ms(row, now_ms))], start_ms, end_ms)
        if inside:
            ended = row.resolved_ms if row.resolved_ms is not None else row.closed_ms
            party = row.verdict.party if row.verdict else Party.UNKNOWN
            headline = row.verdict.headline if row.verdict else ""
            counted = length(intersection(charged, inside))
            ended = None if ended is None or ended > end_ms else ended  # a closed month does not change when the trouble ends later
            yield IncidentLine(row.id, row.started_ms, ended, length(inside), counted, row.cause, party, headline, row.title)


def correction_lines(reading: Reading, timeline: Sequence[Piece], start_ms: int, end_ms: int, now_ms: int) -> Iterator[CorrectionLine]:
    """Those that hold and reach into [start, end), in order of time; `timeline` is the time with them laid over."""
    held = [row for row in standing_rows(reading.corrections) if row.start_ms < end_ms and row.end_ms > start_ms]
    if not held:
        return
    measured = pieces(replace(reading, corrections=()), start_ms, end_ms, now_ms)
    slugs = {check.id: check.slug for check in reading.checks or reading.plan.checks}
    for row, ms in effects(measured, timeline, held):
        inside = max(row.start_ms, start_ms), min(row.end_ms, end_ms)
        check = None if row.check is None else slugs.get(row.check, str(row.check))
        yield CorrectionLine(row.id or 0, *inside, ms, check, row.bucket, row.party, row.author, row.reason, row.made_ms)


def _burn_down(timeline: Sequence[Piece], policy: Policy) -> tuple[tuple[int, int], ...]:
    points, spent = [(timeline[0].start_ms, 0)] if timeline else [], 0
    for piece in timeline:
        if policy.bad[piece.bucket]:
            points.append((piece.start_ms, spent))
            spent += piece.end_ms - piece.start_ms
            points.append((piece.end_ms, spent))
    return (*points, (timeline[-1].end_ms, spent)) if timeline else ()


def latency_line(plan: IntegrationPlan, found: LatencyReading | None) -> LatencyLine | None:
    """What was read of its latencies against its objective; None where nothing was read."""
    if found is None:
        return None
    objective = plan.objective or Objective()
    measured = (found.p50_us, found.p95_us, found.p99_us)
    return LatencyLine(objective.latency_ms, objective.latency_pct, found.results, found.within_limit, *measured)
