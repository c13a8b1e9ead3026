"""How each list of a ledger becomes rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, text

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
from storage.codec import clean, clean_or_none, dump, dump_json
from storage.codes import CAUSE_CODE, INT4, STATUS_CODE
from storage.corrections import write_corrections


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
