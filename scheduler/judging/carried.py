"""What an answer carried beside its status: quota, expiries, deprecation, a page's words. Written when it changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from core.health import Outcome, ProbeResult
from core.ledger import PageRow, SignalRow
from scheduler.judging.draft import Draft

QUOTA_EVERY_MS: Final = 60_000  # every answer of some vendors says how many calls are left
REFRESH_MS: Final = 300_000  # the same again: so that a page can say when it was seen last

_Body = dict[str, Any]


def carries(outcome: Outcome) -> bool:
    """Whether there is anything to note."""
    return (
        outcome.quota is not None
        or outcome.page is not None
        or outcome.certificate_expires_at is not None
        or outcome.credential_expires_at is not None
        or outcome.deprecation is not None
    )


def note(draft: Draft, result: ProbeResult) -> None:
    """Signal rows for what changed, or was not written for a while; of a page every change, for its history."""
    for kind, body in _bodies(result.outcome):
        key = (result.check, kind)
        known = draft.memory.carried.get(key)
        if kind == "page" and (known is None or _says(known[1]) != _says(body)):
            draft.pages += _said(result)
        if known is None or _worth_writing(kind, known, result.edge_ms, body):
            draft.memory.carried[key] = (result.edge_ms, body)
            draft.signals[key] = SignalRow(result.check, kind, result.edge_ms, body)
            if known is None or known[1] != body:
                draft.topics.add("wall")


def _says(body: _Body) -> tuple[object, object]:
    return body.get("status"), body.get("headline")


def _said(result: ProbeResult) -> list[PageRow]:
    page = result.outcome.page
    return [] if page is None else [PageRow(result.check, result.edge_ms, page.status, page.headline, page.link)]


def _worth_writing(kind: str, known: tuple[int, _Body], at_ms: int, body: _Body) -> bool:
    age = at_ms - known[0]
    if kind == "quota":
        return known[1] != body and age >= QUOTA_EVERY_MS
    return known[1] != body or age >= REFRESH_MS


def _bodies(outcome: Outcome) -> list[tuple[str, _Body]]:
    found: list[tuple[str, _Body]] = []
    if (quota := outcome.quota) is not None:
        found.append(("quota", {"remaining": quota.remaining, "limit": quota.limit, "resets_at": _iso(quota.resets_at)}))
    if outcome.credential_expires_at is not None:
        found.append(("credential", {"expires_at": _iso(outcome.credential_expires_at)}))
    if outcome.certificate_expires_at is not None:
        found.append(("certificate", {"expires_at": _iso(outcome.certificate_expires_at)}))
    if (end := outcome.deprecation) is not None:
        found.append(("deprecation", {"what": end.what, "sunset_at": _iso(end.sunset_at), "link": end.link}))
    if outcome.page is not None:
        found.append(("page", page_body(outcome)))
    return found


def page_body(outcome: Outcome) -> _Body:
    page = outcome.page
    if page is None:
        return {}
    return {
        "status": page.status.value,
        "headline": page.headline,
        "link": page.link,
        "incident_started_at": _iso(page.incident_started_at),
        "components": list(page.components),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
