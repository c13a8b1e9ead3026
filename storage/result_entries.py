"""How results become rows: each once, with its phases, and with evidence of what failed or changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from core.health import Evidence, Phases, ProbeResult
from storage import models
from storage.bulk import Twice, insert
from storage.codec import clean, clean_or_none, squeeze
from storage.codes import CAUSE_CODE, FLAGS, INT4

RESULT_COLUMNS: Final = ("check", "location", "at_ms", "late_ms", "status", "cause", "total_us")
PHASE_COLUMNS: Final = ("check", "location", "at_ms", "dns_us", "connect_us", "tls_us", "first_byte_us", "transfer_us")
EVIDENCE_COLUMNS: Final = (
    *RESULT_COLUMNS,
    "http_status",
    "vendor_code",
    "request_id",
    "detail",
    "exchange",
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is kept of a failure beside its columns."""

    evidence: Evidence | None
    phases: Phases | None


def write_results(conn: Connection, results: Sequence[ProbeResult]) -> Sequence[ProbeResult]:
    """Returns those it wrote. A result is never relabelled: a key that is there keeps its row, with phases or without."""
    if not results:
        return results
    new = _written(conn, results)
    phases = [
        (r.check, r.location, r.at_ms, p.dns_us, p.connect_us, p.tls_us, p.first_byte_us, p.transfer_us)
        for r in new
        if (p := r.phases) is not None
    ]
    insert(conn, models.Phase, PHASE_COLUMNS, phases, Twice.KEEP)
    return new


def _written(conn: Connection, results: Sequence[ProbeResult]) -> Sequence[ProbeResult]:
    """Nearly always every row is new, which their number shows: what is twice is only looked for where some were not taken."""
    attempt = conn.begin_nested()
    if _insert_results(conn, results) == len(results):
        attempt.commit()
        return results
    attempt.rollback()
    new = _unheard_of(conn, results)
    _insert_results(conn, new)
    return new


def _insert_results(conn: Connection, results: Sequence[ProbeResult]) -> int:
    rows = [
        (r.check, r.location, r.at_ms, min(r.late_ms, INT4), FLAGS[r.cause, r.fit, r.manual], CAUSE_CODE[r.cause], min(r.total_us, INT4))
        for r in results
    ]
    return insert(conn, models.Result, RESULT_COLUMNS, rows, Twice.KEEP)


def _unheard_of(conn: Connection, results: Sequence[ProbeResult]) -> list[ProbeResult]:
    """The first telling of each key that has no row yet."""
    first = {(r.check, r.location, r.at_ms): r for r in reversed(results)}
    there = text('SELECT 1 FROM result WHERE "check" = :check AND location = :location AND at_ms = :at')
    return [
        result
        for (check, location, at_ms), result in first.items()
        if conn.execute(there, {"check": check, "location": location, "at": at_ms}).first() is None
    ]


def write_evidence(conn: Connection, results: Sequence[ProbeResult], changed: Collection[tuple[int, int]]) -> None:
    """Kept for failures, and for results by which a check changed."""
    kept = [r for r in results if r.cause is not None or (r.evidence is not None and (r.check, r.location) in changed)]
    insert(conn, models.Evidence, EVIDENCE_COLUMNS, [_evidence_row(result) for result in kept], Twice.KEEP)


def _evidence_row(r: ProbeResult) -> tuple[object, ...]:
    told = r.outcome
    exchange = squeeze(Exchange(r.evidence, r.phases)) if r.evidence or r.phases else None
    flags, cause = FLAGS[r.cause, r.fit, r.manual], CAUSE_CODE[r.cause]
    key = (r.check, r.location, r.at_ms, min(r.late_ms, INT4), flags, cause, min(r.total_us, INT4))
    return (*key, told.http_status, clean_or_none(told.vendor_code), clean_or_none(told.request_id), clean(told.detail), exchange)
