"""A message without markup: the text of an e-mail, and the JSON of a webhook."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from alerts import words
from alerts.message import IncidentView, Message, Notice
from core.escape import printable
from core.ledger import AlertKind


def clean(text: str, limit: int = 4000) -> str:
    """Foreign text for a plain reader: lines kept, control characters and direction overrides gone, cut to length."""
    kept = printable(text)
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def one_line(text: str, limit: int = 200) -> str:
    """A header or a subject: what would start a new line is a space."""
    return clean(" ".join(text.split()), limit)


def plain_text(message: Message) -> str:
    """The whole message in lines of text."""
    if isinstance(message.about, Notice):
        notice = message.about
        lines = [notice.title, "", *words.notice_lines(notice), *([notice.link] if notice.link else [])]
    else:
        lines = _incident(message.about, message)
    return clean("\n".join([*lines, "", words.footer(message)]), 20_000) + "\n"


def _incident(view: IncidentView, message: Message) -> list[str]:
    named = [
        ("Hits", ", ".join(view.flows)),
        ("On it", (view.acknowledged_by or "somebody") if view.open and view.acknowledged_ms is not None else ""),
        ("Do", (view.runbook or "") if view.open else ""),
        ("Budget", f"{view.budget.period}: {words.budget(view.budget)}" if view.budget else ""),
        ("The vendor says", _statement(view)),
        ("Which", ", ".join(view.members)),
        (words.burning_title(view), words.burning(view)),
        ("Part of", view.group_name),
        ("Incident", view.link or ""),
        ("Evidence", (view.evidence_link or "") if view.open else ""),
    ]
    return [
        words.headline(view),
        words.verdict_line(view),
        words.what_and_when(view, message),
        *([words.reminder(view, message)] if message.reminds and view.open else []),
        "",
        *(f"{name}: {value}" for name, value in named if value),
        *_part("Rests on", words.rests_on(view).splitlines()),
        *_part("Evidence", view.evidence.strip().splitlines()[:40] if view.open else []),
        *_part("Timeline", words.timeline(view, message) if message.late or not view.open else []),
    ]


def _statement(view: IncidentView) -> str:
    if view.page is None or not view.page.headline:
        return ""
    return f"“{view.page.headline}”{f' {view.page.link}' if view.page.link else ''}"


def _part(title: str, lines: list[str]) -> list[str]:
    return ["", f"{title}:", *(f"  {line}" for line in lines)] if lines else []


def payload(message: Message) -> dict[str, Any]:
    """The webhook's body as Standard Webhooks has it: `type`, `timestamp`, `data`."""
    data = _incident_data(message.about) if isinstance(message.about, IncidentView) else _notice_data(message.about)
    return {
        "type": _type(message),
        "timestamp": _iso(message.at_ms),
        "data": {**data, "severity": message.severity, "text": clean(words.subject(message), 1000), "instead_of": message.handed_from},
    }


def _type(message: Message) -> str:
    if isinstance(message.about, Notice):
        return f"alert.{min(message.kinds, default='emergency')}"
    if not message.about.open:
        return "incident.resolved"
    for kind in (AlertKind.OPENED, AlertKind.REMINDER):
        if kind in message.kinds:
            return f"incident.{kind}"
    return "incident.updated"


def _notice_data(notice: Notice) -> dict[str, Any]:
    fields = {clean(name, 100): clean(value, 1000) for name, value in notice.fields.items()}
    return {"title": clean(notice.title, 300), "sentence": clean(notice.sentence), "fields": fields, "link": notice.link}


def _incident_data(view: IncidentView) -> dict[str, Any]:
    verdict = view.verdict
    return {
        "incident": view.id,
        "kind": view.kind,
        "name": clean(view.name, 300),
        "provider": clean(view.provider_name, 300),
        "environment": view.environment,
        "status": view.status,
        "cause": view.cause,
        "what": clean(view.what),
        "started_at": _iso(view.started_ms),
        "detected_at": _iso(view.opened_ms),
        "resolved_at": None if view.resolved_ms is None else _iso(view.resolved_ms),
        "closed_as": view.closed_as,
        "acknowledged_by": None if view.acknowledged_by is None else clean(view.acknowledged_by, 200),
        "party": None if verdict is None else verdict.party,
        "confidence": None if verdict is None else verdict.confidence,
        "verdict": clean(words.verdict_line(view), 1000),
        "facts": [] if verdict is None else [clean(f"{fact.sentence} {fact.figures}".strip(), 1000) for fact in verdict.facts],
        "vendor_says": None if view.page is None else clean(view.page.headline, 1000),
        "vendor_page": None if view.page is None else view.page.link,
        "flows": list(view.flows),
        "owner": view.owner,
        "runbook": view.runbook,
        "members": list(view.members),
        "budgets_burning_fast": clean(words.burning(view), 1000),
        "group": view.group,
        "evidence": clean(view.evidence, 4000) if view.open else "",
        "link": view.link,
    }


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
