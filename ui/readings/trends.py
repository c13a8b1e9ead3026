"""Trends, from the days of every integration."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from core.health import STATUS_OF, Cause, Status
from core.histogram import Histogram
from core.plan import IntegrationPlan
from storage.rows import Figures, RollupRow, Summary
from ui import words
from ui.views.trends import Rank, Trends

NAMED: Final = 5
WINDOWS: Final = (7, 30, 90)
OTHERS: Final = ""
UNTIMED: Final = "heartbeat"  # the one kind whose results have no latency


def read_trends(rows: Iterable[RollupRow], plans: Mapping[int, IntegrationPlan], days: Sequence[int]) -> Trends:
    """Counts of failed and slow results by cause and by integration, and p95 by category, day by day."""
    place = {day: number for number, day in enumerate(days)}
    causes: dict[Cause, list[int]] = defaultdict(lambda: [0] * len(days))
    found: dict[str, list[int]] = defaultdict(lambda: [0] * len(days))
    latencies: dict[str, list[Histogram]] = defaultdict(lambda: [Histogram() for _ in days])
    for row in rows:
        plan, at = plans.get(row.subject), place.get(row.start_ms)
        if plan is None or at is None:
            continue
        if any(check.counts and check.kind != UNTIMED for check in plan.checks):
            latencies[words.category(plan.category)][at].merge(Histogram.from_bytes(row.histogram))
        for cause, count in row.causes.items():
            if STATUS_OF[cause] in (Status.DOWN, Status.DEGRADED):
                causes[cause][at] += count
                found[plan.slug][at] += count
    names = {plan.slug: _name(plan) for plan in plans.values()}
    return Trends(
        days=tuple(days),
        by_cause={cause: tuple(counts) for cause, counts in sorted(causes.items(), key=lambda item: -sum(item[1]))},
        by_integration=_largest(found, len(days)),
        names=names | {OTHERS: "others"},
        p95_us={category: tuple(day.quantile(95) for day in line) for category, line in sorted(latencies.items())},
    )


def _name(plan: IntegrationPlan) -> str:
    return plan.name if plan.environment == "production" else f"{plan.name}, {plan.environment}"


def _largest(found: Mapping[str, Sequence[int]], days: int) -> dict[str, tuple[int, ...]]:
    totals = Counter({slug: sum(counts) for slug, counts in found.items()})
    chosen = [slug for slug, _ in totals.most_common(NAMED)]
    shown = {slug: tuple(found[slug]) for slug in chosen}
    rest = [sum(found[slug][day] for slug in found if slug not in shown) for day in range(days)]
    return shown | ({OTHERS: tuple(rest)} if any(rest) else {})


def ranks(summaries: Iterable[Summary], days: int) -> list[Rank]:
    """Every integration with its figures of the window."""
    return [_rank(summary, days) for summary in summaries]


def _rank(summary: Summary, days: int) -> Rank:
    figures: Figures = {7: summary.week, 30: summary.month, 90: summary.quarter}[days]
    p95 = summary.p95_us[{7: 1, 30: 2, 90: 3}[days]]
    plan = summary.plan
    seen = figures.experience
    return Rank(plan.slug, plan.name, plan.environment, p95, seen.ratio, seen.coverage, figures.down_ms, figures.degraded_ms)


def slowest(found: Iterable[Rank], most: int = 10) -> list[Rank]:
    return sorted((rank for rank in found if rank.p95_us is not None), key=lambda rank: -(rank.p95_us or 0))[:most]


def least_reliable(found: Iterable[Rank], most: int = 10) -> list[Rank]:
    """Those with a flaw, worst first."""
    flawed = [rank for rank in found if rank.share is not None and rank.share < 1]
    return sorted(flawed, key=lambda rank: rank.share or 0)[:most]
