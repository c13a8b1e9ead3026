"""What the month's portfolio consists of: a row for each integration with a target, exact."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

from core.availability import Availability, Buckets
from core.calendar import Period
from core.exact import ratio
from core.health import Cause
from core.ledger import CountsAs
from core.objective import Band, Budget, Phase
from core.verdict import Party

# A field that came after the first rows were frozen: while it says nothing it is left out, so that these keep their bytes.
LATER: Final = {"later": True}
OWN: Final = "objective"  # a target that no vendor promised: `Row.target_of`


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
    ended_ms: int | None  # None: still open when the period ended, or now
    lasted_ms: int
    counted_ms: int
    cause: Cause
    party: Party
    headline: str
    title: str


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """What a person knew better of a stretch within the period, and how much of its time that made other than measured."""

    id: int
    start_ms: int
    end_ms: int
    corrected_ms: int
    check: str | None  # slug; None: the whole integration
    bucket: CountsAs | None
    party: Party | None
    author: str
    reason: str
    made_ms: int


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
    target_of: str  # whose target: `contract`, or `objective` (OWN)
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
    corrections: tuple[CorrectionLine, ...] = field(default=(), metadata=LATER)

    @property
    def corrected_ms(self) -> int:
        return sum(line.corrected_ms for line in self.corrections)

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
