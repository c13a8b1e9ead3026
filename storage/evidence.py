"""What is kept of failures and changes: the redacted exchange, opened by (check, location, at_ms)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, text

from storage.codec import unsqueeze
from storage.codes import CAUSES, STATUS_MASK, STATUSES
from storage.result_entries import Exchange
from storage.rows import EvidenceRow, FailureLine

_END: Final = 2**62  # after everything
_LINES: Final = text(
    'SELECT c.integration, e."check", e.location, e.at_ms, e.status, e.cause, e.total_us, e.http_status, e.detail '
    'FROM evidence e JOIN "check" c ON c.id = e."check" '
    'WHERE e."check" IN :checks AND e.at_ms >= :since AND e.at_ms < :until AND e.cause != 0 '
    "ORDER BY e.at_ms DESC LIMIT :limit"
).bindparams(bindparam("checks", expanding=True))


def evidence(conn: Connection, check: int, location: int, at_ms: int) -> EvidenceRow | None:
    """None: nothing was kept of this result, because it was well and changed nothing, or was never recorded."""
    row = conn.execute(
        text('SELECT * FROM evidence WHERE "check" = :check AND at_ms = :at AND location = :location'),
        {"check": check, "at": at_ms, "location": location},
    ).one_or_none()
    return None if row is None else _evidence_row(row)


def failures(conn: Connection, integration: int, since_ms: int, until_ms: int, limit: int = 50) -> list[FailureLine]:
    """The newest failed, slow and unknown results of an integration in [since, until), newest first."""
    checks = [ident for (ident,) in conn.execute(text('SELECT id FROM "check" WHERE integration = :id'), {"id": integration})]
    return failures_of_checks(conn, checks, since_ms, until_ms, limit)


def failures_of_checks(conn: Connection, checks: Sequence[int], since_ms: int, until_ms: int | None, limit: int) -> list[FailureLine]:
    """The same of some checks; without an end, up to the newest."""
    asked = {"checks": list(checks), "since": since_ms, "until": _END if until_ms is None else until_ms, "limit": limit}
    return [_line(row) for row in conn.execute(_LINES, asked)]


def _line(row: Any) -> FailureLine:
    return FailureLine(
        integration=row.integration,
        check=row.check,
        location=row.location,
        at_ms=row.at_ms,
        status=STATUSES[row.status & STATUS_MASK],
        cause=CAUSES[row.cause],
        total_us=row.total_us,
        http_status=row.http_status,
        detail=row.detail,
    )


def _evidence_row(row: Any) -> EvidenceRow:
    kept = unsqueeze(Exchange, row.exchange) if row.exchange is not None else Exchange(None, None)
    return EvidenceRow(
        check=row.check,
        location=row.location,
        at_ms=row.at_ms,
        late_ms=row.late_ms,
        status=STATUSES[row.status & STATUS_MASK],
        cause=CAUSES[row.cause],
        total_us=row.total_us,
        http_status=row.http_status,
        vendor_code=row.vendor_code,
        request_id=row.request_id,
        detail=row.detail,
        evidence=kept.evidence,
        phases=kept.phases,
    )
