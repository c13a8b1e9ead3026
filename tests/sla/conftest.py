"""A small company's November: what storage would hold of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.calendar import Period, month
from core.declared import Promise
from core.health import Cause, Status
from core.ledger import IncidentKind, IncidentRow, SpanRow, VerdictRow
from core.plan import CheckPlan, IntegrationPlan, Objective
from core.reading import Reading
from core.verdict import Confidence, Party, Verdict

MINUTE = 60_000
DAY = 1440 * MINUTE

Make = Callable[..., Reading]


@pytest.fixture
def november() -> Period:
    return month(2026, 11, "Europe/Berlin")


def verdict(party: Party, headline: str = "Not acknowledged.") -> Verdict:
    return Verdict(13, party, Confidence.MEDIUM, headline)


@pytest.fixture
def make(november: Period) -> Make:
    """One integration that is up all month, but for `failures`: (minute, minutes, party, whether there was an incident)."""

    def made(
        slug: str = "paypal", target: str | None = "99.9", failures: tuple[Any, ...] = (), until: int | None = None, **more: Any
    ) -> Reading:
        end = november.end_ms + DAY if until is None else until
        objective = Objective(availability_pct=Decimal(target)) if target else None
        check = CheckPlan(7, 3, "api", "API", "http", counts=True)
        plan = IntegrationPlan(3, slug, slug.title(), slug, slug.title() + " Inc.", "payments", objective=objective, checks=(check,))
        spans, verdicts, incidents, at = [], [], [], november.start_ms - DAY
        for number, (minute, minutes, party, told) in enumerate(failures, start=1):
            begin = november.start_ms + minute * MINUTE
            finish = begin + minutes * MINUTE
            spans += [
                SpanRow(7, 1, at, begin, Status.UP, None, MINUTE),
                SpanRow(7, 1, begin, finish, Status.DOWN, Cause.SERVER_ERROR, MINUTE),
            ]
            verdicts.append(VerdictRow(7, 1, begin, finish, Cause.SERVER_ERROR, verdict(party), number if told else None))
            if told:
                row = IncidentRow(
                    number, IncidentKind.VENDOR, 3, begin, begin + 50_000, Status.DOWN, Cause.SERVER_ERROR, (7,), verdict(party), 2
                )
                incidents.append(replace(row, resolved_ms=finish, closed_ms=finish + MINUTE))
            at = finish
        spans.append(SpanRow(7, 1, at, None, Status.UP, None, MINUTE))
        first = more.pop("first_ms", {(7, 1): november.start_ms - DAY})
        return Reading(plan, spans, {(7, 1): end}, first, verdicts, incidents, **more)

    return made


@pytest.fixture
def promise() -> Promise:
    return Promise("99.95", "https://vendor.example/legal", "2026-09-02")
