"""The page of one integration, from its dossier."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from typing import Final

from core.health import Cause, Status
from core.ledger import IncidentRow
from core.reliability import Trouble, reliability
from storage.rows import CheckRow, Figures, Summary
from ui import format as fmt
from ui import words
from ui.dossier import DAY_MS, DAYS, Dossier
from ui.reader import Reader
from ui.readings.budget import month_budget
from ui.readings.clocks import read_clocks
from ui.readings.corrections import over, read_corrections
from ui.readings.detection import found_within, guarantee
from ui.readings.failures import read_failures
from ui.readings.incident import whose
from ui.readings.lanes import days, strip
from ui.readings.vendor_page import own_word
from ui.views import integration as views

BEHIND: Final = Fraction(11, 10)  # an achieved interval beyond this is said to be behind


def read_integration(dossier: Dossier, reader: Reader, starved: Collection[str] = ()) -> views.Integration:
    """The whole page but its charts. `starved` are checks (`stripe/api`) for whose retries no call is left."""
    plan = dossier.row.plan
    suspended = {name.removeprefix(f"{plan.slug}/") for name in starved if name.startswith(f"{plan.slug}/")}
    first = (reader.now_ms // DAY_MS - DAYS + 1) * DAY_MS
    return views.Integration(
        head=read_head(dossier),
        figures=_figures(dossier, reader, suspended),
        strip=strip(dossier, dossier.parts, dossier.read_ms - DAY_MS, dossier.read_ms, reader),
        days=days(dossier.days, reader, over(dossier.parts, first, reader.now_ms)),
        failures=read_failures(dossier),
        failures_note="newest first · one line for each incident",
        checks=tuple(_check(row, dossier, suspended) for row in dossier.row.checks if row.archived_ms is None),
        clocks=read_clocks(dossier.signals, dossier.names, reader),
        guarantee=guarantee(dossier.plans, suspended),
        word=own_word(dossier),
        promise=_promise(dossier) if dossier.row.promise or (plan.objective and plan.objective.availability_pct) else None,
        corrections=read_corrections(dossier.parts, first, reader.now_ms, reader),
    )


def read_head(dossier: Dossier) -> views.Head:
    """Name, links and the verdict line."""
    plan, summary = dossier.row.plan, dossier.summary
    maintained = bool(summary and summary.maintained)
    incident = next((row for row in dossier.incidents if row.closed_ms is None), None)
    return views.Head(
        slug=plan.slug,
        name=plan.name,
        environment=plan.environment,
        category=words.category(plan.category),
        owner=plan.owner or "",
        runbook=plan.runbook,
        status_page=plan.status_page_url,
        status=summary.status if summary else Status.UNKNOWN,
        maintained=maintained,
        since_ms=dossier.maintained_since_ms if maintained else summary.since_ms if summary else None,
        whose=whose(incident.verdict, is_open=True) if incident else "",
        why=_why(incident, summary),
        incident=incident.id if incident else None,
        incident_says=f"{incident.acknowledged_by} is on it" if incident and incident.acknowledged_by else "nobody on it yet",
        archived_ms=dossier.row.archived_ms,
        tags=plan.tags,
    )


def _why(incident: IncidentRow | None, summary: Summary | None) -> str:
    if incident is not None:
        said = incident.verdict.headline if incident.verdict else ""
        return " ".join(filter(None, (said, f"{incident.title}." if incident.title else "")))
    if summary is None:
        return ""
    if summary.failing and summary.status is Status.UP:
        return f"{summary.failing} of {summary.fail_after} failing: not confirmed yet."
    return "" if summary.since_ms is not None else "The first results are here within a minute."


def _figures(dossier: Dossier, reader: Reader, suspended: Collection[str]) -> tuple[views.Figure, ...]:
    summary = dossier.summary
    if summary is None:
        return ()
    return (
        _share("24 h", summary.day),
        _share("30 d", summary.month),
        _budget(summary, reader),
        _latency(summary),
        _recovery(dossier),
        found_within(dossier.plans, suspended),
    )


def _share(window: str, figures: Figures) -> views.Figure:
    seen = figures.experience
    return views.Figure(f"{window}, experience policy", fmt.percent(seen.ratio), f"seen {fmt.coverage(seen.coverage)}")


def _budget(summary: Summary, reader: Reader) -> views.Figure:
    budget = month_budget(summary.plan.objective, summary.calendar_month, reader)
    if budget is None or summary.plan.objective is None or summary.plan.objective.availability_pct is None:
        return views.Figure("Budget", "no target", "set one in the configuration")
    allowed = f"{fmt.minutes(budget.allowed_ms)} allowed at {fmt.target(summary.plan.objective.availability_pct)}"
    if budget.left <= 0:
        return views.Figure(f"Budget, {budget.month}", f"{fmt.minutes(budget.over_ms)} over", allowed, "out")
    return views.Figure(
        f"Budget, {budget.month}", f"{fmt.whole_percent(budget.left)} left", allowed, "warn" if budget.left < Fraction(1, 4) else ""
    )


def _latency(summary: Summary) -> views.Figure:
    day, _, month, _ = summary.p95_us
    usual = f"30 d {fmt.latency(month)}" if month else "nothing measured yet"
    if summary.status is Status.DOWN:
        return views.Figure("p95 now", "no answer", f"24 h {fmt.latency(day)}" if day else usual)
    return views.Figure("p95, 24 h", fmt.latency(day), usual)


def _recovery(dossier: Dossier) -> views.Figure:
    past = [row for row in dossier.incidents if row.cause is not Cause.SLOW]
    said = reliability(
        [Trouble(row.started_ms, row.opened_ms, row.acknowledged_ms, row.resolved_ms) for row in past],
        dossier.read_ms - DAYS * DAY_MS,
        dossier.read_ms,
    )
    if said.mttr is None:
        return views.Figure("Recovery, 90 d", fmt.NONE, "no incident to learn from")
    count = sum(row.resolved_ms is not None for row in past)
    return views.Figure("Recovery, 90 d", fmt.lasting(int(said.mttr)), f"mean of {fmt.plural(count, 'incident')}")


def _check(row: CheckRow, dossier: Dossier, suspended: Collection[str]) -> views.CheckLine:
    check = row.plan
    summary = dossier.checks.get(check.id)
    gaps = [found for place in check.locations if (found := dossier.achieved.get((check.id, place)))]
    achieved = max(gaps, default=None)
    retrying = achieved is not None and achieved < check.interval_ms * 9 // 10
    late = achieved is not None and achieved > check.interval_ms * BEHIND
    stretched = row.wanted_interval_ms is not None and row.wanted_interval_ms < check.interval_ms
    notes = (
        f"{fmt.interval(row.wanted_interval_ms or 0)} was asked for: held back by the call budget" if stretched else "",
        "asked faster while failing" if retrying else "",
        "no call is left for retries" if check.slug in suspended else "",
    )
    return views.CheckLine(
        slug=check.slug,
        name=check.name or check.slug,
        asks=f"{dossier.row.plan.slug}/{check.slug}",
        status=summary.status if summary else Status.UNKNOWN,
        every_ms=check.interval_ms,
        achieved_ms=achieved,
        note=", ".join(filter(None, notes)),
        late=late,
        p95_us=summary.p95_us[0] if summary else None,
        places=len(check.locations),
        counts=check.counts,
        called_at=f"/ping/{row.address}" if row.address else "",
        due_ms=dossier.due_ms.get(check.id),
    )


def _promise(dossier: Dossier) -> views.Promise:
    promise, objective = dossier.row.promise, dossier.row.plan.objective
    if promise is not None:
        own = f" Our own target is {fmt.target(objective.availability_pct)}." if objective and objective.availability_pct else ""
        return views.Promise(
            f"{fmt.target(promise.availability_pct)} a month.",
            f"Promised by {dossier.row.plan.provider_name}.{own}",
            promise.source,
            promise.read_on,
        )
    target = objective.availability_pct if objective else None
    shown = fmt.target(target) if target is not None else fmt.NONE
    return views.Promise(f"{shown} a month.", "Our own target; no promise of theirs is written down.", None, None)
