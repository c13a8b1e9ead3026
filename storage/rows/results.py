"""Single results, and what is kept of a failure."""

from __future__ import annotations

from dataclasses import dataclass

from core.health import Cause, Evidence, Phases, Status


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One result as stored; what the vendor said beside it is in the evidence."""

    check: int
    location: int
    at_ms: int
    late_ms: int
    status: Status
    cause: Cause | None
    total_us: int
    fit: bool
    manual: bool


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """What is kept of a failure or a change: the redacted exchange, and what was read from it."""

    check: int
    location: int
    at_ms: int
    late_ms: int
    status: Status
    cause: Cause | None
    total_us: int
    http_status: int | None
    vendor_code: str | None
    request_id: str | None
    detail: str
    evidence: Evidence | None
    phases: Phases | None = None


@dataclass(frozen=True, slots=True)
class FailureLine:
    """One line of a list of failures; its evidence opens by (check, location, at_ms)."""

    integration: int
    check: int
    location: int
    at_ms: int
    status: Status
    cause: Cause | None
    total_us: int
    http_status: int | None
    detail: str
