"""What pages show without reading history: summaries, days and rollups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.availability import Availability, Buckets
from core.health import Cause, Status
from core.plan import IntegrationPlan
from core.policy import EXPERIENCE, availability


@dataclass(frozen=True, slots=True)
class Figures:
    """What the wall needs of one window: ms in the five buckets. `ours_ms` is the part of `down_ms` that was our own fault."""

    up_ms: int = 0
    degraded_ms: int = 0
    down_ms: int = 0
    maintenance_ms: int = 0
    unknown_ms: int = 0
    ours_ms: int = 0

    @classmethod
    def of(cls, b: Buckets) -> Figures:
        ours = b.ours_ms + b.short_ours_ms
        down = b.theirs_ms + b.path_ms + b.unsure_ms + b.short_ms + ours
        return cls(b.up_ms, b.degraded_ms, down, b.maintenance_ms, b.unknown_ms, ours)

    @property
    def known_ms(self) -> int:
        return self.up_ms + self.degraded_ms + self.down_ms

    @property
    def total_ms(self) -> int:
        return self.known_ms + self.maintenance_ms + self.unknown_ms

    @property
    def experience(self) -> Availability:
        """By the policy of objectives and budgets, for which down is down, whoever's fault it is."""
        ours, others = self.ours_ms, self.down_ms - self.ours_ms
        b = Buckets(self.up_ms, self.degraded_ms, others, ours, maintenance_ms=self.maintenance_ms, unknown_ms=self.unknown_ms)
        return availability(b, EXPERIENCE)


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """What the wall says of an incident that is not closed."""

    id: int
    status: Status
    cause: Cause
    started_ms: int
    title: str
    party: str | None  # core.verdict.Party
    confidence: str | None
    headline: str
    acknowledged_by: str | None
    group: int | None
    rule: int | None = None  # the row of the verdict table that it rests on


@dataclass(frozen=True, slots=True)
class Summary:
    """One integration on the wall, as folded every few seconds; its status enters with the transition.

    `bars` has one letter for each of 90 UTC days, oldest first: `u` up, `s` slow, `d` down, `o` down by our own
    fault alone, `m` maintenance, `-` nothing seen. `sparkline` holds the p95 of 24 hours, oldest first (None: nothing).
    """

    plan: IntegrationPlan
    status: Status
    since_ms: int | None  # None: never judged yet
    failing: int  # failures in a row not yet confirmed: "Up, 1 of 3 failing"
    fail_after: int
    maintained: bool  # a maintenance window lies over now, as of `folded_ms`
    seen_ms: int | None  # the newest result
    day: Figures  # rolling 24 h, 7, 30, 90 days up to `folded_ms`
    week: Figures
    month: Figures
    quarter: Figures
    calendar_month: Figures  # since the first of the month, UTC: what the month's budget is reckoned from
    p95_us: tuple[int | None, int | None, int | None, int | None]  # of 24 h, 7, 30, 90 days
    bars: str
    sparkline: tuple[int | None, ...]
    folded_ms: int
    first_ms: int | None = None  # the first result ever
    incidents: tuple[OpenIncident, ...] = ()


@dataclass(frozen=True, slots=True)
class DayBar:
    """One UTC day of an integration or a check."""

    start_ms: int
    buckets: Buckets


@dataclass(frozen=True, slots=True)
class RollupRow:
    """Counts, time and latency of one check or integration in one hour or day (`width_ms`)."""

    subject: int  # id of the check or of the integration
    start_ms: int
    width_ms: int
    results: int
    buckets: Buckets  # what a policy of core.policy is applied to
    causes: Mapping[Cause, int]  # failed, slow and unknown results by cause
    histogram: bytes  # core.histogram.Histogram.from_bytes
