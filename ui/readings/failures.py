"""Failures of an integration with what is kept of them."""

from __future__ import annotations

from core.ledger import IncidentRow
from storage.rows import EvidenceRow, FailureLine
from ui import format as fmt
from ui import words
from ui.dossier import Dossier
from ui.views.integration import Exchange, Failure


def read_failures(dossier: Dossier) -> tuple[Failure, ...]:
    """Newest first."""
    return tuple(_failure(line, dossier) for line in dossier.failures)


def _failure(line: FailureLine, dossier: Dossier) -> Failure:
    kept = dossier.kept.get((line.check, line.location, line.at_ms))
    return Failure(
        at_ms=line.at_ms,
        status=line.status,
        cause=line.cause,
        detail=str(line.http_status or ""),
        check=dossier.names.check(line.check),
        place=dossier.names.place(line.location),
        total_us=line.total_us,
        note=_note(line, dossier),
        reference=dossier.names.reference(line.check, line.location, line.at_ms),
        said=line.detail,
        exchange=exchange(kept) if kept else None,
    )


def _note(line: FailureLine, dossier: Dossier) -> str:
    incident = next((row for row in dossier.incidents if _within(line, row)), None)
    if incident is None:
        return "outside incidents"
    end = incident.resolved_ms or incident.closed_ms
    lasted = f"for {fmt.lasting(dossier.read_ms - incident.started_ms)}" if end is None else fmt.lasting(end - incident.started_ms)
    return f"{words.lowered(words.whose(incident.verdict)) if incident.verdict else 'not judged'}, {lasted}"


def _within(line: FailureLine, incident: IncidentRow) -> bool:
    end = incident.resolved_ms or incident.closed_ms or 2**62
    return line.check in incident.checks and incident.started_ms <= line.at_ms < end


def exchange(kept: EvidenceRow) -> Exchange:
    """What went over the wire and how long each part took."""
    phases = kept.phases
    times = (
        (
            ("DNS", phases.dns_us),
            ("Connect", phases.connect_us),
            ("TLS", phases.tls_us),
            ("First byte", phases.first_byte_us),
            ("Transfer", phases.transfer_us),
        )
        if phases
        else ()
    )
    facts = (
        ("HTTP", str(kept.http_status) if kept.http_status else ""),
        ("Vendor’s code", kept.vendor_code or ""),
        ("Request id", kept.request_id or ""),
        ("Address", kept.evidence.address or "" if kept.evidence else ""),
    )
    wire = kept.evidence
    return Exchange(
        request=wire.request if wire else "",
        response=wire.response if wire else "",
        error=wire.error or "" if wire else "",
        phases=tuple((name, fmt.latency(us)) for name, us in times if us is not None),
        facts=tuple((name, value) for name, value in facts if value),
        redactions=wire.redactions if wire else 0,
    )
