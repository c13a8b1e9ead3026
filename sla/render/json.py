"""The portfolio as JSON: the table's figures as text, to the last digit, and beside them the exact ones they come from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from core.policy import CONTRACT, EXPERIENCE, Policy
from sla.portfolio import Report, Row
from sla.sentence import headline
from sla.table import Value, correction_record, incident_record, moment, record

NAME: Final = "json"
MEDIA_TYPE: Final = "application/json"


def render(report: Report) -> bytes:
    return json.dumps(document(report), indent=2, ensure_ascii=False).encode() + b"\n"


def document(report: Report) -> dict[str, Any]:
    """JSON-ready values; the API sends them as they are."""
    period = report.period
    return {
        "period": {
            "key": period.key,
            "label": period.label,
            "zone": period.zone,
            "start": moment(period.start_ms, period.zone),
            "end": moment(period.end_ms, period.zone),
            "state": report.phase.value,
            "as_of": moment(report.now_ms, period.zone),
        },
        "headline": headline(report),
        "policies": [_policy(CONTRACT), _policy(EXPERIENCE)],
        "integrations": [_integration(report, row) for row in report.rows],
    }


def _policy(policy: Policy) -> dict[str, Any]:
    """`bad` is the share of each bucket that is bad; null: the bucket is left out."""
    return {
        "name": str(policy),
        "says": policy.says,
        "bad": {bucket.value: None if share is None else _exact(share) for bucket, share in policy.bad.items()},
    }


def _integration(report: Report, row: Row) -> dict[str, Any]:
    return {
        **_texts(record(report, row)),
        "exact": {
            "availability": _exact(row.contract.seen.ratio),
            "coverage": _exact(row.contract.seen.coverage),
            "budget_allowed_ms": _exact(row.contract.budget.allowed),
            "budget_left_ms": _exact(row.contract.budget.left),
            "experience": _exact(row.experience.seen.ratio),
            "experience_budget_allowed_ms": _exact(row.experience.budget.allowed),
            "experience_budget_left_ms": _exact(row.experience.budget.left),
        },
        "time": asdict(row.buckets),
        "incident_list": [_texts(incident_record(row, line, report.period.zone)) for line in row.incidents],
        "correction_list": [_texts(correction_record(row, line, report.period.zone)) for line in row.corrections],
        "burn_down": [{"at": moment(at, report.period.zone), "spent_ms": spent} for at, spent in row.burn_down],
    }


def _texts(values: Mapping[str, Value]) -> dict[str, str | int | None]:
    return {key: f"{value:f}" if isinstance(value, Decimal) else value for key, value in values.items()}


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else f"{value.numerator}/{value.denominator}"
