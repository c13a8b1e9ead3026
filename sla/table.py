"""The portfolio as a table: every figure is made once here, so that CSV, XLSX and JSON agree to the last digit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from core.calendar import from_ms, zone_named
from core.display import allowed_minutes, percent_decimal, spent_minutes
from core.escape import csv_cell, printable
from sla.portfolio import CorrectionLine, IncidentLine, LatencyLine, Report, Row, Standing

Value = str | int | Decimal | None

# Beside every percentage stand its policy, what was seen (coverage) and its minutes.
KEYS: Final = (
    "period", "zone", "state", "promise", "integration", "name", "vendor", "category", "environment", "owner",
    "target_pct", "target_of", "target_source", "target_read_on",
    "policy", "availability_pct", "coverage_pct", "downtime_min", "allowed_min", "budget_left_min", "budget_left_pct", "budget_spent_at",
    "not_charged_min", "short_failures", "short_failures_min", "incidents",
    "experience_policy", "experience_target_pct", "experience_pct", "experience_coverage_pct", "experience_downtime_min",
    "experience_allowed_min", "experience_budget_left_min", "experience_budget_left_pct", "experience_budget_spent_at",
    "down_min", "degraded_min", "maintenance_min", "unknown_min",
    "latency_limit_ms", "latency_target_pct", "latency_within_pct", "latency_results", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms",
    "judged_from", "judged_to", "corrected_min", "corrections",
)  # fmt: skip
INCIDENT_KEYS: Final = (
    "integration", "incident", "started_at", "ended_at", "lasted_min", "counted_min", "cause", "party", "verdict",
)  # fmt: skip

CORRECTION_KEYS: Final = (
    "integration", "correction", "check", "from", "to", "counts_as", "party", "corrected_min", "by", "why", "made_at",
)  # fmt: skip


def records(report: Report) -> Iterator[dict[str, Value]]:
    """One for each integration, worst first; its keys are KEYS."""
    return (record(report, row) for row in report.rows)


def record(report: Report, row: Row) -> dict[str, Value]:
    made = _identity(report, row) | _target(row) | _contract(row) | _experience(row) | _time(row) | _latency(row.latency)
    made |= {
        "budget_spent_at": _forecast(row.contract, report.period.zone),
        "experience_budget_spent_at": _forecast(row.experience, report.period.zone),
        "judged_from": moment(row.start_ms, report.period.zone),
        "judged_to": moment(row.end_ms, report.period.zone),
        "corrected_min": spent_minutes(row.corrected_ms),
        "corrections": " ".join(map(corrected, row.corrections)) or None,
    }
    return {key: made[key] for key in KEYS}


def incident_records(report: Report) -> Iterator[dict[str, Value]]:
    """All incidents of the portfolio, in the order of its rows; their keys are INCIDENT_KEYS."""
    return (incident_record(row, line, report.period.zone) for row in report.rows for line in row.incidents)


def incident_record(row: Row, line: IncidentLine, zone: str) -> dict[str, Value]:
    return {
        "integration": row.slug,
        "incident": line.id,
        "started_at": moment(line.started_ms, zone),
        "ended_at": None if line.ended_ms is None else moment(line.ended_ms, zone),
        "lasted_min": spent_minutes(line.lasted_ms),
        "counted_min": spent_minutes(line.counted_ms),
        "cause": line.cause.value,
        "party": line.party.value,
        "verdict": line.headline or None,
    }


def correction_records(report: Report) -> Iterator[dict[str, Value]]:
    """All corrections of the portfolio, in the order of its rows; their keys are CORRECTION_KEYS."""
    return (correction_record(row, line, report.period.zone) for row in report.rows for line in row.corrections)


def correction_record(row: Row, line: CorrectionLine, zone: str) -> dict[str, Value]:
    return {
        "integration": row.slug,
        "correction": line.id,
        "check": line.check,
        "from": moment(line.start_ms, zone),
        "to": moment(line.end_ms, zone),
        "counts_as": line.bucket.value if line.bucket else None,
        "party": line.party.value if line.party else None,
        "corrected_min": spent_minutes(line.corrected_ms),
        "by": line.author,
        "why": line.reason,
        "made_at": moment(line.made_ms, zone),
    }


def corrected(line: CorrectionLine) -> str:
    """`corrected: 12.0 min, by Ada, A planned move.`"""
    return f"corrected: {spent_minutes(line.corrected_ms)} min, by {line.author}, {line.reason.rstrip('.')}."


def cell(value: Value) -> Value:
    """For CSV and XLSX: text that no spreadsheet takes for a formula; numbers stay numbers."""
    return csv_cell(printable(value)) if isinstance(value, str) else value


def moment(ms: int, zone: str) -> str:
    """An instant in the report's zone with its offset, to the second: `2026-11-24T14:03:00+01:00`."""
    return from_ms(ms - ms % 1000).astimezone(zone_named(zone)).isoformat()


def _identity(report: Report, row: Row) -> dict[str, Value]:
    return {
        "period": report.period.key,
        "zone": report.period.zone,
        "state": row.phase.value,
        "promise": row.contract.band.value,
        "integration": row.slug,
        "name": row.name,
        "vendor": row.provider_name,
        "category": row.category,
        "environment": row.environment,
        "owner": row.owner,
    }


def _target(row: Row) -> dict[str, Value]:
    return {
        "target_pct": row.contract.target_pct,
        "target_of": row.target_of,
        "target_source": row.source,
        "target_read_on": row.read_on,
    }


def _contract(row: Row) -> dict[str, Value]:
    seen, budget = row.contract.seen, row.contract.budget
    return {
        "policy": seen.policy,
        "availability_pct": percent_decimal(seen.ratio),
        "coverage_pct": percent_decimal(seen.coverage),
        "downtime_min": spent_minutes(budget.spent),
        "allowed_min": allowed_minutes(budget.allowed),
        "budget_left_min": allowed_minutes(budget.left),
        "budget_left_pct": percent_decimal(budget.left_share),
        "not_charged_min": spent_minutes(seen.not_charged_ms),
        "short_failures": row.short_failures,
        "short_failures_min": spent_minutes(row.short_ms),
        "incidents": len(row.incidents),
    }


def _experience(row: Row) -> dict[str, Value]:
    seen, budget = row.experience.seen, row.experience.budget
    return {
        "experience_policy": seen.policy,
        "experience_target_pct": row.experience.target_pct,
        "experience_pct": percent_decimal(seen.ratio),
        "experience_coverage_pct": percent_decimal(seen.coverage),
        "experience_downtime_min": spent_minutes(budget.spent),
        "experience_allowed_min": allowed_minutes(budget.allowed),
        "experience_budget_left_min": allowed_minutes(budget.left),
        "experience_budget_left_pct": percent_decimal(budget.left_share),
    }


def _time(row: Row) -> dict[str, Value]:
    return {
        "down_min": spent_minutes(row.buckets.down_ms),
        "degraded_min": spent_minutes(row.buckets.degraded_ms),
        "maintenance_min": spent_minutes(row.buckets.maintenance_ms),
        "unknown_min": spent_minutes(row.buckets.unknown_ms),
    }


def _latency(line: LatencyLine | None) -> dict[str, Value]:
    if line is None:
        return dict.fromkeys(key for key in KEYS if key.startswith("latency_"))
    return {
        "latency_limit_ms": line.limit_ms,
        "latency_target_pct": line.target_pct,
        "latency_within_pct": percent_decimal(line.share),
        "latency_results": line.results,
        "latency_p50_ms": _ms(line.p50_us),
        "latency_p95_ms": _ms(line.p95_us),
        "latency_p99_ms": _ms(line.p99_us),
    }


def _ms(us: int | None) -> Decimal | None:
    return None if us is None else Decimal(us).scaleb(-3)


def _forecast(standing: Standing, zone: str) -> str | None:
    return None if standing.spent_at_ms is None else moment(standing.spent_at_ms, zone)
