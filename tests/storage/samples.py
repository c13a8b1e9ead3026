"""Small values for the store tests: one integration, its results, and what the judge says of them."""

from __future__ import annotations

from core.declared import DeclaredCheck, DeclaredIntegration
from core.health import STATUS_OF, Cause, Evidence, Outcome, Phases, ProbeResult, Status
from core.ledger import AlertKind, AlertRow, EventRow, IncidentKind, IncidentRow, Ledger, SpanRow, StateRow, VerdictRow
from core.verdict import Confidence, Fact, Party, Speaks, Verdict
from storage.catalogue import Catalogue
from storage.engine import Database
from storage.sync import sync

NOON = 1_764_072_000_000  # 2025-11-25 12:00 UTC
MIDNIGHT = NOON - 12 * 3_600_000
MINUTE = 60_000
HOUR = 3_600_000
DAY = 86_400_000
LOCAL = 1


def declared(slug: str = "stripe", *checks: DeclaredCheck) -> DeclaredIntegration:
    own = checks or (DeclaredCheck("api", "API", "http", True), DeclaredCheck("status_page", "Status page", "statuspage", False))
    return DeclaredIntegration(slug, slug.title(), "stripe", "Stripe", "payments", checks=own)


def watched(db: Database, *slugs: str, at_ms: int = 0) -> Catalogue:
    return sync(db, [declared(slug) for slug in slugs or ("stripe",)], at_ms)


def result(
    check: int, at_ms: int, cause: Cause | None = None, total_us: int = 120_000, *, kept: bool = True, **other: object
) -> ProbeResult:
    """One result; a failing one has its evidence unless `kept` is false."""
    outcome = Outcome(cause, 503 if cause else 200, "Service unavailable" if cause else "", "overloaded" if cause else None)
    evidence = Evidence("GET /v1/charges", "HTTP/1.1 503\n\n{}", "203.0.113.5") if cause and kept else None
    return ProbeResult(check, LOCAL, at_ms, 12, cause, total_us, outcome=outcome, evidence=evidence, **other)  # type: ignore[arg-type]


def phases(total_us: int) -> Phases:
    return Phases(2_000, 9_000, 20_000, total_us - 31_500, 500)


def span(check: int, start_ms: int, end_ms: int | None, cause: Cause | None = None, gap_ms: int = MINUTE) -> SpanRow:
    return SpanRow(check, LOCAL, start_ms, end_ms, STATUS_OF[cause], cause, gap_ms)


def state(check: int, status: Status, since_ms: int, failing: int = 0) -> StateRow:
    return StateRow(check, LOCAL, status, since_ms, {"fails": failing}, failing)


def verdict(party: Party = Party.THEIRS) -> Verdict:
    facts = (Fact(Speaks.FOR, "Our network answers.", "Canaries 21 ms", NOON),)
    return Verdict(13, party, Confidence.MEDIUM, "Not acknowledged by Stripe.", facts, "A canary failing makes it path.")


def verdict_row(check: int, start_ms: int, end_ms: int | None, incident: int | None = 1, party: Party = Party.THEIRS) -> VerdictRow:
    return VerdictRow(check, LOCAL, start_ms, end_ms, Cause.SERVER_ERROR, verdict(party), incident)


def incident(
    ident: int, integration: int | None, check: int, started_ms: int, resolved_ms: int | None = None, **other: object
) -> IncidentRow:
    closed = None if resolved_ms is None else resolved_ms + MINUTE
    kind = other.pop("kind", IncidentKind.VENDOR if integration else IncidentKind.GROUP)
    given = {"verdict": verdict(), "title": "Charges fail", "resolved_ms": resolved_ms, "closed_ms": closed, **other}
    return IncidentRow(
        ident, kind, integration, started_ms, started_ms + 90_000, Status.DOWN, Cause.SERVER_ERROR, (check,), severity=1, **given
    )  # type: ignore[arg-type]


def event(ident: int, at_ms: int, kind: str = "opened", text: str = "Down") -> EventRow:
    return EventRow(ident, at_ms, kind, text)


def alert(ident: int | None, channel: str = "ops", at_ms: int = NOON, kind: AlertKind = AlertKind.OPENED) -> AlertRow:
    return AlertRow(ident, channel, kind, at_ms, 1, {} if ident else {"used": 80})


def outage(integration: int, check: int, at_ms: int) -> Ledger:
    """Everything one flush may say."""
    return Ledger(
        results=[result(check, at_ms, Cause.SERVER_ERROR, phases=phases(120_000))],
        spans=[span(check, at_ms - HOUR, at_ms), span(check, at_ms, None, Cause.SERVER_ERROR)],
        verdicts=[verdict_row(check, at_ms, None)],
        states=[state(check, Status.DOWN, at_ms)],
        incidents=[incident(1, integration, check, at_ms)],
        events=[event(1, at_ms, "first_failure"), event(1, at_ms + 90_000)],
        alerts=[alert(1, at_ms=at_ms + 90_000)],
        topics={"wall", "incidents"},
    )
