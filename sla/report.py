"""The month's portfolio: every promise held against what was seen, pure and exact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core.availability import Availability, Bucket, Buckets
from core.calendar import Period, phase
from core.day import fold
from core.exact import ratio
from core.health import Cause
from core.intervals import clip, intersection, length
from core.ledger import IncidentRow
from core.merge import Piece
from core.objective import Band, Budget, Phase, band, error_budget, exhausted_at
from core.plan import Objective
from core.policy import CONTRACT, EXPERIENCE, Policy, availability
from core.verdict import Party
from sla.reading import Reading, ended_ms, pieces, tracks


@dataclass(frozen=True, slots=True)
class Standing:
    """One target under one policy. Budgets are in ms; `spent_at_ms` is when the budget ends at this rate, None for never."""

    target_pct: Decimal
    seen: Availability
    budget: Budget
    spent_at_ms: int | None
    band: Band


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One incident within the period: how long it lasted in it, and how much of that the contract policy counts."""

    id: int
    started_ms: int
    ended_ms: int | None  # None: still open
    lasted_ms: int
    counted_ms: int
    cause: Cause
    party: Party
    headline: str
    title: str


@dataclass(frozen=True, slots=True)
class LatencyLine:
    """The latency objective: the share of results within the limit, exact, and percentiles by nearest rank."""

    limit_ms: int | None
    target_pct: Decimal | None
    results: int
    within_limit: int
    p50_us: int | None
    p95_us: int | None
    p99_us: int | None

    @property
    def share(self) -> Fraction | None:
        return None if self.limit_ms is None else ratio(self.within_limit, self.results)

    @property
    def met(self) -> bool | None:
        """None without an objective or without a result."""
        return None if self.share is None or self.target_pct is None else self.share * 100 >= Fraction(self.target_pct)


@dataclass(frozen=True, slots=True)
class Row:
    """One integration's month. `contract` is held against the promise (or the objective, where none was promised)."""

    integration: int
    slug: str
    name: str
    provider_name: str
    category: str
    environment: str
    owner: str | None
    target_of: str  # whose target: `contract` or `objective`
    source: str | None  # where the promise is written, and when it was read
    read_on: str | None
    phase: Phase
    start_ms: int  # what was judged: from the period's start or the first result, to now or the period's end
    end_ms: int
    buckets: Buckets
    contract: Standing
    experience: Standing  # against the objective, where one is set
    short_failures: int  # failures outside incidents
    incidents: tuple[IncidentLine, ...]
    burn_down: tuple[tuple[int, int], ...]  # (instant, ms of the contract's budget spent by then)
    latency: LatencyLine | None = None

    @property
    def short_ms(self) -> int:
        return self.buckets.short_ms + self.buckets.short_ours_ms


@dataclass(frozen=True, slots=True)
class Report:
    """Rows worst first. A running period is as of `now_ms`."""

    period: Period
    phase: Phase
    now_ms: int
    rows: tuple[Row, ...]

    def count(self, *bands: Band) -> int:
        return sum(row.contract.band in bands for row in self.rows)


def month(period: Period, readings: Iterable[Reading], now_ms: int) -> Report:
    """The portfolio of every integration with a target; works for any calendar period."""
    rows = [row for reading in readings if (row := row_of(period, reading, now_ms)) is not None]
    order = list(Band)
    rows.sort(key=lambda row: (order.index(row.contract.band), row.contract.budget.left, row.slug))
    return Report(period, _phase_of(period, rows, now_ms), now_ms, tuple(rows))


def row_of(period: Period, reading: Reading, now_ms: int) -> Row | None:
    """None for an integration without a target, and for one that was not watched in the period."""
    wanted = targets(reading)
    start, end = judged(period, reading, now_ms)
    if wanted is None or start > end or (start == end and now_ms >= period.end_ms):
        return None
    plan, timeline, stage = reading.plan, pieces(reading, start, end, now_ms), _phase(period, reading, now_ms)
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
        target_of="contract" if promise else "objective",
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
        latency=_latency(reading),
    )


def targets(reading: Reading) -> tuple[Decimal, Decimal] | None:
    """What `contract` and what `experience` is held against: the promise and the objective, each for the other where one is missing."""
    promised = Decimal(reading.promise.availability_pct) if reading.promise else None
    wanted = reading.plan.objective.availability_pct if reading.plan.objective else None
    first = wanted if promised is None else promised
    return None if first is None else (first, first if wanted is None else wanted)


def judged(period: Period, reading: Reading, now_ms: int) -> tuple[int, int]:
    """From the first result of a counting check to now, within the period; to the last one's removal if all were removed."""
    watched = tracks(reading, now_ms)
    first = min((track.since_ms for track in watched if track.since_ms is not None), default=now_ms)
    end = min(period.end_ms, now_ms)
    last = max((end if track.until_ms is None else track.until_ms for track in watched), default=end)
    return max(period.start_ms, first), min(end, last)


def standing(target_pct: Decimal, buckets: Buckets, policy: Policy, period: Period, end_ms: int, stage: Phase) -> Standing:
    """The budget is of the time the policy counts: what it has counted so far, and all that is still to come."""
    seen = availability(buckets, policy)
    budget = error_budget(target_pct, seen.counted_ms + period.end_ms - end_ms, seen.bad_ms)
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
            ended = None if row.resolved_ms is None and row.closed_ms is None else ended_ms(row, now_ms)
            party = row.verdict.party if row.verdict else Party.UNKNOWN
            headline = row.verdict.headline if row.verdict else ""
            counted = length(intersection(charged, inside))
            yield IncidentLine(row.id, row.started_ms, ended, length(inside), counted, row.cause, party, headline, row.title)


def _burn_down(timeline: Sequence[Piece], policy: Policy) -> tuple[tuple[int, int], ...]:
    points, spent = [(timeline[0].start_ms, 0)] if timeline else [], 0
    for piece in timeline:
        if policy.bad[piece.bucket]:
            points.append((piece.start_ms, spent))
            spent += piece.end_ms - piece.start_ms
            points.append((piece.end_ms, spent))
    return (*points, (timeline[-1].end_ms, spent)) if timeline else ()


def _latency(reading: Reading) -> LatencyLine | None:
    objective = reading.plan.objective or Objective()
    found = reading.latency
    if found is None:
        return None
    return LatencyLine(
        objective.latency_ms, objective.latency_pct, found.results, found.within_limit, found.p50_us, found.p95_us, found.p99_us
    )
