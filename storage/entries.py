"""How each list of a ledger becomes rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from core.health import Evidence, Phases, ProbeResult
from core.ledger import (
    AddressRow,
    AlertRow,
    Answer,
    EventRow,
    IncidentRow,
    Ledger,
    PageRow,
    SignalRow,
    SpanRow,
    StateRow,
    VerdictRow,
    WindowRow,
)
from storage import models
from storage.bulk import Twice, insert
from storage.codec import clean, clean_or_none, dump, dump_json, squeeze
from storage.codes import CAUSE_CODE, FLAGS, STATUS_CODE
from storage.corrections import write_corrections

INT4: Final = 2**31 - 1  # one absurd figure must not make a flush fail for ever on Postgres


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is kept of a failure beside its columns."""

    evidence: Evidence | None
    phases: Phases | None


def write_judged(conn: Connection, ledger: Ledger) -> None:
    """What the judge says of results, and what people said of the past; neither alerts nor answers."""
    write_spans(conn, ledger.spans)
    write_verdicts(conn, ledger.verdicts)
    write_states(conn, ledger.states)
    write_signals(conn, ledger.signals)
    write_pages(conn, ledger.pages)
    write_incidents(conn, ledger.incidents)
    write_events(conn, ledger.events)
    write_windows(conn, ledger.windows)
    write_corrections(conn, ledger.corrections)


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


def write_spans(conn: Connection, spans: Sequence[SpanRow]) -> None:
    rows = [(s.check, s.location, s.start_ms, s.end_ms, STATUS_CODE[s.status], CAUSE_CODE[s.cause], min(s.gap_ms, INT4)) for s in spans]
    insert(conn, models.Span, ("check", "location", "start_ms", "end_ms", "status", "cause", "gap_ms"), rows, Twice.REPLACE)


def write_verdicts(conn: Connection, verdicts: Sequence[VerdictRow]) -> None:
    columns = ("check", "location", "start_ms", "end_ms", "cause", "party", "incident", "body")
    rows = [
        (v.check, v.location, v.start_ms, v.end_ms, CAUSE_CODE[v.cause], v.verdict.party.value, v.incident, dump(v.verdict))
        for v in verdicts
    ]
    insert(conn, models.Verdict, columns, rows, Twice.REPLACE)


def write_states(conn: Connection, states: Sequence[StateRow]) -> None:
    rows = [(s.check, s.location, STATUS_CODE[s.status], s.since_ms, s.failing, dump_json(s.body)) for s in states]
    insert(conn, models.State, ("check", "location", "status", "since_ms", "failing", "body"), rows, Twice.REPLACE)


def write_signals(conn: Connection, signals: Sequence[SignalRow]) -> None:
    rows = [(s.check, s.kind, s.at_ms, dump_json(s.body)) for s in signals]
    insert(conn, models.Signal, ("check", "kind", "at_ms", "body"), rows, Twice.REPLACE)


def write_pages(conn: Connection, pages: Sequence[PageRow]) -> None:
    rows = [(p.check, p.at_ms, p.status.value, clean(p.headline), clean_or_none(p.link)) for p in pages]
    insert(conn, models.Page, ("check", "at_ms", "status", "headline", "link"), rows, Twice.REPLACE)


def write_incidents(conn: Connection, incidents: Sequence[IncidentRow]) -> None:
    insert(conn, models.Incident, INCIDENT_COLUMNS, [_incident_row(incident) for incident in incidents], Twice.REPLACE)


INCIDENT_COLUMNS: Final = (
    "id",
    "kind",
    "integration",
    "started_ms",
    "opened_ms",
    "status",
    "cause",
    "party",
    "severity",
    "resolved_ms",
    "closed_ms",
    "group_id",
    "body",
)


def _incident_row(i: IncidentRow) -> tuple[object, ...]:
    party = i.verdict.party.value if i.verdict else None
    what = (i.id, i.kind.value, i.integration, i.started_ms, i.opened_ms, STATUS_CODE[i.status], CAUSE_CODE[i.cause], party)
    return (*what, i.severity, i.resolved_ms, i.closed_ms, i.group, dump(i))


def write_events(conn: Connection, events: Sequence[EventRow]) -> None:
    rows = [(e.incident, e.at_ms, e.kind, clean(e.text), clean(e.detail), clean_or_none(e.by)) for e in events]
    insert(conn, models.Event, ("incident", "at_ms", "kind", "text", "detail", "by"), rows)


def write_alerts(conn: Connection, alerts: Sequence[AlertRow]) -> None:
    """The outbox: due at once."""
    columns = ("incident", "channel", "kind", "severity", "created_ms", "due_ms", "attempts", "doubtful", "error", "body")
    rows = [(a.incident, a.channel, a.kind.value, a.severity, a.created_ms, a.created_ms, 0, False, "", dump_json(a.body)) for a in alerts]
    insert(conn, models.Alert, columns, rows)


def write_windows(conn: Connection, windows: Sequence[WindowRow]) -> None:
    columns = ("kind", "start_ms", "end_ms", "integrations", "reason", "by", "origin")
    new = [row for row in windows if row.id is None]
    insert(conn, models.Window, columns, [_window_row(row) for row in new])
    known = [(row.id, *_window_row(row)) for row in windows if row.id is not None]
    insert(conn, models.Window, ("id", *columns), known, Twice.REPLACE)


def _window_row(w: WindowRow) -> tuple[object, ...]:
    which = None if w.integrations is None else dump_json(list(w.integrations))
    return (w.kind.value, w.start_ms, w.end_ms, which, clean(w.reason), clean_or_none(w.by), w.origin)


def write_addresses(conn: Connection, addresses: Sequence[AddressRow]) -> None:
    """Only what has an address gets another one."""
    given = text('UPDATE "check" SET address = :address WHERE id = :check AND address IS NOT NULL')
    for row in addresses:
        conn.execute(given, {"address": row.address, "check": row.check})


def write_answers(conn: Connection, answers: Sequence[Answer]) -> None:
    done = text("UPDATE request SET done_ms = :at, accepted_ms = COALESCE(accepted_ms, :at), answer = :answer WHERE id = :id")
    for answer in answers:
        conn.execute(done, {"at": answer.at_ms, "answer": dump(answer), "id": answer.request})
