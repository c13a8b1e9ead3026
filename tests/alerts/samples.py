"""Incidents and messages as the tests of this folder need them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from alerts.message import BudgetView, IncidentView, Message, Notice
from core.health import Cause, PageReading, PageStatus, Status
from core.ledger import AlertKind, EventRow, IncidentKind
from core.verdict import Confidence, Fact, Party, Speaks, Verdict

NOON = 1_795_694_400_000  # 2026-11-26 12:00:00 UTC
MINUTE = 60_000

VERDICT = Verdict(
    rule=13,
    party=Party.THEIRS,
    confidence=Confidence.MEDIUM,
    headline="PayPal has not acknowledged it.",
    facts=(
        Fact(Speaks.FOR, "Our network answers.", "2 of 2 canaries"),
        Fact(Speaks.FOR, "The key was fine at 13:02."),
        Fact(Speaks.AGAINST, "Their page is green.", "read 40 s ago"),
        Fact(Speaks.SILENT, "No real traffic is fed."),
    ),
)


def incident(**changes: Any) -> IncidentView:
    view = IncidentView(
        id=214,
        kind=IncidentKind.VENDOR,
        name="PayPal",
        status=Status.DOWN,
        cause=Cause.SERVER_ERROR,
        started_ms=NOON,
        opened_ms=NOON + MINUTE,
        severity=1,
        events=(
            EventRow(214, NOON, "first_failure", "503 from POST /v2/checkout/orders"),
            EventRow(214, NOON + MINUTE, "opened", "3 of 3 tries failed"),
        ),
        provider_name="PayPal",
        owner="payments-oncall",
        runbook="https://wiki.example.com/paypal",
        flows=("Checkout", "Refunds"),
        checks=("Orders",),
        what="POST /v2/checkout/orders answers 503.",
        verdict=VERDICT,
        page=PageReading(PageStatus.RED, "Investigating elevated errors", "https://status.example.com/i/1"),
        budget=BudgetView("November", total_ms=43 * MINUTE, spent_ms=18 * MINUTE, burn=33.0),
        evidence='POST /v2/checkout/orders\nHTTP/2 503\n{"name":"SERVICE_UNAVAILABLE"}',
        evidence_link="https://health.example.com/result?check=1&at=2",
        link="https://health.example.com/incident?id=214",
    )
    return replace(view, **changes)


def resolved(view: IncidentView, *, after_min: int = 38) -> IncidentView:
    at = NOON + after_min * MINUTE
    events = (*view.events, EventRow(view.id, at, "resolved", "2 good answers in a row"))
    return replace(view, status=Status.DOWN, resolved_ms=at, closed_as="recovered", events=events)


def message(about: IncidentView | Notice | None = None, *kinds: AlertKind, **changes: Any) -> Message:
    made = Message(
        id="alert_7",
        about=about or incident(),
        kinds=frozenset(kinds or (AlertKind.OPENED,)),
        severity=1,
        at_ms=NOON + 2 * MINUTE,
        zone="Europe/Berlin",
    )
    return replace(made, **changes)
